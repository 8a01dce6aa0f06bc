//! The data a loss is the mean over.

use burn::tensor::TensorData;

/// The examples the loss is the mean over.
#[derive(Clone, Debug)]
pub struct Examples {
    /// The inputs, [n, …], of any float type.
    pub inputs: TensorData,
    /// The class of each, below C.
    pub labels: Vec<u32>,
}
