//! How products are computed.

use crate::array::Precision;

/// How products are computed; it changes them by no more than rounding.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The precision of everything but long sums, which are float64.
    pub precision: Precision,
    /// The most examples that go through the network at once. Absent, chosen from `memory`, and on a
    /// host, where the batches of a small network are computed side by side, one for each thread.
    pub batch_size: Option<usize>,
    /// The most directions that go through the network at once, K.
    pub directions: usize,
    /// Bytes that the tensors of one pass which grow with the batch may take together, about; K
    /// directions and K products, p numbers each, come on top.
    pub memory: usize,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            precision: Precision::F32,
            batch_size: None,
            directions: 8,
            memory: 1 << 30,
        }
    }
}
