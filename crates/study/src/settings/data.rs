//! Which of the data are taken, and how they are changed.

use std::path::PathBuf;

use hesscope_data::Normalization;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

/// The table `data`.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct DataSettings {
    /// Names or numbers of the classes taken, in the order of their new numbers; all if absent.
    pub classes: Option<Vec<String>>,
    /// Share of the training labels that are replaced by other ones.
    pub label_noise: f64,
    /// Whether training changes the images at random.
    pub augment: bool,
    /// Whether CIFAR-100 has its 20 classes rather than its 100.
    pub coarse_labels: bool,
    /// Pixels along a side, of images read from folders.
    pub image_size: Option<usize>,
    /// Whether images that cannot be read are left out.
    pub skip_broken: bool,
    /// Whether the test images of the files are done without.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub without_test: bool,
    /// Where images made ready are kept; the system's place for caches if absent.
    pub cache_dir: Option<PathBuf>,
    /// Whether images are taken as they are, without normalization.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub without_normalization: bool,
    /// Mean and standard deviation of each channel, in place of the data set's own.
    pub normalization: Option<Normalization>,
}
