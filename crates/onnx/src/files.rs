//! The files that a model consists of.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::external::is_external;
use crate::model::Model;

impl Model {
    /// The files beside the model's own that hold its stored tensors, by their paths from the model's folder.
    pub fn external_files(&self) -> Vec<PathBuf> {
        let tensors = self.graph.initializer.iter();
        let entries = tensors
            .filter(|tensor| is_external(tensor))
            .flat_map(|tensor| &tensor.external_data);
        let files: BTreeSet<PathBuf> = entries
            .filter(|entry| entry.key == "location")
            .map(|entry| PathBuf::from(&entry.value))
            .collect();
        files.into_iter().collect()
    }
}
