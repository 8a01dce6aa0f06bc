//! Tests of the crate through its public interface.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod arrays;
mod as_found;
mod bad_files;
mod bad_table;
mod bad_trees_table;
mod batches;
mod build;
mod cifar;
mod files;
mod hostile_bytes;
mod inputs;
mod layouts;
mod real_mnist;
mod settings;
mod subsets;
mod synth_digits;
