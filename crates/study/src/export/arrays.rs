//! Arrays with what they are of, in one of the two formats for arrays.

use std::path::Path;

use hesscope_report::NamedArray;
use serde::Serialize;

use super::format::{Format, write};
use super::{npz, safetensors};
use crate::error::StudyError;

/// The name of the settings beside the arrays.
const SETTINGS: &str = "settings.json";

/// Writes arrays, and beside them `settings.json`, the settings that they came of.
pub fn write_arrays<T: Serialize>(
    path: &Path,
    format: Format,
    arrays: &[NamedArray],
    settings: &T,
) -> Result<(), StudyError> {
    let settings =
        serde_json::to_string(settings).map_err(|error| StudyError::write(path, error.into()))?;
    let text = (SETTINGS, settings.as_str());
    let bytes = match format {
        Format::Safetensors => safetensors::bytes(arrays, text),
        _ => npz::bytes(arrays, text),
    };
    write(
        path,
        &bytes.map_err(|error| StudyError::write(path, error))?,
    )
}
