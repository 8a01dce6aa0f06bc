//! Values of options that are checked when they are read.

use std::ffi::OsString;
use std::num::ParseIntError;
use std::path::PathBuf;

use clap::builder::{OsStringValueParser, TryMapValueParser, TypedValueParser, ValueParserFactory};
use hesscope_data::{PerClass, SettingError};
use hesscope_files::did_you_mean;
use hesscope_models::{NetConfig, Schedule};
use hesscope_spectral::Reorthogonalisation;
use serde::Serialize;

/// The name of a network.
pub fn net_name(name: &str) -> Result<String, String> {
    match NetConfig::from_name(name) {
        Ok(_) => Ok(name.to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// The name of a schedule.
pub fn schedule_name(name: &str) -> Result<String, String> {
    match name.parse::<Schedule>() {
        Ok(_) => Ok(name.to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// How Lanczos vectors are kept orthogonal.
pub fn reorthogonalisation(word: &str) -> Result<Reorthogonalisation, String> {
    match word {
        "none" => Ok(Reorthogonalisation::None),
        "selective" => Ok(Reorthogonalisation::Selective),
        "full" => Ok(Reorthogonalisation::Full),
        _ => Err(format!(
            "the reorthogonalisation `{word}` is unknown: {}choose none, selective or full",
            did_you_mean(word, ["none", "selective", "full"])
        )),
    }
}

/// A count: as large as TOML has whole numbers.
pub fn count(text: &str) -> Result<usize, ParseIntError> {
    let count = text.parse()?;
    text.parse::<i64>().map(|_| count)
}

/// A number of examples per class that TOML can hold, or a word for one.
pub fn per_class(text: &str) -> Result<PerClass, String> {
    let size: PerClass = text
        .parse()
        .map_err(|error: SettingError| error.to_string())?;
    match size.count() {
        Some(count) if i64::try_from(count).is_err() => Err(format!(
            "{text} examples per class are more than there can be: give a smaller number"
        )),
        _ => Ok(size),
    }
}

/// A seed: as large as TOML has whole numbers.
pub fn seed(text: &str) -> Result<u64, String> {
    let most = i64::MAX as u64;
    text.parse()
        .ok()
        .filter(|seed| *seed <= most)
        .ok_or_else(|| format!("the seed cannot be `{text}`: give a whole number from 0 to {most}"))
}

/// Extents as in `3x32x32`, none of them zero.
pub fn extents(text: &str) -> Option<Vec<usize>> {
    let extents: Result<Vec<usize>, _> = text.split('x').map(str::parse).collect();
    extents.ok().filter(|extents| !extents.contains(&0))
}

/// The shape of an image: channels, height and width.
pub fn image_shape(text: &str) -> Result<[usize; 3], String> {
    extents(text)
        .and_then(|extents| extents.try_into().ok())
        .ok_or_else(|| {
            format!("the shape of an image cannot be `{text}`: give channels, height and width, as in 3x32x32")
        })
}

/// A number above zero.
pub fn above_zero(text: &str) -> Result<f64, String> {
    let number = text
        .parse()
        .ok()
        .filter(|number: &f64| *number > 0.0 && number.is_finite());
    number.ok_or_else(|| format!("the value cannot be `{text}`: give a number above 0"))
}

/// A path that a file of settings can hold.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct SettingsPath(PathBuf);

impl ValueParserFactory for SettingsPath {
    type Parser =
        TryMapValueParser<OsStringValueParser, fn(OsString) -> Result<SettingsPath, String>>;

    fn value_parser() -> Self::Parser {
        OsStringValueParser::new().try_map(settings_path)
    }
}

fn settings_path(path: OsString) -> Result<SettingsPath, String> {
    match path.to_str() {
        Some("") => Err("the path is empty: give a path, or leave the option out".into()),
        Some(_) => Ok(SettingsPath(path.into())),
        None => Err(format!(
            "the path {} is not UTF-8, as settings are: rename it, or give a link to it",
            path.display()
        )),
    }
}
