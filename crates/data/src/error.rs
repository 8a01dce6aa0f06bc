//! Everything that can go wrong, one sentence each.

use crate::{ArchiveError, ArrayError, CifarError, SettingError};
use std::path::PathBuf;

/// Why a data set could not be loaded or a split not be made.
///
/// Every message names the file, field or value at fault and what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// A data set name that is not known.
    #[error("unknown data set `{name}`: choose one of {known}")]
    UnknownDataset {
        /// The name as given.
        name: String,
        /// The known names, separated by commas.
        known: String,
    },

    /// A data set read from files, without a folder to read them from.
    #[error("{dataset} is read from files, so set data_dir to the folder holding {files}")]
    DataDirNeeded {
        /// The data set's name.
        dataset: &'static str,
        /// The files that the folder must hold.
        files: String,
    },

    /// A folder that is not there, or is not a folder.
    #[error("data_dir {path} is not a folder: create it or correct the path")]
    DirectoryMissing {
        /// The path as given.
        path: PathBuf,
    },

    /// A file that is not in its folder under any of its names.
    #[error(
        "{file} is missing from {dir} (also looked for {also}): put it there or correct data_dir"
    )]
    FileMissing {
        /// The folder searched.
        dir: PathBuf,
        /// The file's official name.
        file: String,
        /// The other names tried.
        also: String,
    },

    /// The operating system refused to read a file.
    #[error("cannot read {path} ({source}): check the file and its permissions")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },

    /// A gzip file that ends too early.
    #[error(
        "{path} ends in the middle of its gzip stream, as a broken download does: fetch it again"
    )]
    GzipTruncated {
        /// The file.
        path: PathBuf,
    },

    /// A gzip file whose content is damaged.
    #[error("{path} is a damaged gzip file ({source}): fetch it again")]
    GzipCorrupt {
        /// The file.
        path: PathBuf,
        /// What the decompressor said.
        source: std::io::Error,
    },

    /// A file of some other format.
    #[error(
        "{path} is not an IDX file, since it begins with the bytes {found} rather than 00 00: give the official IDX file, plain or gzip"
    )]
    NotIdx {
        /// The file.
        path: PathBuf,
        /// Its first four bytes in hexadecimal.
        found: String,
    },

    /// An IDX file of other values than bytes.
    #[error(
        "{path} holds IDX values of type {found:#04x}, but only unsigned bytes (0x08) are read: give the official file"
    )]
    IdxType {
        /// The file.
        path: PathBuf,
        /// The type code in its magic number.
        found: u8,
    },

    /// An IDX file with an unexpected number of dimensions.
    #[error(
        "{path} has {found} dimension(s) where {expected} are expected: check that image and label files are not swapped"
    )]
    IdxRank {
        /// The file.
        path: PathBuf,
        /// The number of dimensions in its magic number.
        found: u8,
        /// The number of dimensions that this file should have.
        expected: usize,
    },

    /// An IDX file with nothing along one of its dimensions.
    #[error("{path} says that its dimensions are {dims}, so it holds nothing: fetch it again")]
    IdxZeroDimension {
        /// The file.
        path: PathBuf,
        /// The dimensions, as in `60000x28x28`.
        dims: String,
    },

    /// An IDX file that claims more than is ever read.
    #[error(
        "{path} says that its dimensions are {dims}, more than the {limit} bytes that are read at most: fetch it again"
    )]
    IdxTooLarge {
        /// The file.
        path: PathBuf,
        /// The dimensions, as in `60000x28x28`.
        dims: String,
        /// The most bytes of content that are read.
        limit: u64,
    },

    /// An IDX file with fewer bytes than its header announces.
    #[error("{path} is cut short, with {found} of the {expected} bytes expected: fetch it again")]
    IdxTooShort {
        /// The file.
        path: PathBuf,
        /// The bytes there are, header included, uncompressed.
        found: u64,
        /// The bytes there should be, header included, uncompressed.
        expected: u64,
    },

    /// An IDX file with more bytes than its header announces.
    #[error("{path} goes on after the {expected} bytes that its header announces: fetch it again")]
    IdxTooLong {
        /// The file.
        path: PathBuf,
        /// The bytes there should be, header included, uncompressed.
        expected: u64,
    },

    /// Images of a size that the data set does not have.
    #[error(
        "{path} holds images of {height}x{width} pixels rather than {expected}x{expected}: give the official file"
    )]
    ImageSize {
        /// The file.
        path: PathBuf,
        /// Rows of one image.
        height: usize,
        /// Columns of one image.
        width: usize,
        /// Rows and columns that an image should have.
        expected: usize,
    },

    /// A different number of images and labels.
    #[error(
        "{images_path} holds {images} images but {labels_path} holds {labels} labels: take both files from one download"
    )]
    CountMismatch {
        /// The file of images.
        images_path: PathBuf,
        /// The number of images.
        images: usize,
        /// The file of labels.
        labels_path: PathBuf,
        /// The number of labels.
        labels: usize,
    },

    /// A label in a file that stands for no class.
    #[error(
        "{path} gives example {index} the label {label}, but labels run from 0 to {last}: fetch it again"
    )]
    LabelOutOfRange {
        /// The file.
        path: PathBuf,
        /// The example's place in the file, from 0.
        index: usize,
        /// The label found.
        label: u32,
        /// The largest label allowed.
        last: usize,
    },

    /// A number of examples per class that cannot be used.
    #[error("{field} is {value}, but it must be from 1 to {limit}: choose a number in that range")]
    PerClassRange {
        /// The field of the request.
        field: &'static str,
        /// The value given.
        value: usize,
        /// The largest value allowed.
        limit: usize,
    },

    /// More examples per class wanted than the smallest class has.
    #[error(
        "{field} is {wanted}, but class {class} has only {available} examples: ask for at most {available}"
    )]
    SubsetTooLarge {
        /// The field of the request.
        field: &'static str,
        /// The smallest class.
        class: usize,
        /// The number of examples wanted of each class.
        wanted: usize,
        /// The number of examples that class has.
        available: usize,
    },

    /// A balanced subset wanted of examples that lack a class altogether.
    #[error(
        "{field} cannot be met because class {class} has no examples: leave it out to use all examples"
    )]
    EmptyClass {
        /// The field of the request.
        field: &'static str,
        /// The class.
        class: usize,
    },

    /// A setting that cannot be used.
    #[error(transparent)]
    Setting(#[from] SettingError),

    /// A damaged or unexpected tar archive.
    #[error(transparent)]
    Archive(#[from] ArchiveError),

    /// Files that are no CIFAR-10 or CIFAR-100.
    #[error(transparent)]
    Cifar(#[from] CifarError),

    /// Files of arrays that do not hold images and labels.
    #[error(transparent)]
    Array(#[from] ArrayError),

    /// A split made from parts that do not fit each other.
    #[error("a split cannot be made because {problem}: correct the parts given to it")]
    InvalidSplit {
        /// What does not fit.
        problem: String,
    },

    /// What is wrong with a tree of image files.
    #[error(transparent)]
    Tree(#[from] crate::tree::TreeError),
}
