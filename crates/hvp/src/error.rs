//! What can go wrong on the way from a network to a product.

use burn_backend::ExecutionError;
use thiserror::Error;

/// Why a network could not be captured.
#[derive(Debug, Error)]
pub enum CaptureError {
    /// There is no rule for an operation of the network.
    #[error(
        "the operation `{operation}` near the layer `{layer}` has no rule for differentiating it twice: \
         replace it in the network, or register a rule for it"
    )]
    NoRule {
        /// Burn's name of the operation.
        operation: String,
        /// The last module path whose tensors came in before it.
        layer: String,
    },
    /// The network lives on a device that records gradients.
    #[error("the network is on an autodiff device: pass `module.valid()`, which leaves it")]
    Autodiff,
    /// A tensor is read that nothing computes.
    #[error(
        "the network reads a tensor that is neither a parameter, a constant nor computed (near `{layer}`)"
    )]
    UnknownTensor {
        /// The last module path whose tensors came in before it.
        layer: String,
    },
    /// The logits do not have the shape [n, C] or [n m, C].
    #[error(
        "the network gives logits of shape {shape:?} for a batch of {batch}: it must be [{batch}, classes], \
         or for m rows an example [{batch} m, classes]"
    )]
    Logits {
        /// The shape it gives.
        shape: Vec<usize>,
        /// The number of examples that went in.
        batch: usize,
    },
    /// Burn could not record the network.
    #[error("Burn could not record the network: {0}")]
    Record(String),
}

/// Why a product or a pass over the data failed.
#[derive(Debug, Error)]
pub enum HvpError {
    /// The network could not be captured.
    #[error(transparent)]
    Capture(#[from] CaptureError),
    /// The device failed.
    #[error("the device failed: {0}")]
    Device(#[from] ExecutionError),
    /// The inputs, labels and options do not fit together.
    #[error("{0}")]
    Input(String),
}
