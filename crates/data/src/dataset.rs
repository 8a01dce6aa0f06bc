//! What loading a data set gives.

use crate::images::Images;
use crate::name::DatasetName;
use crate::normalization::Normalization;
use std::sync::Arc;

/// A data set, in memory or ready to be read.
#[derive(Debug, Clone)]
pub struct Dataset {
    /// Which one.
    pub name: DatasetName,
    /// The examples to train on and to analyse.
    pub train: Arc<dyn Images>,
    /// The examples to test on; images of the same shape, and the same classes.
    pub test: Arc<dyn Images>,
    /// The names of the classes, in the order of the labels.
    pub class_names: Vec<String>,
    /// How bytes became the splits' values.
    pub normalization: Normalization,
    /// What the user should know, a sentence each: files that are missing or were left out.
    pub notices: Vec<String>,
}
