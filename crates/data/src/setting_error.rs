//! Settings of a data set that cannot be used, one sentence each.

use crate::name::DatasetName;
use std::path::PathBuf;

/// Why a [`crate::DatasetSpec`] cannot be met, whatever the files hold.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingError {
    /// A setting that other data sets have.
    #[error("{dataset} has no setting {field}: leave it out")]
    NotOfDataset {
        /// The data set.
        dataset: DatasetName,
        /// The field of the request.
        field: &'static str,
    },

    /// A setting of images, for inputs that are taken as they are.
    #[error(
        "{field} is of images, but the files hold inputs, which are taken as they are: leave it out, or store images"
    )]
    NotOfInputs {
        /// The field of the request.
        field: &'static str,
    },

    /// A choice by class among inputs that have none.
    #[error(
        "{field} chooses by class, but the inputs have several labels each, or one that does not count: leave it out"
    )]
    NoClassOfInput {
        /// The field of the request.
        field: &'static str,
    },

    /// Text that is no number of examples.
    #[error(
        "`{text}` is not a number of examples per class: give a number, `all`, or one of paper-1 to paper-20"
    )]
    PerClassText {
        /// The text.
        text: String,
    },

    /// All examples of a data set that is drawn without end.
    #[error("{field} is `all`, but {dataset} can draw any number: give a number")]
    PerClassEndless {
        /// The data set.
        dataset: DatasetName,
        /// The field of the request.
        field: &'static str,
    },

    /// A list of classes without any.
    #[error("classes is an empty list: name at least one class, or leave it out to use all")]
    NoClasses,

    /// A class that the data set does not have.
    #[error(
        "classes names `{class}`, which is no class here: give a label from 0 to {last} or a name such as `{example}`"
    )]
    UnknownClass {
        /// The class as given.
        class: String,
        /// The largest label.
        last: usize,
        /// The name most like it, or that of the first class.
        example: String,
    },

    /// A class listed twice.
    #[error("classes names `{class}` a second time: list each class once")]
    ClassTwice {
        /// The class as given the second time.
        class: String,
    },

    /// A share of labels that is none.
    #[error("label_noise is {value}, but it is a share of the labels: choose a number from 0 to 1")]
    LabelNoiseRange {
        /// The value given.
        value: f64,
    },

    /// Labels to be replaced by others where there are no others.
    #[error(
        "label_noise needs a second class to draw from: choose at least two classes or leave it out"
    )]
    LabelNoiseOneClass,

    /// A normalization for another number of channels.
    #[error(
        "normalization has {means} mean(s) and {stds} std(s) for images of {channels} channel(s): give one of each a channel"
    )]
    NormalizationLength {
        /// Numbers in `mean`.
        means: usize,
        /// Numbers in `std`.
        stds: usize,
        /// Channels of an image.
        channels: usize,
    },

    /// A normalization, and none.
    #[error("normalization is given, but so is without_normalization: leave one of them out")]
    NormalizationTwice,

    /// A normalization that would give values that are not finite.
    #[error(
        "normalization has the {part} {value} for channel {channel}: give finite means and finite stds above 0"
    )]
    NormalizationValue {
        /// `mean` or `std`.
        part: &'static str,
        /// The value given.
        value: f32,
        /// The channel, from 0.
        channel: usize,
    },

    /// A size of images that cannot be used.
    #[error(
        "image_size is {value}, but it must be from {least} to {most}: choose a number in that range"
    )]
    ImageSize {
        /// The value given.
        value: usize,
        /// The smallest size.
        least: usize,
        /// The largest size.
        most: usize,
    },

    /// Test images wanted of files whose test images are done without.
    #[error(
        "test_per_class is set, but without_test has the training images tested on: leave one of them out"
    )]
    NothingToTest,

    /// Test images wanted from a tree that has none to spare.
    #[error(
        "test_per_class is {wanted}, but {dir} has no test images beside it and training leaves {left} of class {class}: lower train_per_class, or leave test_per_class out to test on the training images"
    )]
    NothingLeftToTest {
        /// The folder of the training images.
        dir: PathBuf,
        /// The class with the fewest images left.
        class: String,
        /// The test images wanted of each class.
        wanted: usize,
        /// The images that training leaves over.
        left: usize,
    },
}
