//! Small files: objects sealed as JSON.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use hesscope_files::sealed::check_json;
use serde::de::DeserializeOwned;

/// Reads an object; none where there is no such file.
///
/// # Errors
///
/// What keeps the file from being one that was written whole.
pub fn read_sealed<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, String> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.to_string()),
    };
    let text = check_json(&bytes).map_err(|damage| damage.to_string())?;
    serde_json::from_str(text)
        .map(Some)
        .map_err(|error| error.to_string())
}
