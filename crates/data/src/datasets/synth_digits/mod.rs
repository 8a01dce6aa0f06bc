//! `synth-digits`: the digits 0 to 9, drawn by the program, so that it needs no download.
//!
//! Each image is 1x16x16. It starts from one of a few styles of its digit (strokes
//! through a handful of points), moves the points, applies a random affine map, and draws the strokes with
//! a random thickness, brightness, background, noise and, now and then, clutter.
//!
//! An image is a pure function of `(seed, train or test, class, place)`: it does not depend on how
//! many images are drawn, and a smaller set is a prefix of a larger. Drawing uses only operations
//! that IEEE 754 rounds exactly and ends in bytes, so every platform gets the same bits.

mod geometry;
mod glyphs;
mod picture;
mod recipe;
pub(crate) mod sets;
mod shape;

pub use sets::{MAX_PER_CLASS, TEST_PER_CLASS, TRAIN_PER_CLASS};
pub use shape::SHAPE;
