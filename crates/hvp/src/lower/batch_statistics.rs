//! Batch normalization with the statistics of the batch, which Burn records as what computes them and a normalization.

use std::collections::HashMap;

use burn_ir::{
    ActivationOperationIr, BaseOperationIr, BatchNormOpIr, ModuleOperationIr, NumericOperationIr,
    OperationIr, TensorId, TensorIr,
};

use super::lowering::{Lowering, float};
use crate::rules::{Rule, batch_norm_relu::BatchNormRelu, batch_norm_train::BatchNormTrain};

/// What computes each tensor of a record.
struct Producers<'a>(HashMap<TensorId, &'a OperationIr>);

impl Producers<'_> {
    /// The operation that a tensor comes from, through any number of changes of shape.
    fn behind_shapes(&self, mut id: TensorId) -> Option<&OperationIr> {
        loop {
            match self.0.get(&id)? {
                OperationIr::BaseFloat(BaseOperationIr::Reshape(op)) => id = op.input.id,
                other => return Some(other),
            }
        }
    }

    /// The images [n, c, …] whose mean over everything but channels a tensor of c numbers is.
    fn channel_mean(&self, id: TensorId) -> Option<&TensorIr> {
        let OperationIr::NumericFloat(_, NumericOperationIr::MeanDim(mean)) =
            self.behind_shapes(id)?
        else {
            return None;
        };
        let OperationIr::BaseFloat(BaseOperationIr::Reshape(flat)) = self.0.get(&mean.input.id)?
        else {
            return None;
        };
        let OperationIr::BaseFloat(BaseOperationIr::SwapDims(swap)) = self.0.get(&flat.input.id)?
        else {
            return None;
        };
        let images = &swap.input;
        let channels = *images.shape.get(1)?;
        let rows = [channels, images.shape.num_elements() / channels.max(1)];
        let fits =
            [swap.dim1, swap.dim2] == [0, 1] && mean.axis == 1 && flat.out.shape.to_vec() == rows;
        fits.then_some(images)
    }

    /// Whether a tensor is the biased variance of the channels of these images.
    fn is_channel_variance(&self, id: TensorId, images: TensorId) -> bool {
        let centered = || {
            let square = self.channel_mean(id)?;
            let OperationIr::NumericFloat(_, NumericOperationIr::Mul(square)) =
                self.0.get(&square.id)?
            else {
                return None;
            };
            let OperationIr::NumericFloat(_, NumericOperationIr::Sub(centered)) =
                self.0.get(&square.lhs.id)?
            else {
                return None;
            };
            let mean = self.channel_mean(centered.rhs.id)?;
            let fits = square.lhs.id == square.rhs.id
                && centered.lhs.id == images
                && mean.id == images
                && centered.rhs.shape.get(1) == centered.lhs.shape.get(1);
            fits.then_some(())
        };
        centered().is_some()
    }
}

/// The normalizations of a record whose statistics are those of what they normalize, each as one operation, by its output, and
/// with the rectifier behind it where nothing else reads it. Not those for whose operation `taken` says that another rule is there.
pub(crate) fn over_batches(
    operations: &[OperationIr],
    taken: impl Fn(&OperationIr) -> bool,
) -> HashMap<TensorId, Lowering> {
    let producers = Producers(
        operations
            .iter()
            .flat_map(|operation| operation.outputs().map(move |out| (out.id, operation)))
            .collect(),
    );
    let norms: HashMap<TensorId, &BatchNormOpIr> = operations
        .iter()
        .filter_map(|operation| match operation {
            OperationIr::Module(ModuleOperationIr::BatchNorm(op)) if !taken(operation) => Some(op),
            _ => None,
        })
        .filter(|op| {
            let mean = producers.channel_mean(op.mean.id);
            mean.is_some_and(|images| images.id == op.x.id)
                && producers.is_channel_variance(op.variance.id, op.x.id)
        })
        .map(|op| (op.out.id, op))
        .collect();
    let rectified = operations.iter().filter_map(|operation| {
        let OperationIr::Activation(ActivationOperationIr::Relu(relu)) = operation else {
            return None;
        };
        let op = norms.get(&relu.input.id)?;
        let reads = operations.iter().flat_map(OperationIr::inputs);
        let alone = reads.filter(|tensor| tensor.id == op.out.id).count() == 1;
        (alone && !taken(operation)).then(|| {
            let norm = normalization(op);
            (relu.out.id, lowering(BatchNormRelu { norm }, op, &relu.out))
        })
    });
    let plain = norms
        .iter()
        .map(|(&id, op)| (id, lowering(normalization(op), op, &op.out)));
    plain.chain(rectified).collect()
}

fn normalization(op: &BatchNormOpIr) -> BatchNormTrain {
    BatchNormTrain {
        epsilon: float(op.epsilon),
    }
}

fn lowering(rule: impl Rule + 'static, op: &BatchNormOpIr, out: &TensorIr) -> Lowering {
    Lowering::new(rule, &[&op.x, &op.gamma, &op.beta], out)
}
