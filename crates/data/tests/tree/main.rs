//! Trees of image files through the crate's public interface.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod as_found;
mod augmentation;
mod bad_images;
mod bad_trees;
mod cache;
mod files;
mod formats;
mod layouts;
mod real;
mod skipping;
mod subsets;
