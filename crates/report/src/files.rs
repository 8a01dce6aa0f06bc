//! Files that are whole or absent: written under another name in the same folder, then renamed.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use crate::error::ReportError;

/// Writes `bytes` to `path`; what was there stays until the new file is complete.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), ReportError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let partial = path.with_file_name(format!(".{name}.{}.partial", std::process::id()));
    write_then_rename(&partial, path, bytes).map_err(|source| {
        // Best effort: the write's error is the one to tell.
        let _ = fs::remove_file(&partial);
        ReportError::Write {
            path: path.to_owned(),
            source,
        }
    })
}

fn write_then_rename(partial: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(partial)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(partial, path)
}

/// Makes a folder and those above it, if they are not there.
pub(crate) fn make_folder(path: &Path) -> Result<(), ReportError> {
    fs::create_dir_all(path).map_err(|source| ReportError::Folder {
        path: path.to_owned(),
        source,
    })
}
