//! `partial/`: estimations under way, so that a killed one resumes at the step it had reached.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use hesscope_spectral::{FolderKeeper, SpectralError};

use crate::error::StudyError;
use crate::observer::{Event, Observer};
use crate::run::{Run, RunFolder};

/// The folder of the snapshots of the estimation with this key.
pub fn folder_of(run: &RunFolder, key: &str) -> PathBuf {
    run.root().join(crate::run::SNAPSHOTS).join(&key[..12])
}

/// Carries an estimation out, from where its snapshots stand. Damaged snapshots are discarded, and what they were of begins
/// anew.
pub fn estimate<T>(
    run: &Run,
    key: &str,
    observer: &dyn Observer,
    carry_out: impl FnOnce(&mut FolderKeeper) -> Result<T, SpectralError>,
) -> Result<T, StudyError> {
    let folder = folder_of(run.folder(), key);
    let every = Duration::from_secs_f64(run.settings().analysis.snapshot_seconds);
    let mut keeper = FolderKeeper::new(&folder, every)?.discarding_damaged();
    let found = carry_out(&mut keeper);
    for damage in keeper.discarded() {
        // Behind the last colon stands what to do by hand.
        let what = damage
            .rsplit_once(": ")
            .map_or(damage.as_str(), |(what, _)| what);
        observer.event(Event::Note(&format!("{what}: the estimation begins anew")));
    }
    Ok(found?)
}

/// Removes the snapshots with this key, when the result itself is kept. Best effort: the result is what counts.
pub fn forget(run: &RunFolder, key: &str) {
    let folder = folder_of(run, key);
    let _ = fs::remove_dir_all(&folder);
    // Unless others are under way.
    if let Some(all) = folder.parent() {
        let _ = fs::remove_dir(all);
    }
}
