//! Whole files, up to a limit.

use crate::error::{DataError, Fault};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The bytes of a file of at most `limit`; `remedy` is for one that has more.
pub(crate) fn read_bounded(path: &Path, limit: u64, remedy: &str) -> Result<Vec<u8>, DataError> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| {
        // One allocation of the right size; the length read is what counts.
        bytes.reserve_exact(file.metadata()?.len().min(limit) as usize + 1);
        file.take(limit + 1).read_to_end(&mut bytes)
    });
    let length = read.map_err(DataError::io(path))?;
    if length as u64 > limit {
        let problem = format!("has more than the {limit} bytes that are read at most");
        return Err(DataError::unusable(path, Fault::TooLarge, problem, remedy));
    }
    Ok(bytes)
}
