//! The folder of a sweep: what lies where, whose it is, and how it is written.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use hesscope_files::{FolderLock, is_leftover, remove_leftovers, write_bytes};
use hesscope_records::record::write_at;
use serde::Serialize;

use crate::error::StudyError;
use crate::folders::{entries, make_folder, name};

/// The plan.
pub const PLAN: &str = "plan.json";
/// The spec.
pub const SPEC: &str = "sweep.toml";
/// The folder of the runs.
pub const RUNS: &str = "runs";
/// The folder of the failures.
pub const FAILURES: &str = "failures";
/// The table.
pub const CSV: &str = "sweep.csv";
/// The same as Parquet.
pub const PARQUET: &str = "sweep.parquet";
/// The page, whose name the report gives it.
pub const PAGE: &str = "sweep.html";
/// The checksums of table and page.
pub const TABLE: &str = "sweep.files.json";
/// The file whose lock belongs to who writes what is not a run's.
const LOCK: &str = "sweep.lock";

/// A sweep's folder, in which any number of processes may be at work.
#[derive(Debug, Clone)]
pub struct SweepFolder {
    root: PathBuf,
}

impl SweepFolder {
    /// The folder of a spec, `sweeps/NAME` of `NAME.toml` unless another is asked for.
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
    pub(super) fn failure(&self, name: &str) -> PathBuf {
        self.root.join(FAILURES).join(format!("{name}.json"))
    }

    /// Refuses a folder without a plan that is none of a sweep; nothing in it is touched.
    ///
    /// It may hold what a process killed before it wrote a plan leaves, which has no content, or the sweep of this very spec
    /// whose plan is lost.
    pub(super) fn require_new(&self, spec: &str) -> Result<(), StudyError> {
        let of_spec = fs::read(self.root.join(SPEC)).is_ok_and(|text| text == spec.as_bytes());
        let foreign = if of_spec {
            entries(&self.root)?.into_iter().find(|path| !is_ours(path))
        } else {
            content(&self.root)?
        };
        match foreign {
            Some(path) => Err(StudyError::folder(format!(
                "{} holds files that are none of a sweep ({}): choose a new or an empty folder",
                self.root.display(),
                path.strip_prefix(&self.root).unwrap_or(&path).display()
            ))),
            None => Ok(()),
        }
    }

    /// Makes the folder and those in it, if they are not there.
    pub(super) fn make(&self) -> Result<(), StudyError> {
        make_folder(&self.root.join(RUNS))?;
        make_folder(&self.root.join(FAILURES))
    }

    /// Takes hold of what is not a run's, once no other process has, and removes what killed ones left half-written.
    pub(super) fn hold(&self) -> Result<HeldFolder<'_>, StudyError> {
        let lock = FolderLock::wait(&self.root.join(LOCK))?;
        remove_leftovers(&self.root);
        remove_leftovers(&self.root.join(FAILURES));
        Ok(HeldFolder {
            folder: self,
            _lock: lock,
        })
    }
}

/// A sweep's folder but for its runs, held by this process alone.
pub struct HeldFolder<'a> {
    folder: &'a SweepFolder,
    _lock: FolderLock,
}

impl HeldFolder<'_> {
    /// The folder itself.
    pub fn root(&self) -> &Path {
        self.folder.root()
    }

    /// Writes a file of the folder whole or not at all; gives its path.
    pub fn write(&self, name: &str, contents: &[u8]) -> Result<PathBuf, StudyError> {
        let path = self.root().join(name);
        write_bytes(&path, contents).map_err(|error| StudyError::write(&path, error))?;
        Ok(path)
    }

    /// Writes an object as sealed JSON, whole or not at all.
    pub fn write_json<T: Serialize>(&self, path: &Path, value: &T) -> Result<(), StudyError> {
        Ok(write_at(path, value)?)
    }
}

fn is_ours(path: &Path) -> bool {
    let name = name(path);
    [SPEC, RUNS, FAILURES, CSV, PARQUET, PAGE, TABLE, LOCK].contains(&name) || is_leftover(name)
}

/// The first file at any depth of what is ours by name, or the first entry that is not, but for empty locks and leftovers.
fn content(root: &Path) -> Result<Option<PathBuf>, StudyError> {
    for path in entries(root)? {
        let about = match fs::symlink_metadata(&path) {
            Ok(about) => about,
            // Another process has just renamed its temporary file.
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(StudyError::read(&path, error)),
        };
        let name = name(&path);
        let empty_lock = about.is_file() && about.len() == 0 && name.ends_with(".lock");
        if about.is_dir() {
            if let Some(found) = content(&path)? {
                return Ok(Some(found));
            }
        } else if !(empty_lock || about.is_file() && is_leftover(name)) {
            return Ok(Some(path));
        }
    }
    Ok(None)
}
