//! The files of a training's checkpoints in their folder.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// File name of the checkpoint rewritten after every epoch, from which a training resumes.
pub const LAST_CHECKPOINT: &str = "last.safetensors";

/// The file that keeps the weights after `epoch`: `dir/epoch-0007.safetensors`.
pub fn checkpoint_path(dir: &Path, epoch: usize) -> PathBuf {
    dir.join(format!("epoch-{epoch:04}.safetensors"))
}

/// The kept checkpoints in `dir` by epoch, ascending; empty where the folder is missing.
pub fn list_checkpoints(dir: &Path) -> io::Result<Vec<(usize, PathBuf)>> {
    let entries = match fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if let Some(epoch) = epoch_in_name(&path).filter(|_| path.is_file()) {
            found.push((epoch, path));
        }
    }
    found.sort();
    Ok(found)
}

/// The epoch that the name of a kept checkpoint says.
pub(crate) fn epoch_in_name(path: &Path) -> Option<usize> {
    let name = path.file_name()?.to_str()?;
    let digits = name.strip_prefix("epoch-")?.strip_suffix(".safetensors")?;
    digits.parse().ok()
}
