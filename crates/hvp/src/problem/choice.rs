//! How many examples go through the network at once, and how many batches side by side.

use burn::tensor::Device;

use super::Options;
use crate::program::Program;
use crate::space::on_host;

/// The most examples that go through a network at once where nobody chooses: more save nothing.
const LARGEST_BATCH: usize = 512;

/// Batches that are computed side by side. On a host most operations use one core, but products of
/// large matrices use all; and each batch has products of its own, p numbers each. So it is one for a
/// device, which orders its work itself, and for a network of many parameters.
pub(super) fn batches_at_once(one: &Program, device: &Device, options: &Options) -> usize {
    let products = options.directions.max(1) * one.dim() * options.precision.bytes();
    if on_host(device) && products <= options.memory / 8 {
        rayon::current_num_threads()
    } else {
        1
    }
}

/// Bytes of one pass that a core's caches hold well enough. Most of a product of a small network is
/// passes over its tensors: with 32 examples at once of a small convolutional network it takes 0.6 of
/// the time it takes with 512.
const CACHED: usize = 16 << 20;

/// Bytes of a pass for each byte of the products it gives, at least: every batch has products of its
/// own to fill and to add up, p numbers each, which must not become most of the work.
const PASS_TO_PRODUCTS: usize = 8;

/// The number of examples that fit into the memory asked for, and on a host into its caches, made
/// smaller for batches as equal as can be.
pub(super) fn fitting_batch(
    one: &Program,
    device: &Device,
    options: &Options,
    width: usize,
    count: usize,
) -> usize {
    let bytes = (one.pass_elements(options.directions) * options.precision.bytes()).max(1);
    let mut most = options.memory / width;
    if on_host(device) {
        let products = options.directions.max(1) * one.dim() * options.precision.bytes();
        most = most.min(CACHED.max(PASS_TO_PRODUCTS * products));
    }
    let most = (most / bytes).clamp(1, LARGEST_BATCH);
    count.div_ceil(count.div_ceil(most))
}
