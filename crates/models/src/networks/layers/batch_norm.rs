//! Batch normalisation with an explicit choice of statistics.

use burn::{
    module::{Module, Param},
    tensor::{
        Tensor,
        module::{batch_norm, batch_norm_train},
    },
};
use serde::{Deserialize, Serialize};

use super::buffer::Buffer;
use crate::networks::{error::ModelError, init::Init, layer_table::LayerTable};

/// Which statistics a forward pass normalises with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BnMode {
    /// The running statistics, constants of the function (PyTorch's eval mode).
    #[default]
    Running,
    /// The batch's statistics, part of what is differentiated; nothing is written.
    Batch,
    /// The batch's statistics, and the running statistics move towards them (PyTorch's train mode).
    Train,
}

/// Share of a batch's statistics in the running ones, as in PyTorch.
pub const RUNNING_MOMENTUM: f64 = 0.1;

/// Batch normalisation of `[n, channels]` or `[n, channels, h, w]`, in PyTorch's semantics.
///
/// `y = weight (x - mean) / sqrt(var + epsilon) + bias` per channel. Batch statistics normalise with the biased
/// variance; the running variance follows the *unbiased* one, as in PyTorch. (Burn's own layer keeps the biased.)
#[derive(Module, Debug)]
pub struct BatchNorm {
    /// Scale, shape `[channels]`.
    pub weight: Param<Tensor<1>>,
    /// Shift, shape `[channels]`.
    pub bias: Param<Tensor<1>>,
    /// Running mean, shape `[channels]`.
    pub running_mean: Buffer,
    /// Running unbiased variance, shape `[channels]`.
    pub running_var: Buffer,
    /// Added to the variance before the square root.
    pub epsilon: f64,
    /// Share of the new batch in the running statistics.
    pub momentum: f64,
}

impl BatchNorm {
    /// Scale 1, shift 0, running mean 0, running variance 1, epsilon 1e-5, momentum 0.1.
    pub(crate) fn new(channels: usize, init: &mut Init) -> Result<Self, ModelError> {
        Ok(Self {
            weight: init.constant([channels], 1.0)?,
            bias: init.constant([channels], 0.0)?,
            running_mean: Buffer::new(init.constant_tensor([channels], 0.0)?),
            running_var: Buffer::new(init.constant_tensor([channels], 1.0)?),
            epsilon: 1e-5,
            momentum: RUNNING_MOMENTUM,
        })
    }

    /// The number of channels.
    pub fn channels(&self) -> usize {
        self.weight.dims()[0]
    }

    /// Normalises `x` of shape `[n, channels, ...]`; the output has the same shape.
    pub fn forward<const D: usize>(&self, x: Tensor<D>, mode: BnMode) -> Tensor<D> {
        let (weight, bias) = (self.weight.val(), self.bias.val());
        if mode == BnMode::Running {
            let (mean, var) = (self.running_mean.value(), self.running_var.value());
            return batch_norm(x, weight, bias, mean, var, self.epsilon);
        }
        let per_channel = x.dims().iter().product::<usize>() / self.channels();
        let result = batch_norm_train(x, weight, bias, self.epsilon);
        if mode == BnMode::Train {
            self.update(result.mean.detach(), result.variance.detach(), per_channel);
        }
        result.output
    }

    /// A row of a layer table: `kind` is "batch norm" with what follows it.
    pub(crate) fn describe(&self, path: &str, kind: &str, table: &mut LayerTable) {
        table.row(path, kind, &table.image(), self.num_params());
    }

    /// Moves the running statistics towards a batch's mean and biased variance over `count` values a channel.
    fn update(&self, mean: Tensor<1>, biased_var: Tensor<1>, count: usize) {
        // A single value has no unbiased variance; its biased one, 0, is all there is.
        let unbiased = count as f64 / count.saturating_sub(1).max(1) as f64;
        let keep = 1.0 - self.momentum;
        self.running_mean
            .set(self.running_mean.value() * keep + mean * self.momentum);
        self.running_var
            .set(self.running_var.value() * keep + biased_var * (self.momentum * unbiased));
    }
}
