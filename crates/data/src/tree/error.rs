//! What can go wrong with a tree of image files, one sentence each.

use std::path::PathBuf;

/// Why a tree of image files could not be read.
///
/// Every message names the file, folder or value at fault and what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TreeError {
    /// A folder without anything that looks like a data set.
    #[error(
        "{dir} holds neither a folder train nor one folder of images a class: set data_dir to the folder that holds train/CLASS/IMAGE"
    )]
    NoTrain {
        /// The folder searched.
        dir: PathBuf,
    },

    /// A folder of one split without folders of classes.
    #[error("{dir} holds no folder of a class: put the images of each class into a folder there")]
    NoClasses {
        /// The folder of the split.
        dir: PathBuf,
    },

    /// A folder of one split with the images of all classes side by side.
    #[error(
        "{dir} holds images such as {file} directly, so that their classes are not known: sort them into one folder a class"
    )]
    Unsorted {
        /// The folder of the split.
        dir: PathBuf,
        /// One of the images.
        file: String,
    },

    /// A folder of a class without any image.
    #[error(
        "{dir} is the folder of a class but holds no JPEG, PNG, BMP, GIF, TIFF or WebP file: remove it or put its images there"
    )]
    ClassWithoutImages {
        /// The folder of the class.
        dir: PathBuf,
    },

    /// A class that can be tested but not learned.
    #[error(
        "{dir} is a class that {train} does not have: remove it, or add the class to the training images"
    )]
    ClassNotTrained {
        /// The class's folder of test images.
        dir: PathBuf,
        /// The folder of the training images.
        train: PathBuf,
    },

    /// A name that is not Unicode.
    #[error("{path} has a name that is not valid Unicode: rename it")]
    NameNotUnicode {
        /// The file or folder, as far as its name can be shown.
        path: PathBuf,
    },

    /// A file of no bytes.
    #[error("{path} is an empty file: fetch it again, or set skip_broken to leave such files out")]
    EmptyFile {
        /// The file.
        path: PathBuf,
    },

    /// A file that is none of the formats, whatever its name says.
    #[error(
        "{path} is not a JPEG, PNG, BMP, GIF, TIFF or WebP file, since it begins with the bytes {found}: replace it, or set skip_broken to leave such files out"
    )]
    NotAnImage {
        /// The file.
        path: PathBuf,
        /// Its first bytes in hexadecimal.
        found: String,
    },

    /// An image that ends too early.
    #[error(
        "{path} ends in the middle of its image, as a broken download does: fetch it again, or set skip_broken to leave such files out"
    )]
    CutShort {
        /// The file.
        path: PathBuf,
    },

    /// An image that its decoder refuses.
    #[error(
        "{path} cannot be decoded ({reason}): fetch it again, or set skip_broken to leave such files out"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What the decoder said.
        reason: String,
    },

    /// More pixels, or more bytes, than are ever read.
    #[error(
        "{path} has {found}, more than the {limit} that are read at most: make it smaller, or set skip_broken to leave such files out"
    )]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size, as in `70000x70000 pixels`.
        found: String,
        /// The most that is read, as in `134217728 pixels`.
        limit: String,
    },

    /// A file that is not what it was when the data set was loaded.
    #[error(
        "{path} has changed since the data set was loaded: start again with files that stay as they are"
    )]
    Changed {
        /// The file.
        path: PathBuf,
    },

    /// So many broken files that too few are left.
    #[error(
        "{dir} has only {good} images that can be decoded where {wanted} are needed for {field}, the first broken one being {broken}: lower {field} or fetch the broken files again"
    )]
    TooManyBroken {
        /// The folder of the class.
        dir: PathBuf,
        /// The images that could be decoded.
        good: usize,
        /// The images that were wanted.
        wanted: usize,
        /// The field of the request.
        field: &'static str,
        /// The first of the files that could not.
        broken: String,
    },

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

    /// A class of which every file is broken.
    #[error(
        "{dir} has no image that can be decoded, the first broken one being {broken}: remove the folder or fetch its files again"
    )]
    AllBroken {
        /// The folder of the class.
        dir: PathBuf,
        /// The first of its files.
        broken: String,
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

    /// The operating system refused to start threads.
    #[error(
        "cannot start the threads that decode images ({reason}): close other programs and try again"
    )]
    Threads {
        /// What the operating system said.
        reason: String,
    },
}

impl TreeError {
    /// Whether one file is at fault, which `skip_broken` may leave out.
    pub(crate) const fn is_broken_file(&self) -> bool {
        matches!(
            self,
            Self::EmptyFile { .. }
                | Self::NotAnImage { .. }
                | Self::CutShort { .. }
                | Self::Damaged { .. }
                | Self::TooLarge { .. }
        )
    }
}
