//! What can be wrong with files of arrays, one sentence each.

use std::path::PathBuf;

/// Why a file does not give images and labels.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArrayError {
    /// Neither form of the file.
    #[error(
        "{dir} holds neither {split}.safetensors nor {split}.npz: put one there or correct data_dir"
    )]
    FileMissing {
        /// The folder searched.
        dir: PathBuf,
        /// `train` or `test`.
        split: &'static str,
    },

    /// A file larger than is ever read.
    #[error("{path} holds more than the {limit} bytes that are read at most: store fewer examples")]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The most bytes that are read.
        limit: u64,
    },

    /// A file that is no safetensors file.
    #[error("{path} is not a sound safetensors file ({problem}): write it again")]
    Safetensors {
        /// The file.
        path: PathBuf,
        /// What the reader said.
        problem: String,
    },

    /// A file that is no zip archive, or a damaged one.
    #[error("{path} is not a sound npz file ({problem}): write it again with numpy.savez")]
    Npz {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },

    /// An array that the file does not have.
    #[error("{path} holds no array `{array}`: store images and labels under these names")]
    ArrayMissing {
        /// The file.
        path: PathBuf,
        /// `images` or `labels`.
        array: &'static str,
    },

    /// An array stored column by column.
    #[error(
        "the array {array} in {path} is stored in Fortran order: store numpy.ascontiguousarray of it"
    )]
    FortranOrder {
        /// The file.
        path: PathBuf,
        /// `images` or `labels`.
        array: &'static str,
    },

    /// Values of a type that is not read.
    #[error(
        "the array {array} in {path} has values of type {found}, but only {expected} can be read: convert it"
    )]
    ElementType {
        /// The file.
        path: PathBuf,
        /// `images` or `labels`.
        array: &'static str,
        /// The type found, as the file calls it.
        found: String,
        /// The types that are read.
        expected: &'static str,
    },

    /// Labels that are no list, or images that are no images.
    #[error("the array {array} in {path} has the shape {shape}, but {expected}: reshape it")]
    Shape {
        /// The file.
        path: PathBuf,
        /// `images` or `labels`.
        array: &'static str,
        /// The shape found, as in `[10, 28, 28]`.
        shape: String,
        /// What it should be.
        expected: &'static str,
    },

    /// Images whose channels could lie on either of two axes.
    #[error(
        "the array images in {path} has the shape {shape}, where the second and the last axis could both be the channels: store grey images as [n, height, width], or images of another width as [n, channels, height, width]"
    )]
    Ambiguous {
        /// The file.
        path: PathBuf,
        /// The shape found.
        shape: String,
    },

    /// A different number of images and labels.
    #[error("{path} holds {images} images but {labels} labels: store one label an image")]
    CountMismatch {
        /// The file.
        path: PathBuf,
        /// The number of images.
        images: usize,
        /// The number of labels.
        labels: usize,
    },

    /// A value that is infinite or not a number.
    #[error(
        "image {index} in {path} has the value {value}, which is not finite in float32: correct it"
    )]
    NotFinite {
        /// The file.
        path: PathBuf,
        /// The image, from 0.
        index: usize,
        /// The value.
        value: f64,
    },

    /// A label that stands for no class.
    #[error("label {index} in {path} is {label}, but labels run from 0 to {last}: correct it")]
    Label {
        /// The file.
        path: PathBuf,
        /// The label's place, from 0.
        index: usize,
        /// The label.
        label: i128,
        /// The largest label allowed.
        last: usize,
    },

    /// Splits that do not belong together.
    #[error("{test} holds images of {found} but {train} of {expected}: store both alike")]
    SplitsDiffer {
        /// The file of the training examples.
        train: PathBuf,
        /// The file of the test examples.
        test: PathBuf,
        /// Type and shape of the test images.
        found: String,
        /// Type and shape of the training images.
        expected: String,
    },

    /// Names of classes that are no list of names.
    #[error("class_names in {path} has {problem}: store one different name a line")]
    ClassNames {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
}
