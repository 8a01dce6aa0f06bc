//! `partial/`: estimations under way, so that a killed one goes on at the step it had reached.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use hesscope_spectral::{FolderKeeper, SpectralError};

use crate::failure::Failure;
use crate::folder::RunFolder;

/// The folder of estimations under way in the folder of a run.
pub const FOLDER: &str = "partial";

/// The snapshots of one analysis.
pub struct Partial {
    pub keeper: FolderKeeper,
    folder: PathBuf,
}

impl Partial {
    /// Opens those of the settings with this hash; a snapshot is due every so many seconds.
    pub fn open(run: &RunFolder, key: &str, seconds: f64) -> Result<Self, Failure> {
        let folder = run.root().join(FOLDER).join(&key[..12]);
        let keeper = FolderKeeper::new(&folder, Duration::from_secs_f64(seconds))?;
        Ok(Partial { keeper, folder })
    }

    /// What an error means to who asked for the analysis.
    pub fn explain(&self, error: SpectralError) -> Failure {
        let damaged = matches!(error, SpectralError::Snapshot(_));
        let failure = Failure::from(error);
        if damaged {
            Failure::new(format!(
                "{failure}; delete the folder {} and the analysis begins anew",
                self.folder.display()
            ))
        } else {
            failure
        }
    }

    /// Removes them, when the result itself is kept. Best effort: the result is what counts.
    pub fn forget(run: &RunFolder, key: &str) {
        let all = run.root().join(FOLDER);
        let _ = fs::remove_dir_all(all.join(&key[..12]));
        // Unless others are under way.
        let _ = fs::remove_dir(all);
    }
}
