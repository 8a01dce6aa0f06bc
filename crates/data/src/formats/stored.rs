//! What a file of arrays holds.

use super::array::{Array, Content};
use super::inputs::Inputs;
use crate::error::DataError;
use std::path::Path;

/// What a file of arrays holds, by the name of its first array.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Stored {
    /// `images`.
    Images(Content),
    /// `inputs`.
    Inputs(Inputs),
}

impl Stored {
    /// The name of the first array, which is `inputs` where only that is there.
    pub fn name(has: impl Fn(&str) -> bool) -> &'static str {
        if has("inputs") && !has("images") {
            "inputs"
        } else {
            "images"
        }
    }

    /// The array of that name with its labels.
    pub fn new(
        name: &str,
        examples: Array<'_>,
        labels: Array<'_>,
        class_names: Option<Vec<String>>,
        path: &Path,
    ) -> Result<Self, DataError> {
        if name == "inputs" {
            Inputs::new(examples, labels, class_names, path).map(Stored::Inputs)
        } else {
            Content::new(examples, labels, class_names, path).map(Stored::Images)
        }
    }
}
