//! `run.toml`: what a run is.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use hesscope_files::sealed::{check_toml, seal_toml};
use hesscope_models::Provenance;
use hesscope_records::Split;
use serde::{Deserialize, Serialize};

use crate::error::StudyError;
use crate::settings::Settings;

/// Its name.
const NAME: &str = "run.toml";

/// The file: what a run is. It is sealed with a checksum of its content.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RunFile {
    /// Version of hesscope that made the run.
    pub hesscope: String,
    /// SHA-256 of the settings that determine the trained weights.
    pub training_sha256: String,
    /// SHA-256 of the images and labels trained on.
    pub train_data_sha256: String,
    /// SHA-256 of those tested on.
    pub test_data_sha256: String,
    /// The device, in words.
    pub device_name: String,
    /// The resolved settings.
    pub settings: Settings,
}

impl RunFile {
    /// Where the file of a run lies.
    pub fn path(root: &Path) -> PathBuf {
        root.join(NAME)
    }

    /// Reads the file of a folder, if it has one.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, that is not as it was written, or whose settings are not those of its hash.
    pub fn read(root: &Path) -> Result<Option<Self>, StudyError> {
        let path = Self::path(root);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StudyError::read(&path, error)),
        };
        let wrong = |reason: String| {
            StudyError::damaged(format!(
                "{} is not as hesscope wrote it ({reason}): restore it, or choose another folder",
                path.display()
            ))
        };
        let text = check_toml(&bytes).map_err(|damage| wrong(damage.to_string()))?;
        let file: RunFile =
            toml::from_str(text).map_err(|error| wrong(error.message().replace('\n', " ")))?;
        if file.settings.hash()? != file.training_sha256 {
            return Err(wrong(
                "its settings are not those of training-sha256".into(),
            ));
        }
        Ok(Some(file))
    }

    /// The file as it is written.
    ///
    /// # Errors
    ///
    /// None for settings that came from a table.
    pub fn to_bytes(&self) -> Result<Vec<u8>, StudyError> {
        let text = toml::to_string(self).map_err(|error| StudyError::setting(error.to_string()))?;
        Ok(seal_toml(&text).into_bytes())
    }

    /// SHA-256 of the images and labels of a split.
    pub fn data_sha256(&self, split: Split) -> &str {
        match split {
            Split::Train => &self.train_data_sha256,
            Split::Test => &self.test_data_sha256,
        }
    }

    /// What every checkpoint of the run says of itself.
    pub fn provenance(&self) -> Provenance {
        Provenance {
            run_sha256: self.training_sha256.clone(),
            train_sha256: self.train_data_sha256.clone(),
            test_sha256: self.test_data_sha256.clone(),
        }
    }
}
