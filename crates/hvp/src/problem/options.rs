//! How products are computed.

use crate::precision::Precision;

/// How products are computed; it changes them by no more than rounding.
#[derive(Clone, Copy, Debug)]
pub struct ProblemOptions {
    /// The precision of everything but long sums, which are float64.
    pub precision: Precision,
    /// The examples that go through the network at once. Absent, chosen from `memory`, and on a host,
    /// where the batches of a small network are computed side by side, one for each thread.
    pub batch_size: Option<usize>,
    /// The most directions that go through the network at once, K; fewer where `memory` is short.
    pub directions: usize,
    /// Bytes that a product may take at its fullest moment: all tensors of the passes that go side by
    /// side, and K directions and K products of p numbers each. The parameters, and the vectors of
    /// whoever asks for products, come on top.
    pub memory: usize,
}

impl Default for ProblemOptions {
    fn default() -> Self {
        ProblemOptions {
            precision: Precision::F32,
            batch_size: None,
            directions: 8,
            memory: 1 << 30,
        }
    }
}
