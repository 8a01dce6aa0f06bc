//! One analysis: as JSON its file, else its arrays.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use hesscope_report::analysis_arrays;
use hesscope_report::schema::Analysis;

use super::file::{Format, write_arrays};
use super::options::ExportOptions;
use super::{file, select};
use crate::failure::Failure;
use crate::folder::RunFolder;

const FORMATS: [Format; 3] = [Format::Json, Format::Npz, Format::Safetensors];

/// Writes the analysis that the options name.
pub fn write(folder: &RunFolder, options: &ExportOptions) -> Result<(), Failure> {
    let format = Format::of(&options.out, &FORMATS)?;
    let all = folder.analyses_with_paths()?;
    let fits = |(_, analysis): &&(PathBuf, Analysis)| {
        let settings = &analysis.settings;
        select::fits(options, &settings.operator, &settings.split, settings.epoch)
    };
    let found: Vec<_> = all.iter().filter(fits).collect();
    let described = |list: &[&(PathBuf, Analysis)]| -> Vec<String> {
        list.iter()
            .map(|(_, analysis)| {
                let settings = &analysis.settings;
                select::described(&settings.operator, &settings.split, settings.epoch)
            })
            .collect()
    };
    let [(path, analysis)] = found[..] else {
        let (some, every) = (
            described(&found),
            described(&all.iter().collect::<Vec<_>>()),
        );
        return Err(select::not_one(folder, "analysis", &some, &every));
    };
    write_as(path, analysis, format, &options.out)
}

/// Writes an analysis in a format.
pub fn write_as(
    path: &Path,
    analysis: &Analysis,
    format: Format,
    out: &Path,
) -> Result<(), Failure> {
    if format == Format::Json {
        let bytes = fs::read(path)
            .map_err(|error| Failure::new(format!("cannot read {}: {error}", path.display())))?;
        return file::write(out, &bytes);
    }
    let settings = serde_json::to_string(&analysis.settings)?;
    let texts = BTreeMap::from([("settings.json".to_owned(), settings)]);
    write_arrays(out, format, &analysis_arrays(analysis)?, &texts)
}
