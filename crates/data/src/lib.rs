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
//!     ..DatasetSpec::new(DatasetName::SYNTH_DIGITS)
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

mod batches;
mod data_dir;
mod dataset;
mod datasets;
mod defaults;
mod error;
mod formats;
#[doc(hidden)]
pub mod fuzzing;
mod images;
mod memory;
mod name;
mod normalization;
mod per_class;
mod selection;
mod setting_error;
mod shape;
mod spec;
mod stream;

pub use batches::{
    Batch, SequentialBatches, ShuffledBatches, epoch_order, sequential_batches, shuffled_batches,
};
pub use dataset::Dataset;
pub use datasets::{About, Publication, datasets, load, synth_digits, tree};
pub use error::{DataError, Fault};
pub use formats::idx;
pub use images::{Draw, IGNORED, Images};
pub use memory::Split;
pub use name::DatasetName;
pub use normalization::Normalization;
pub use per_class::{PAPER_SIZES, PerClass};
pub use selection::balanced_subset;
pub use setting_error::SettingError;
pub use shape::ImageShape;
pub use spec::DatasetSpec;
