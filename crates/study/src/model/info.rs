//! What a run's folder says of its model from a file.

use std::path::{Path, PathBuf};

use hesscope_files::sealed::seal_json;
use hesscope_files::write_bytes;
use hesscope_models::Provenance;
use hesscope_records::EpochRecord;
use serde::{Deserialize, Serialize};

use crate::error::StudyError;
use crate::sealed_file::read_sealed;

/// The name of the file beside it.
const FILE: &str = "model.json";

/// `model.json`: a run's model, and how good it is. It is sealed with a checksum of its content.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelInfo {
    /// The run and the data.
    pub provenance: Provenance,
    /// SHA-256 of the model's files.
    pub model_sha256: String,
    /// The number of logits a row, C.
    pub classes: usize,
    /// Names and extents of the parameters, in the order in which they make up a vector.
    pub parameters: Vec<(String, Vec<usize>)>,
    /// Loss and accuracy over both splits.
    pub metrics: EpochRecord,
}

impl ModelInfo {
    /// Where the file of a run lies.
    pub fn path(root: &Path) -> PathBuf {
        root.join(FILE)
    }

    /// Reads the file of a run, if there is one.
    ///
    /// # Errors
    ///
    /// A file that is not as it was written, or that is of another run.
    pub fn read(root: &Path, provenance: &Provenance) -> Result<Option<Self>, StudyError> {
        let path = Self::path(root);
        let wrong = |reason: String| {
            StudyError::damaged(format!(
                "{} is not as hesscope wrote it for this run ({reason}): delete it and repeat `hesscope run`, which makes it \
                 again",
                path.display()
            ))
        };
        let found: Option<ModelInfo> = read_sealed(&path).map_err(wrong)?;
        match &found {
            Some(info) if info.provenance != *provenance => {
                Err(wrong("it is of another run or of other data".into()))
            }
            _ => Ok(found),
        }
    }

    /// Writes the file of a run.
    ///
    /// # Errors
    ///
    /// A folder that cannot be written.
    pub fn write(&self, root: &Path) -> Result<(), StudyError> {
        let path = Self::path(root);
        let bytes = seal_json(self).map_err(|error| StudyError::Fault(error.to_string()))?;
        write_bytes(&path, &bytes).map_err(|error| StudyError::write(&path, error))
    }

    /// The number of parameters, p.
    pub fn num_parameters(&self) -> usize {
        let count = |shape: &[usize]| shape.iter().product::<usize>();
        self.parameters.iter().map(|(_, shape)| count(shape)).sum()
    }
}
