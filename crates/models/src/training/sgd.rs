//! The optimizer between two epochs.

use burn::tensor::DType;

use crate::state::{NamedTensor, StateError};

/// Stochastic gradient descent with momentum and weight decay ([`Descent`](hesscope_hvp::Descent)), with its momentum in host
/// memory.
///
/// Ours rather than Burn's because the momentum belongs in the checkpoint under the parameters' names, exactly. Weight decay
/// applies to every parameter, as in PyTorch without parameter groups; running statistics are untouched.
#[derive(Debug, Clone)]
pub struct Sgd {
    momentum: f64,
    weight_decay: f64,
    buffers: Vec<NamedTensor>,
}

impl Sgd {
    /// No buffer yet: the first step makes them.
    pub fn new(momentum: f64, weight_decay: f64) -> Self {
        Self {
            momentum,
            weight_decay,
            buffers: Vec::new(),
        }
    }

    /// The momentum, from 0 to below 1.
    pub fn momentum(&self) -> f64 {
        self.momentum
    }

    /// The weight decay.
    pub fn weight_decay(&self) -> f64 {
        self.weight_decay
    }

    /// The momentum buffers by parameter path; empty before the first step.
    pub fn state(&self) -> Vec<NamedTensor> {
        self.buffers.clone()
    }

    /// Replaces the momentum buffers by saved ones.
    ///
    /// # Errors
    ///
    /// Numbers that are neither float32 nor float64.
    pub fn load(&mut self, state: Vec<NamedTensor>) -> Result<(), StateError> {
        for NamedTensor { path, data, .. } in &state {
            if !matches!(data.dtype(), DType::F32 | DType::F64) {
                return Err(StateError::Precision {
                    path: path.clone(),
                    found: format!("{:?}", data.dtype()),
                });
            }
        }
        self.buffers = state;
        self.buffers.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(())
    }
}
