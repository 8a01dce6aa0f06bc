//! Image data sets for hesscope: readers, balanced subsets, batches and an embedded synthetic set.
//!
//! The crate knows nothing of tensors: a split gives its images as plain `Vec<f32>` in row-major
//! `[n, channels, height, width]` order beside their labels, through the trait [`Images`]. [`load`] turns a [`DatasetSpec`] into a
//! [`Dataset`]; [`shuffled_batches`] and [`sequential_batches`] walk a split.
//!
//! Everything random is a pure function of a seed and comes out the same on every platform.
//!
//! ```
//! use hesscope_data::{DatasetName, DatasetSpec, load, sequential_batches};
//!
//! let spec = DatasetSpec {
//!     train_per_class: Some(4.into()),
//!     test_per_class: Some(2.into()),
//!     ..DatasetSpec::new(DatasetName::SynthDigits)
//! };
//! let data = load(&spec)?;
//! assert_eq!(data.train.len(), 40);
//! for batch in sequential_batches(&*data.train, 16) {
//!     let batch = batch?;
//!     assert_eq!(batch.images.len(), batch.len() * data.train.shape().len());
//! }
//! # Ok::<(), hesscope_data::DataError>(())
//! ```
#![forbid(unsafe_code)]

mod archive;
mod arrays;
mod assemble;
mod augment;
mod batches;
mod cifar;
mod classes;
mod dataset;
mod error;
mod fingerprint;
#[doc(hidden)]
pub mod fuzzing;
pub mod idx;
mod images;
mod label_noise;
mod labelled;
mod memory;
mod mnist;
mod name;
mod normalization;
mod per_class;
mod settings;
mod shape;
mod split;
mod stream;
mod subset;
pub mod synth_digits;
pub mod tree;

pub use archive::ArchiveError;
pub use arrays::ArrayError;
pub use batches::{
    Batch, SequentialBatches, ShuffledBatches, epoch_order, sequential_batches, shuffled_batches,
};
pub use cifar::CifarError;
pub use dataset::{Dataset, DatasetSpec, load};
pub use error::DataError;
pub use images::{Draw, Images};
pub use name::DatasetName;
pub use normalization::Normalization;
pub use per_class::{PAPER_SIZES, PerClass};
pub use settings::SettingError;
pub use shape::ImageShape;
pub use split::Split;
pub use subset::balanced_subset;
