//! Convolution over images and its transpose.
//!
//! Both are bilinear, so every derivative is one of three contractions with one argument exchanged
//! for a tangent or a cotangent: `forward` takes images and weights, `pull_input` weights and
//! cotangents, `pull_weight` images and cotangents. The product rule adds up pairs of arguments, of
//! which one of each pair may have K directions (`contraction.rs`).

mod contraction;
mod device;
mod direct;
mod geometry;
#[cfg(feature = "gpu")]
mod matrices;
#[cfg(feature = "gpu")]
mod tiles;
mod transposed;

pub use geometry::Conv2d;
pub(in crate::rules) use geometry::shape_only;
pub use transposed::ConvTranspose2d;
