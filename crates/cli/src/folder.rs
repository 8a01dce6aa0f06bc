//! The folder of a run: what lies where, and how it is written.

use std::fs::{self, File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hesscope_report::schema::{Analysis, Attribution, ClassMeansRecord, Overlaps, SCHEMA_VERSION};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::failure::Failure;
use crate::settings::Settings;

/// SHA-256 in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The file whose lock says that a process is at work in the folder.
pub const LOCK: &str = "run.lock";

/// `run.toml`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RunFile {
    /// Version of hesscope that made the run.
    pub hesscope: String,
    /// SHA-256 of what determines the trained weights.
    pub training_sha256: String,
    /// The device, in words.
    pub device_name: String,
    /// The resolved settings.
    pub settings: Settings,
}

/// A run's folder, held by this process alone until it and its clones are dropped.
#[derive(Debug, Clone)]
pub struct RunFolder {
    root: PathBuf,
    // Held for its lock, which the system drops with the process.
    _lock: Arc<File>,
}

impl RunFolder {
    /// Makes the folder if need be, and takes hold of it.
    pub fn create(root: &Path) -> Result<Self, Failure> {
        Self::claim(root)?.ok_or_else(|| in_use(root))
    }

    /// Makes the folder if need be, and takes hold of it unless another process has.
    pub fn claim(root: &Path) -> Result<Option<Self>, Failure> {
        for folder in [
            root.to_path_buf(),
            root.join("analysis"),
            root.join("checkpoints"),
        ] {
            fs::create_dir_all(&folder).map_err(|error| {
                Failure::new(format!(
                    "cannot make the folder {}: {error}; choose another with --out",
                    folder.display()
                ))
            })?;
        }
        Self::hold(root)
    }

    /// Takes hold of the folder of an earlier run.
    pub fn open(root: &Path) -> Result<Self, Failure> {
        if !root.join("run.toml").is_file() {
            return Err(Failure::new(format!(
                "{} is not the folder of a run, since it has no run.toml: make one with `hesscope run` \
                 or `hesscope train`",
                root.display()
            )));
        }
        Self::hold(root)?.ok_or_else(|| in_use(root))
    }

    /// None where another process has hold of the folder.
    fn hold(root: &Path) -> Result<Option<Self>, Failure> {
        let path = root.join(LOCK);
        let lock = File::create(&path)
            .map_err(|error| Failure::new(format!("cannot write {}: {error}", path.display())))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => {
                return Err(Failure::new(format!(
                    "cannot lock {}: {error}; choose a folder on a file system that has locks",
                    path.display()
                )));
            }
        }
        let folder = RunFolder {
            root: root.to_path_buf(),
            _lock: Arc::new(lock),
        };
        folder.sweep();
        Ok(Some(folder))
    }

    /// Removes the half-written files of a killed process; nobody else is at work here.
    fn sweep(&self) {
        let trials = fs::read_dir(self.root.join("search"));
        let trials = trials.into_iter().flatten().flatten();
        let own = [
            self.root.clone(),
            self.root.join("analysis"),
            self.root.join("figures"),
            self.root.join(crate::overlaps::FOLDER),
            self.root.join(crate::attribute::FOLDER),
            self.root.join(crate::class_means::FOLDER),
            self.root.join(crate::eigenvectors::FOLDER),
            self.root.join(crate::tensorboard::FOLDER),
            self.checkpoints(),
        ];
        for folder in own.into_iter().chain(trials.map(|entry| entry.path())) {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let name = entry.file_name().to_string_lossy().into_owned();
                let of_a_report = name.starts_with('.') && name.ends_with(".partial");
                if name.starts_with(".tmp") || of_a_report {
                    let _ = fs::remove_file(entry.path());
                }
            }
        }
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where the checkpoints are.
    pub fn checkpoints(&self) -> PathBuf {
        self.root.join("checkpoints")
    }

    /// Reads `run.toml`.
    pub fn run_file(&self) -> Result<Option<RunFile>, Failure> {
        let path = self.root.join("run.toml");
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(Failure::new(format!(
                    "cannot read {}: {error}",
                    path.display()
                )));
            }
        };
        toml::from_str(&text).map(Some).map_err(|error| {
            Failure::new(format!(
                "{} does not read ({}): restore it, or train again into another folder",
                path.display(),
                error.message().replace('\n', " ")
            ))
        })
    }

    /// Writes `run.toml`.
    pub fn write_run_file(&self, file: &RunFile) -> Result<(), Failure> {
        self.write("run.toml", toml::to_string(file)?.as_bytes())
    }

    /// Writes a file of the folder whole or not at all.
    pub fn write(&self, name: &str, contents: &[u8]) -> Result<(), Failure> {
        self.write_at(&self.root.join(name), contents)
    }

    /// Writes a file at a path in the folder whole or not at all.
    pub fn write_at(&self, path: &Path, contents: &[u8]) -> Result<(), Failure> {
        write_whole(path, contents)
    }

    /// Writes a file at a path beside the folder whole or not at all, by way of the folder, where what a kill leaves
    /// half-written is removed.
    pub fn write_beside(&self, path: &Path, contents: &[u8]) -> Result<(), Failure> {
        write_by(&self.root, path, contents)
    }

    /// Every analysis in the folder that this version can read, by file name.
    pub fn analyses(&self) -> Result<Vec<Analysis>, Failure> {
        let analyses = self.analyses_with_paths()?.into_iter();
        Ok(analyses.map(|(_, analysis)| analysis).collect())
    }

    /// Every analysis in the folder with its file, by file name.
    pub fn analyses_with_paths(&self) -> Result<Vec<(PathBuf, Analysis)>, Failure> {
        let read = |path: PathBuf| Ok((path.clone(), read_analysis(&path)?));
        let files = self.files("analysis", "json");
        files.into_iter().map(read).collect()
    }

    /// All overlaps in the folder, by file name.
    pub fn overlaps(&self) -> Result<Vec<Overlaps>, Failure> {
        let files = self.files(crate::overlaps::FOLDER, "json");
        let read = |path: &PathBuf| read_json(path, "file", |overlaps: &Overlaps| overlaps.schema);
        files.iter().map(read).collect()
    }

    /// All attributions in the folder, by file name.
    pub fn attributions(&self) -> Result<Vec<Attribution>, Failure> {
        let files = self.files(crate::attribute::FOLDER, "json");
        let read = |path: &PathBuf| read_json(path, "file", |found: &Attribution| found.schema);
        files.iter().map(read).collect()
    }

    /// The attribution of these settings, if it is in the folder and whole.
    pub fn attribution(&self, name: &str, key: &str) -> Option<Attribution> {
        let path = self.root.join(name);
        let found = read_json(&path, "file", |found: &Attribution| found.schema).ok()?;
        (found.key == key).then_some(found)
    }

    /// All class means in the folder, by file name.
    pub fn class_means(&self) -> Result<Vec<ClassMeansRecord>, Failure> {
        let files = self.files(crate::class_means::FOLDER, "json");
        let read =
            |path: &PathBuf| read_json(path, "file", |means: &ClassMeansRecord| means.schema);
        files.iter().map(read).collect()
    }

    /// The class means of these settings, if they are in the folder and whole.
    pub fn class_means_of(&self, name: &str, key: &str) -> Option<ClassMeansRecord> {
        let path = self.root.join(name);
        let means = read_json(&path, "file", |means: &ClassMeansRecord| means.schema).ok()?;
        (means.key == key).then_some(means)
    }

    /// The files of a folder with this ending, by name.
    pub fn files(&self, folder: &str, ending: &str) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> = fs::read_dir(self.root.join(folder))
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| {
                path.extension()
                    .is_some_and(|extension| extension == ending)
            })
            .collect();
        files.sort();
        files
    }

    /// The analysis of these settings, if it is in the folder and whole.
    pub fn analysis(&self, name: &str, key: &str) -> Option<Analysis> {
        let path = self.root.join("analysis").join(name);
        let analysis = read_analysis(&path).ok()?;
        (analysis.key == key).then_some(analysis)
    }
}

/// Writes a file whole or not at all, with the folders above it.
pub fn write_whole(path: &Path, contents: &[u8]) -> Result<(), Failure> {
    write_by(path.parent().unwrap_or(Path::new("")), path, contents)
}

/// Writes a file whole or not at all, under a name beginning with `.tmp` in `folder` before its own.
pub fn write_by(folder: &Path, path: &Path, contents: &[u8]) -> Result<(), Failure> {
    let attempt = || -> std::io::Result<()> {
        fs::create_dir_all(folder)?;
        let mut file = tempfile::Builder::new()
            .prefix(".tmp")
            .tempfile_in(folder)?;
        file.write_all(contents)?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    };
    attempt().map_err(|error| {
        Failure::new(format!(
            "cannot write {} ({error}): make room or choose another folder, then start again, and \
             what is finished is reused",
            path.display()
        ))
    })
}

fn in_use(root: &Path) -> Failure {
    Failure::new(format!(
        "another hesscope is at work in {}: wait for it, or choose another folder",
        root.display()
    ))
}

/// Reads the file of an analysis.
pub fn read_analysis(path: &Path) -> Result<Analysis, Failure> {
    read_json(path, "analysis", |analysis: &Analysis| analysis.schema)
}

/// Reads what this version of hesscope wrote.
fn read_json<T: DeserializeOwned>(
    path: &Path,
    what: &str,
    schema: impl Fn(&T) -> u32,
) -> Result<T, Failure> {
    let wrong = |reason: String| {
        Failure::new(format!(
            "the {what} {} does not read ({reason}): delete it and it is made again",
            path.display()
        ))
    };
    let text = fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let value: T = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    if schema(&value) != SCHEMA_VERSION {
        return Err(wrong(format!(
            "its schema is {}, not {SCHEMA_VERSION}",
            schema(&value)
        )));
    }
    Ok(value)
}
