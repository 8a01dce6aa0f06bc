//! What to load, and what loading gives.

use crate::{DataError, DatasetName, Images, Normalization, mnist, synth_digits};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::Arc;

/// Which data set to load and how much of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatasetSpec {
    /// The data set.
    pub name: DatasetName,
    /// The folder with its files; not used by `synth-digits`.
    ///
    /// The files may lie in the folder itself, in a folder there of the data set's name (`mnist`,
    /// `fashion-mnist`), or in torchvision's (`MNIST/raw`, `FashionMNIST/raw`).
    #[serde(default)]
    pub data_dir: Option<PathBuf>,
    /// Training examples of each class; everything in the files' order if `None`, or
    /// [`synth_digits::TRAIN_PER_CLASS`].
    #[serde(default)]
    pub train_per_class: Option<usize>,
    /// Test examples of each class; everything in the files' order if `None`, or
    /// [`synth_digits::TEST_PER_CLASS`].
    #[serde(default)]
    pub test_per_class: Option<usize>,
    /// Draws the subsets, and the images of `synth-digits`.
    #[serde(default)]
    pub seed: u64,
}

impl DatasetSpec {
    /// All of a data set, without a folder and with seed 0.
    #[must_use]
    pub fn new(name: DatasetName) -> Self {
        Self {
            name,
            data_dir: None,
            train_per_class: None,
            test_per_class: None,
            seed: 0,
        }
    }
}

/// A data set, in memory or ready to be read.
#[derive(Debug, Clone)]
pub struct Dataset {
    /// Which one.
    pub name: DatasetName,
    /// The examples to train on and to analyse.
    pub train: Arc<dyn Images>,
    /// The examples to test on.
    pub test: Arc<dyn Images>,
    /// The names of the classes, in the order of the labels.
    pub class_names: Vec<String>,
    /// How bytes became the splits' values.
    pub normalization: Normalization,
}

impl Dataset {
    pub(crate) fn new(
        name: DatasetName,
        train: impl Images + 'static,
        test: impl Images + 'static,
        normalization: Normalization,
    ) -> Self {
        let class_names = name.class_names().iter().map(|&name| name.into()).collect();
        Self {
            name,
            train: Arc::new(train),
            test: Arc::new(test),
            class_names,
            normalization,
        }
    }
}

/// Loads a data set: reads its files or draws its images, takes the subsets, pads and normalises.
///
/// # Errors
/// A [`DataError`] whose sentence says which file, field or value is at fault and what to do.
pub fn load(spec: &DatasetSpec) -> Result<Dataset, DataError> {
    match spec.name {
        DatasetName::SynthDigits => synth_digits::load(spec),
        DatasetName::Mnist => mnist::load(&mnist::MNIST, spec),
        DatasetName::FashionMnist => mnist::load(&mnist::FASHION_MNIST, spec),
    }
}
