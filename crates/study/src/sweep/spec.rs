//! The spec of a sweep: a file in TOML, and the runs that it makes.

use std::path::Path;

use super::grid::points;
use super::point::Point;
use super::spec_file::{SpecFile, SpecTables};
use crate::error::StudyError;
use crate::settings::{parse, text};

/// A spec as it was read.
#[derive(Debug, Clone)]
pub struct Spec {
    /// The file's text.
    pub text: String,
    /// Its runs, in order.
    pub points: Vec<Point>,
}

impl Spec {
    /// Reads a spec and resolves all its runs.
    ///
    /// # Errors
    ///
    /// What is wrong in the file, with its line, and a grid that makes no runs.
    pub fn read(path: &Path) -> Result<Self, StudyError> {
        let text = text(path, "spec of a sweep")?;
        let spec: SpecFile = parse(path, &text)?;
        let tables: SpecTables = parse(path, &text)?;
        let points = points(&spec, &tables)
            .map_err(|error| StudyError::setting(format!("{}: {error}", path.display())))?;
        Ok(Spec { text, points })
    }
}
