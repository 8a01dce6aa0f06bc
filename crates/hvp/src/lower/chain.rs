//! Lowerings of several operations one after another.

use burn_ir::TensorIr;

use super::lowering::Lowering;
use crate::rules::{Rule, shape::Reshape};

/// A lowering under construction, and the tensor it has come to.
pub(super) struct Chain {
    pub(super) lowering: Lowering,
    pub(super) at: TensorIr,
}

impl Chain {
    pub(super) fn from(tensor: &TensorIr) -> Self {
        Chain {
            lowering: Lowering::default(),
            at: tensor.clone(),
        }
    }

    /// An operation on the tensor the chain has come to, and on `others`.
    pub(super) fn apply(
        self,
        rule: impl Rule + 'static,
        others: &[&TensorIr],
        shape: &[usize],
    ) -> Self {
        let output = Lowering::intermediate(shape);
        let at = output.clone();
        Chain {
            lowering: self.end(rule, others, &output),
            at,
        }
    }

    /// The last operation, which writes `output`.
    pub(super) fn end(
        self,
        rule: impl Rule + 'static,
        others: &[&TensorIr],
        output: &TensorIr,
    ) -> Lowering {
        let mut inputs = vec![&self.at];
        inputs.extend(others);
        self.lowering.then(rule, &inputs, output)
    }

    /// The tensor `input` under another shape beside the chain.
    pub(super) fn beside(mut self, input: &TensorIr, shape: &[usize]) -> (Self, TensorIr) {
        let output = Lowering::intermediate(shape);
        let rule = Reshape {
            shape: shape.to_vec(),
        };
        self.lowering = self.lowering.then(rule, &[input], &output);
        (self, output)
    }
}
