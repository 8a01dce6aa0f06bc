//! Which classes and examples of a data set are taken, and with which labels.

pub(crate) mod classes;
pub(crate) mod label_noise;
pub(crate) mod subset;

pub use subset::balanced_subset;
