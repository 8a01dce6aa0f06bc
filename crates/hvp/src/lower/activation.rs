//! Activation functions Burn records as one operation.

use burn_ir::ActivationOperationIr;

use super::chain::Chain;
use super::lowering::{Lowering, float, operation};
use crate::rules::{
    activation::Pointwise,
    elementwise::{Affine, Mul, Sub},
    softmax::{LogSoftmax, Softmax},
};

pub(super) fn lower(activation: &ActivationOperationIr) -> Option<Lowering> {
    let negative = Affine {
        scale: -1.0,
        shift: 0.0,
    };
    match activation {
        ActivationOperationIr::Relu(op) => operation(Pointwise::Relu, &[&op.input], &op.out),
        ActivationOperationIr::LeakyRelu(op) => operation(
            Pointwise::LeakyRelu {
                slope: float(op.rhs),
            },
            &[&op.lhs],
            &op.out,
        ),
        // relu(x) - α relu(-x).
        ActivationOperationIr::PRelu(op) => {
            let shape = op.lhs.shape.to_vec();
            let negated = Chain::from(&op.lhs)
                .apply(negative, &[], &shape)
                .apply(Pointwise::Relu, &[], &shape)
                .apply(Mul, &[&op.rhs], &shape);
            let positive = Lowering::intermediate(&shape);
            let lowering = negated
                .lowering
                .then(Pointwise::Relu, &[&op.lhs], &positive)
                .then(Sub, &[&positive, &negated.at], &op.out);
            Some(lowering)
        }
        ActivationOperationIr::Gelu(op) => operation(Pointwise::Gelu, &[&op.input], &op.out),
        ActivationOperationIr::Sigmoid(op) => operation(Pointwise::Sigmoid, &[&op.input], &op.out),
        ActivationOperationIr::LogSigmoid(op) => {
            operation(Pointwise::LogSigmoid, &[&op.input], &op.out)
        }
        ActivationOperationIr::HardSigmoid(op) => {
            let line = Affine {
                scale: float(op.alpha),
                shift: float(op.beta),
            };
            let clamp = Pointwise::Clamp { min: 0.0, max: 1.0 };
            let chain = Chain::from(&op.tensor).apply(line, &[], &op.tensor.shape);
            Some(chain.end(clamp, &[], &op.out))
        }
        ActivationOperationIr::Softmax(op) => {
            operation(Softmax { dim: op.axis }, &[&op.input], &op.out)
        }
        ActivationOperationIr::LogSoftmax(op) => {
            operation(LogSoftmax { dim: op.axis }, &[&op.input], &op.out)
        }
        ActivationOperationIr::Softmin(op) => {
            let chain = Chain::from(&op.input).apply(negative, &[], &op.input.shape);
            Some(chain.end(Softmax { dim: op.axis }, &[], &op.out))
        }
        _ => None,
    }
}
