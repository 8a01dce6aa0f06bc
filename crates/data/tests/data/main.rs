//! Tests of the crate through its public interface.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bad_files;
mod batches;
mod files;
mod hostile_bytes;
mod layouts;
mod real_mnist;
mod subsets;
mod synth_digits;
