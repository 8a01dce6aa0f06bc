//! Passes over images [K, n, c, …] with numbers per channel.
//!
//! The channels are neighbours in memory: that is how the convolutions leave their images, and what lies otherwise is copied.
//! Kernels have one axis of all numbers, since a device may align the rows of arrays with several (CubeCL's pitched memory).

mod combine;
mod kernels;
mod normalizer;
mod rows;
mod sums;

pub(crate) use combine::{ChannelTerm, combine};
pub(crate) use normalizer::{Pulled, pulled, scale};
pub(crate) use sums::{share_of_product, share_of_sum, sums};
