//! Operations that move elements of any kind about, and the tensors Burn fills with one number.

use burn::tensor::{DType, TensorData};
use burn_backend::{Slice as Range, tensor::IndexingUpdateOp};
use burn_ir::{BaseOperationIr, PadModeIr, PadOpIr, TensorIr};

use super::discrete;
use super::lowering::{Lowering, constant, float, operation};
use crate::array::Kind;
use crate::rules::{
    indexing::{Gather, ScatterAdd, Select, SelectAdd},
    masking::{MaskFill, MaskWhere},
    shape::{Cat, Expand, Flip, Permute, RepeatDim, Reshape},
    slicing::{Slice, SliceAssign},
};

/// One slice an axis, where Burn leaves out axes at the end that are taken whole.
fn whole(ranges: &[Range], tensor: &TensorIr) -> Vec<Range> {
    let mut whole = ranges.to_vec();
    let rest = &tensor.shape.as_slice()[ranges.len()..];
    whole.extend(rest.iter().map(|&extent| Range::from(0..extent)));
    whole
}

pub(super) fn lower(base: &BaseOperationIr) -> Option<Lowering> {
    match base {
        BaseOperationIr::Reshape(op) => operation(
            Reshape {
                shape: op.out.shape.to_vec(),
            },
            &[&op.input],
            &op.out,
        ),
        BaseOperationIr::SwapDims(op) => operation(
            Permute::swap(op.input.shape.num_dims(), op.dim1, op.dim2),
            &[&op.input],
            &op.out,
        ),
        BaseOperationIr::Permute(op) => operation(
            Permute {
                axes: op.axes.clone(),
            },
            &[&op.input],
            &op.out,
        ),
        BaseOperationIr::Flip(op) => operation(
            Flip {
                axes: op.axes.clone(),
            },
            &[&op.input],
            &op.out,
        ),
        BaseOperationIr::Expand(op) => operation(
            Expand {
                shape: op.out.shape.to_vec(),
            },
            &[&op.input],
            &op.out,
        ),
        BaseOperationIr::RepeatDim(op) => operation(
            RepeatDim {
                dim: op.dim,
                times: op.times,
            },
            &[&op.tensor],
            &op.out,
        ),
        BaseOperationIr::Cat(op) => {
            let inputs: Vec<&TensorIr> = op.tensors.iter().collect();
            operation(Cat { dim: op.dim }, &inputs, &op.out)
        }
        BaseOperationIr::Slice(op) => operation(
            Slice {
                ranges: whole(&op.ranges, &op.tensor),
            },
            &[&op.tensor],
            &op.out,
        ),
        BaseOperationIr::SliceAssign(op) => operation(
            SliceAssign {
                ranges: whole(&op.ranges, &op.tensor),
            },
            &[&op.tensor, &op.value],
            &op.out,
        ),
        BaseOperationIr::Select(op) => {
            operation(Select { dim: op.dim }, &[&op.tensor, &op.indices], &op.out)
        }
        BaseOperationIr::Gather(op) => {
            operation(Gather { dim: op.dim }, &[&op.tensor, &op.indices], &op.out)
        }
        BaseOperationIr::SelectAssign(op) if adds(&op.update, &op.out) => operation(
            SelectAdd { dim: op.dim },
            &[&op.tensor, &op.indices, &op.value],
            &op.out,
        ),
        BaseOperationIr::Scatter(op) if adds(&op.update, &op.out) => operation(
            ScatterAdd { dim: op.dim },
            &[&op.tensor, &op.indices, &op.value],
            &op.out,
        ),
        BaseOperationIr::MaskFill(op) if is_float(&op.out) => operation(
            MaskFill {
                value: float(op.value),
                shape: op.out.shape.to_vec(),
            },
            &[&op.tensor, &op.mask],
            &op.out,
        ),
        BaseOperationIr::MaskFill(op) => {
            let value = Lowering::intermediate_of(&op.out.shape, op.out.dtype);
            let mask_where = MaskWhere {
                shape: op.out.shape.to_vec(),
            };
            let lowering = constant(&value, float(op.value))?;
            Some(lowering.then(mask_where, &[&op.tensor, &op.mask, &value], &op.out))
        }
        BaseOperationIr::MaskWhere(op) => operation(
            MaskWhere {
                shape: op.out.shape.to_vec(),
            },
            &[&op.tensor, &op.mask, &op.value],
            &op.out,
        ),
        BaseOperationIr::Ones(op) => constant(&op.out, 1.0),
        // What is in an empty tensor is anybody's guess before it is assigned.
        BaseOperationIr::Zeros(op) | BaseOperationIr::Empty(op) => constant(&op.out, 0.0),
        BaseOperationIr::Cast(_) => discrete::lower_cast(base),
        other => discrete::lower_equality(other),
    }
}

fn is_float(tensor: &TensorIr) -> bool {
    Kind::of(tensor.dtype) == Kind::Float
}

/// Whether an indexed update is a sum of floats, the one kind with a rule.
fn adds(update: &IndexingUpdateOp, output: &TensorIr) -> bool {
    matches!(update, IndexingUpdateOp::Add) && is_float(output)
}

/// Padding with a number is a part of a tensor of that number assigned; padding by what is inside is a
/// selection of it, axis after axis.
pub(super) fn pad(op: &PadOpIr) -> Option<Lowering> {
    let extents = op.input.shape.to_vec();
    if let PadModeIr::Constant(number) = op.mode {
        let around = Lowering::intermediate(&op.out.shape);
        let ranges = op
            .padding
            .iter()
            .zip(&extents)
            .map(|(&(before, _), &extent)| Range::from(before..before + extent))
            .collect();
        let lowering = constant(&around, float(number))?;
        return Some(lowering.then(SliceAssign { ranges }, &[&around, &op.input], &op.out));
    }
    let reflects = matches!(op.mode, PadModeIr::Reflect);
    let mut lowering = Lowering::default();
    let mut at = op.input.clone();
    let mut shape = extents.clone();
    for (dim, &(before, after)) in op.padding.iter().enumerate() {
        if (before, after) == (0, 0) {
            continue;
        }
        let last = extents[dim] as i64 - 1;
        let places: Vec<i64> = (-(before as i64)..=last + after as i64)
            .map(|place| match (reflects, place) {
                (true, place) if place < 0 => -place,
                (true, place) if place > last => 2 * last - place,
                (_, place) => place.clamp(0, last),
            })
            .collect();
        shape[dim] = places.len();
        let count = [places.len()];
        let indices = Lowering::intermediate_of(&count, DType::I64);
        let output = Lowering::intermediate(&shape);
        lowering = lowering
            .with_constant(&indices, TensorData::new(places, count))
            .then(Select { dim }, &[&at, &indices], &output);
        at = output;
    }
    let shape = op.out.shape.to_vec();
    Some(lowering.then(Reshape { shape }, &[&at], &op.out))
}
