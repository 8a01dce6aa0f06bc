//! The request for a data set.

use crate::name::DatasetName;
use crate::normalization::Normalization;
use crate::per_class::PerClass;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Which data set to load, how much of it, and what is done to it.
///
/// A setting that the data set does not have is refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatasetSpec {
    /// The data set.
    pub name: DatasetName,
    /// The folder with its files; not used by `synth-digits`.
    ///
    /// The files may lie in the folder itself, in a folder there of the data set's name (`mnist`, `cifar-10`), or in
    /// the usual ones: `MNIST/raw`, `FashionMNIST/raw`, `cifar-10-batches-bin`, `cifar-100-binary`.
    #[serde(default)]
    pub data_dir: Option<PathBuf>,
    /// Training examples of each class; everything in the files' order if absent, or
    /// [`crate::synth_digits::TRAIN_PER_CLASS`].
    #[serde(default)]
    pub train_per_class: Option<PerClass>,
    /// Test examples of each class; everything in the files' order if absent, or
    /// [`crate::synth_digits::TEST_PER_CLASS`].
    #[serde(default)]
    pub test_per_class: Option<PerClass>,
    /// Draws the subsets, and the images of `synth-digits`.
    #[serde(default)]
    pub seed: u64,
    /// The classes to keep, by name or by label, in the order in which they get the labels 0, 1 and so on; all if
    /// absent. A name comes before a label. Which examples are drawn of a class does not depend on the others.
    #[serde(default)]
    pub classes: Option<Vec<String>>,
    /// The share of the chosen training examples whose label is replaced, from 0 to 1: `round(share * n)` of the
    /// `n`, chosen at random, each get a class drawn uniformly from the others. What a smaller share changes, a
    /// larger one changes in the same way. Test labels are never replaced.
    #[serde(default)]
    pub label_noise: f64,
    /// Draws what `label_noise` replaces; [`DatasetSpec::seed`] if absent.
    #[serde(default)]
    pub noise_seed: Option<u64>,
    /// Whether training sees changed images: 4 pixels of value 0 on every side and a random crop of the former size;
    /// then left and right exchanged every second time, but not for `synth-digits` and `mnist`, where that
    /// would change the meaning. Analysis and evaluation see the images as they are. Data sets of image files have
    /// a law of their own.
    #[serde(default)]
    pub augment: bool,
    /// Whether to do without the test images of the files, which then need not be there: the training images are tested
    /// on, and a notice says so.
    #[serde(default)]
    pub without_test: bool,
    /// Labels by the 20 superclasses; `cifar-100` only.
    #[serde(default)]
    pub coarse_labels: bool,
    /// Rows and columns to which image files are brought; only data sets of image files.
    #[serde(default)]
    pub image_size: Option<usize>,
    /// Whether image files that cannot be read are left out, with a notice, rather than refused; only data sets of
    /// image files.
    #[serde(default)]
    pub skip_broken: bool,
    /// Where decoded images may be kept; only data sets of image files.
    #[serde(default)]
    pub cache_dir: Option<PathBuf>,
    /// Whether images are taken as they are, a byte as `byte / 255`, without any normalization.
    #[serde(default)]
    pub without_normalization: bool,
    /// The normalization; if absent the usual one of the data set, or, where there is none, the mean and standard
    /// deviation of each channel over the chosen training images.
    #[serde(default)]
    pub normalization: Option<Normalization>,
}

impl DatasetSpec {
    /// All of a data set, as it is, without a folder and with seed 0.
    #[must_use]
    pub fn new(name: DatasetName) -> Self {
        Self {
            name,
            data_dir: None,
            train_per_class: None,
            test_per_class: None,
            seed: 0,
            classes: None,
            label_noise: 0.0,
            noise_seed: None,
            augment: false,
            without_test: false,
            coarse_labels: false,
            image_size: None,
            skip_broken: false,
            cache_dir: None,
            without_normalization: false,
            normalization: None,
        }
    }

    /// The seed of the wrong labels.
    pub(crate) fn noise_seed(&self) -> u64 {
        self.noise_seed.unwrap_or(self.seed)
    }
}
