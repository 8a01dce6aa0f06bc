//! The folder of a run: whose it is, who is at work in it, and how it is written.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hesscope_files::{FolderLock, is_leftover, remove_leftovers, write_bytes};
use hesscope_records::record::{files_with, read_all, write_at};
use hesscope_records::{
    Analysis, ClassMeans, Eigenvalues, Findings, Overlaps, Record, RecordError,
};
use serde::Serialize;

use super::run_file::RunFile;
use crate::eigenvector_file::EIGENVECTORS;
use crate::error::StudyError;
use crate::folders::make_folder;

/// The file whose lock says that a process is at work in the folder.
pub const LOCK: &str = "run.lock";
/// The folder of the weights.
pub const CHECKPOINTS: &str = "checkpoints";
/// The folder of the model from a file, where the run has one.
pub const MODEL: &str = "model";
/// The folder of estimations under way.
pub const SNAPSHOTS: &str = "partial";
/// The folder of the trials of a search.
pub const SEARCH: &str = "search";
/// The folder of the event file for TensorBoard.
pub const TENSORBOARD: &str = "tensorboard";
/// The folder of the figures.
pub const FIGURES: &str = "figures";

/// The folders of a run in which files are written by way of temporary ones.
const WRITTEN: [&str; 10] = [
    "",
    Analysis::FOLDER,
    Overlaps::FOLDER,
    Eigenvalues::FOLDER,
    Findings::FOLDER,
    ClassMeans::FOLDER,
    CHECKPOINTS,
    EIGENVECTORS,
    FIGURES,
    TENSORBOARD,
];

/// The folder of a run, to read, or held by this process alone until it and its clones are dropped.
#[derive(Debug, Clone)]
pub struct RunFolder {
    root: PathBuf,
    lock: Option<Arc<FolderLock>>,
}

impl RunFolder {
    /// Makes the folder if need be, and holds it.
    ///
    /// # Errors
    ///
    /// A folder that holds something else than a run of ours, which is left as it is, or in which another process is at
    /// work.
    pub fn create(root: &Path) -> Result<Self, StudyError> {
        Self::claim(root)?.ok_or_else(|| StudyError::InUse(root.to_owned()))
    }

    /// As [`create`](Self::create); none where another process is at work in the folder.
    ///
    /// # Errors
    ///
    /// A folder that holds something else than a run of ours, which is left as it is.
    pub fn claim(root: &Path) -> Result<Option<Self>, StudyError> {
        require_ours(root)?;
        make_folder(root)?;
        Self::lock(root)
    }

    /// Holds the folder of an earlier run.
    ///
    /// # Errors
    ///
    /// A folder that is none of a run, or in which another process is at work.
    pub fn hold(root: &Path) -> Result<Self, StudyError> {
        Self::read(root)?;
        Self::lock(root)?.ok_or_else(|| StudyError::InUse(root.to_owned()))
    }

    /// The folder of an earlier run, to read, which needs neither a lock nor the right to write.
    ///
    /// # Errors
    ///
    /// A folder that is none of a run.
    pub fn read(root: &Path) -> Result<Self, StudyError> {
        if RunFile::read(root)?.is_none() {
            return Err(StudyError::folder(format!(
                "{} is not the folder of a run, since it has no run.toml: make one with `hesscope run` or \
                 `hesscope train`",
                root.display()
            )));
        }
        Ok(RunFolder {
            root: root.to_owned(),
            lock: None,
        })
    }

    fn lock(root: &Path) -> Result<Option<Self>, StudyError> {
        let Some(lock) = FolderLock::try_hold(&root.join(LOCK))? else {
            return Ok(None);
        };
        let folder = RunFolder {
            root: root.to_owned(),
            lock: Some(Arc::new(lock)),
        };
        folder.remove_leftovers();
        Ok(Some(folder))
    }

    /// Removes the half-written files of killed processes; nobody else is at work here.
    fn remove_leftovers(&self) {
        for folder in WRITTEN {
            remove_leftovers(&self.root.join(folder));
        }
        for parent in [SEARCH, SNAPSHOTS] {
            let folders = fs::read_dir(self.root.join(parent));
            for folder in folders.into_iter().flatten().flatten() {
                remove_leftovers(&folder.path());
            }
        }
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder, as a path that does not depend on where this process is.
    ///
    /// # Errors
    ///
    /// A folder that cannot be found.
    pub fn absolute(&self) -> Result<PathBuf, StudyError> {
        fs::canonicalize(&self.root).map_err(|source| StudyError::read(&self.root, source))
    }

    /// Whether this process may write in it.
    pub fn is_held(&self) -> bool {
        self.lock.is_some()
    }

    /// Where the checkpoints are.
    pub fn checkpoints(&self) -> PathBuf {
        self.root.join(CHECKPOINTS)
    }

    /// What the run is.
    ///
    /// # Errors
    ///
    /// A `run.toml` that is missing or not as it was written.
    pub fn run_file(&self) -> Result<RunFile, StudyError> {
        RunFile::read(&self.root)?
            .ok_or_else(|| StudyError::folder(format!("{} has no run.toml", self.root.display())))
    }

    /// Writes a file of the folder whole or not at all.
    ///
    /// # Errors
    ///
    /// What the file system fails with.
    pub fn write(&self, name: &str, contents: &[u8]) -> Result<(), StudyError> {
        let path = self.root.join(name);
        write_bytes(&path, contents).map_err(|error| StudyError::write(&path, error))
    }

    /// Writes an object of the folder as sealed JSON, whole or not at all.
    ///
    /// # Errors
    ///
    /// What the file system fails with.
    pub fn write_json<T: Serialize>(&self, name: &str, value: &T) -> Result<(), StudyError> {
        Ok(write_at(&self.root.join(name), value)?)
    }

    /// All records of a kind in the folder with their files, by name, each of this very run.
    ///
    /// # Errors
    ///
    /// The first file that cannot be read, that is damaged, or that is of another run.
    pub fn records<R: Record>(&self) -> Result<Vec<(PathBuf, R)>, StudyError> {
        let run = self.run_file()?;
        let records = read_all::<R>(&self.root)?;
        for (path, record) in &records {
            require_of(&run, path, record)?;
        }
        Ok(records)
    }

    /// The files of a folder of the run with this extension, by name.
    ///
    /// # Errors
    ///
    /// A folder that cannot be read.
    pub fn files(&self, folder: &str, extension: &str) -> Result<Vec<PathBuf>, StudyError> {
        Ok(files_with(&self.root.join(folder), extension)?)
    }
}

/// Refuses a record that is not of this run or of its data.
pub fn require_of<R: Record>(run: &RunFile, path: &Path, record: &R) -> Result<(), RecordError> {
    let foreign = |what| RecordError::Foreign {
        path: path.to_owned(),
        what,
    };
    for subject in R::subjects(record.settings()) {
        if subject.run_sha256 != run.training_sha256 {
            return Err(foreign("run"));
        }
        if subject.data_sha256 != run.data_sha256(subject.split) {
            return Err(foreign("data set"));
        }
    }
    Ok(())
}

/// Refuses a folder that holds something else than a run of ours: nothing in it is touched.
pub fn require_ours(root: &Path) -> Result<(), StudyError> {
    let entries = match fs::read_dir(root) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(StudyError::read(root, error)),
    };
    if RunFile::read(root)?.is_some() {
        return Ok(());
    }
    for entry in entries {
        let entry = entry.map_err(|error| StudyError::read(root, error))?;
        // A process that was killed before it had written run.toml leaves an empty lock and a half-written file.
        let name = entry.file_name();
        let lock = name == LOCK && entry.metadata().is_ok_and(|found| found.len() == 0);
        let left = lock || name.to_str().is_some_and(is_leftover);
        // Another process may have written run.toml since the look for it; it comes before everything else.
        if !left && RunFile::read(root)?.is_none() {
            return Err(StudyError::folder(format!(
                "{} holds files that are none of a run ({}): choose a new or an empty folder",
                root.display(),
                name.display()
            )));
        }
    }
    Ok(())
}
