//! A folder of figures and numbers that any process may write again: whose it is, and who writes in it now.

use std::fs;
use std::path::Path;

use hesscope_files::{FolderLock, is_leftover, remove_leftovers};
use serde::de::IgnoredAny;

use crate::error::StudyError;
use crate::folders::{entries, make_folder, name};
use crate::sealed_file::read_sealed;

/// What such a folder holds.
#[derive(Debug)]
pub struct SharedFolder {
    /// What it is of, in words.
    pub what: &'static str,
    /// Sealed files, one of which, whole, says that the folder is ours, whatever else lies in it.
    pub marks: &'static [&'static str],
    /// Whether an entry, neither a leftover nor the lock, may be in the folder before there is such a file.
    pub is_ours: fn(&Path) -> Result<bool, StudyError>,
    /// The file whose lock belongs to who writes.
    pub lock: &'static str,
}

impl SharedFolder {
    /// Refuses a folder that holds something else; nothing in it is touched.
    ///
    /// # Errors
    ///
    /// Such a folder, and one that cannot be read.
    pub fn require_ours(&self, root: &Path) -> Result<(), StudyError> {
        if self.is_marked(root) {
            return Ok(());
        }
        for path in entries(root)? {
            let lock = name(&path) == self.lock && is_empty_file(&path);
            let ours = lock || is_leftover(name(&path)) || (self.is_ours)(&path)?;
            // Another process may have written the mark since the look for it.
            if !ours && !self.is_marked(root) {
                return Err(StudyError::folder(format!(
                    "{} holds files that are none of {} ({}): choose a new or an empty folder with --out",
                    root.display(),
                    self.what,
                    path.strip_prefix(root).unwrap_or(&path).display()
                )));
            }
        }
        Ok(())
    }

    /// Whether one of the marks is there and whole.
    fn is_marked(&self, root: &Path) -> bool {
        let mut marks = self.marks.iter();
        marks.any(|mark| matches!(read_sealed::<IgnoredAny>(&root.join(mark)), Ok(Some(_))))
    }

    /// Makes the folder if need be and holds it, once no other process does; what killed ones left half-written in it and
    /// in these folders below it is removed.
    ///
    /// # Errors
    ///
    /// As [`require_ours`](Self::require_ours), and a folder that cannot be made or locked.
    pub fn hold(&self, root: &Path, below: &[&str]) -> Result<FolderLock, StudyError> {
        self.require_ours(root)?;
        make_folder(root)?;
        let lock = FolderLock::wait(&root.join(self.lock))?;
        remove_leftovers(root);
        for folder in below {
            remove_leftovers(&root.join(folder));
        }
        Ok(lock)
    }
}

fn is_empty_file(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_file() && found.len() == 0)
}
