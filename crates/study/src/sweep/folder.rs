//! The folder of a sweep: what lies where, and how it is written.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::folder::write_by;

/// The spec.
pub const SPEC: &str = "sweep.toml";
/// The folder of the runs.
pub const RUNS: &str = "runs";
/// The folder of the failures.
const FAILURES: &str = "failures";
/// The file whose lock belongs to who writes what is not a run's.
const LOCK: &str = "sweep.lock";

/// A sweep's folder, in which any number of processes may be at work.
#[derive(Debug, Clone)]
pub struct SweepFolder {
    root: PathBuf,
}

impl SweepFolder {
    /// The folder of a spec, unless another is asked for.
    pub fn of(spec: &Path, out: Option<&Path>) -> Self {
        let root = out.map_or_else(
            || Path::new("sweeps").join(spec.file_stem().unwrap_or(spec.as_os_str())),
            Path::to_path_buf,
        );
        SweepFolder { root }
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of a run.
    pub fn run(&self, name: &str) -> PathBuf {
        self.root.join(RUNS).join(name)
    }

    /// The file of what a run failed of.
    pub fn failure(&self, name: &str) -> PathBuf {
        self.root.join(FAILURES).join(format!("{name}.json"))
    }

    /// Makes the folder and those in it, if they are not there.
    pub fn make(&self) -> Result<(), Failure> {
        for folder in [self.root.join(RUNS), self.root.join(FAILURES)] {
            fs::create_dir_all(&folder).map_err(|error| {
                Failure::new(format!(
                    "cannot make the folder {}: {error}; choose another with --out",
                    folder.display()
                ))
            })?;
        }
        Ok(())
    }

    /// Takes hold of what is not a run's, once no other process has.
    pub fn hold(&self) -> Result<Held<'_>, Failure> {
        let path = self.root.join(LOCK);
        let lock = || -> std::io::Result<File> {
            let file = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(false)
                .open(&path)?;
            file.lock()?;
            Ok(file)
        };
        let lock = lock().map_err(|error| {
            Failure::new(format!(
                "cannot lock {}: {error}; choose a folder that can be written to, on a file system that has locks",
                path.display()
            ))
        })?;
        // What a killed process left half-written; nobody else writes here.
        for entry in fs::read_dir(&self.root).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with(".tmp") || (name.starts_with('.') && name.ends_with(".partial")) {
                let _ = fs::remove_file(entry.path());
            }
        }
        Ok(Held {
            folder: self,
            _lock: lock,
        })
    }
}

/// A sweep's folder but for its runs and their failures, held by this process alone.
pub struct Held<'a> {
    folder: &'a SweepFolder,
    _lock: File,
}

impl Held<'_> {
    /// The folder itself.
    pub fn root(&self) -> &Path {
        self.folder.root()
    }

    /// Writes a file of the folder whole or not at all; gives its path.
    pub fn write(&self, name: &str, contents: &[u8]) -> Result<PathBuf, Failure> {
        let root = self.folder.root();
        let path = root.join(name);
        write_by(root, &path, contents)?;
        Ok(path)
    }
}
