//! Putting a lost or damaged checkpoint back from another file that holds the same.

use std::path::{Path, PathBuf};

use super::{
    error::CheckpointError,
    files::{LAST_CHECKPOINT, checkpoint_path, list_checkpoints},
    info::{CheckpointInfo, Provenance},
    load::{read, verify},
};

/// Rewrites what is lost or damaged among the checkpoints in `dir` and can be had; returns the files rewritten.
///
/// After a kept epoch its file and `last` hold the same bytes. So the kept file is rewritten from `last`, if that holds the
/// epoch, and `last` from the newest sound kept file, from which the training goes on with all its state. Only a
/// checkpoint of this run and these data is copied. What cannot be had is left as it is, for loading to name.
///
/// # Errors
///
/// Those of [`CheckpointInfo::check`] for the file to copy from, and what reading and writing fail with.
pub fn heal_checkpoints(dir: &Path, wanted: &Provenance) -> Result<Vec<PathBuf>, CheckpointError> {
    let last = dir.join(LAST_CHECKPOINT);
    let (from, to) = match sound(&last)? {
        Some((bytes, info)) => {
            let kept = checkpoint_path(dir, info.epoch);
            if !info.train.keeps(info.epoch) || sound(&kept)?.is_some() {
                return Ok(Vec::new());
            }
            ((bytes, info), kept)
        }
        None => match newest_kept(dir)? {
            Some(newest) => (newest, last),
            None => return Ok(Vec::new()),
        },
    };
    let (bytes, info) = from;
    info.check(wanted)?;
    match hesscope_files::write_bytes(&to, &bytes) {
        Ok(()) => Ok(vec![to]),
        Err(source) => Err(CheckpointError::Write { path: to, source }),
    }
}

/// The newest of the kept checkpoints that are sound.
fn newest_kept(dir: &Path) -> Result<Option<(Vec<u8>, CheckpointInfo)>, CheckpointError> {
    let kept = list_checkpoints(dir).map_err(|source| CheckpointError::Read {
        path: dir.to_path_buf(),
        source,
    })?;
    for (_, path) in kept.iter().rev() {
        if let Some(found) = sound(path)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// The bytes and the metadata of a checkpoint; none where it is lost or damaged.
fn sound(path: &Path) -> Result<Option<(Vec<u8>, CheckpointInfo)>, CheckpointError> {
    let bytes = match read(path) {
        Err(CheckpointError::Missing { .. }) => return Ok(None),
        other => other?,
    };
    match verify(path, &bytes).map(|(info, _)| info) {
        Err(CheckpointError::Damaged { .. }) => Ok(None),
        Err(other) => Err(other),
        Ok(info) => Ok(Some((bytes, info))),
    }
}
