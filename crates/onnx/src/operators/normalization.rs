//! Normalizations.

use hesscope_hvp::rules::{
    activation::Pointwise, batch_norm_train::BatchNormTrain, discrete::Discrete,
    normalization::BatchNorm, standardization::Standardize,
};

use super::padding::padded;
use super::parts::part;
use crate::build::Build;
use crate::call::{Call, Outputs, one};
use crate::error::Fault;
use crate::value::{Tensor, axis_of};

/// The tensor that is normalized: [n, c, …].
fn images<'a>(call: &'a Call) -> Result<&'a Tensor, Fault> {
    let x = call.floats(0)?;
    if x.rank() < 2 || x.shape.contains(&0) {
        return Err(format!(
            "normalizes a tensor of shape {:?}: it must be [n, c, …]",
            x.shape
        ));
    }
    Ok(x)
}

/// Inputs of one number for each of `count` channels.
fn per_channel<'a>(call: &'a Call, index: usize, count: usize) -> Result<&'a Tensor, Fault> {
    let tensor = call.floats(index)?;
    if tensor.shape != [count] {
        return Err(format!(
            "has an input {index} of shape {:?}: it must have one number for each of {count} channels",
            tensor.shape
        ));
    }
    Ok(tensor)
}

pub fn batch(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let x = images(call)?;
    let epsilon = call.node.float("epsilon", 1e-5)?;
    let channels = x.shape[1];
    let inputs: Vec<&Tensor> = (1..5)
        .map(|index| per_channel(call, index, channels))
        .collect::<Result<_, _>>()?;
    if call.node.flag("training_mode", false)? {
        let rule = BatchNormTrain { epsilon };
        return Ok(one(b.apply(
            rule,
            &[x, inputs[0], inputs[1]],
            &x.shape.clone(),
        )?));
    }
    let rule = BatchNorm { epsilon };
    let inputs = [x, inputs[0], inputs[1], inputs[2], inputs[3]];
    Ok(one(b.apply(rule, &inputs, &x.shape.clone())?))
}

/// The tensor with mean zero and variance one over its axes from `axis` on.
fn standardized(b: &mut Build, x: &Tensor, axis: usize, epsilon: f64) -> Result<Tensor, Fault> {
    let (before, behind) = x.shape.split_at(axis);
    let rows = [before.iter().product(), behind.iter().product()];
    let flat = b.reshape(x, &rows)?;
    let value = b.apply(Standardize { epsilon }, &[&flat], &rows)?;
    b.reshape(&value, &x.shape)
}

/// Refuses a scale or shift that makes a tensor larger.
fn scaled(
    b: &mut Build,
    x: &Tensor,
    scale: Option<&Tensor>,
    shift: Option<&Tensor>,
) -> Result<Tensor, Fault> {
    let mut value = x.clone();
    if let Some(scale) = scale {
        value = b.mul(&value, scale)?;
    }
    if let Some(shift) = shift {
        value = b.add(&value, shift)?;
    }
    if value.shape != x.shape {
        return Err(format!(
            "scales a tensor of shape {:?} to {:?}",
            x.shape, value.shape
        ));
    }
    Ok(value)
}

pub fn layer(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let x = call.floats(0)?;
    let axis = axis_of(call.node.int("axis", -1)?, x.rank())?;
    let value = standardized(b, x, axis, call.node.float("epsilon", 1e-5)?)?;
    Ok(one(scaled(
        b,
        &value,
        call.optional(1)?,
        call.optional(2)?,
    )?))
}

/// One number for each channel beside [n, c, …].
fn beside(b: &mut Build, tensor: &Tensor, rank: usize) -> Result<Tensor, Fault> {
    let mut shape = vec![1; rank];
    shape[1] = tensor.count();
    b.reshape(tensor, &shape)
}

/// Scales and shifts belong to groups before opset 21 and to channels since.
pub fn group(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let x = images(call)?;
    let channels = x.shape[1];
    let groups = call.node.int("num_groups", 0)?;
    let groups = usize::try_from(groups)
        .ok()
        .filter(|&groups| groups > 0 && channels.is_multiple_of(groups))
        .ok_or_else(|| format!("divides {channels} channels into {groups} groups"))?;
    let parted = [x.shape[0], groups, x.count() / (x.shape[0] * groups)];
    let epsilon = call.node.float("epsilon", 1e-5)?;
    let flat = b.reshape(x, &parted)?;
    let mut value = b.apply(Standardize { epsilon }, &[&flat], &parted)?;
    let by_group = call.node.opset < 21;
    if !by_group {
        value = b.reshape(&value, &x.shape)?;
    }
    let count = if by_group { groups } else { channels };
    let [scale, shift] = [1, 2].map(|index| per_channel(call, index, count));
    let (scale, shift) = (
        beside(b, scale?, value.rank())?,
        beside(b, shift?, value.rank())?,
    );
    let value = scaled(b, &value, Some(&scale), Some(&shift))?;
    Ok(one(b.reshape(&value, &x.shape)?))
}

pub fn instance(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let x = images(call)?;
    if x.rank() < 3 {
        return Err(format!(
            "normalizes a tensor of shape {:?}: it must be [n, c, …]",
            x.shape
        ));
    }
    let value = standardized(b, x, 2, call.node.float("epsilon", 1e-5)?)?;
    let [scale, shift] = [1, 2].map(|index| per_channel(call, index, x.shape[1]));
    let (scale, shift) = (beside(b, scale?, x.rank())?, beside(b, shift?, x.rank())?);
    Ok(one(scaled(b, &value, Some(&scale), Some(&shift))?))
}

/// x / sqrt(mean x² + ε), over the axes from `axis` on: Zhang and Sennrich, "Root mean square layer normalization" (2019).
pub fn rms(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let x = call.floats(0)?;
    let axis = axis_of(call.node.int("axis", -1)?, x.rank())?;
    let axes: Vec<usize> = (axis..x.rank()).collect();
    let square = b.mul(x, x)?;
    let mean = b.mean(&square, &axes)?;
    let shifted = b.affine(&mean, 1.0, call.node.float("epsilon", 1e-5)?)?;
    let root = b.each(Pointwise::Sqrt, &shifted)?;
    let value = b.div(x, &root)?;
    Ok(one(scaled(b, &value, call.optional(1)?, None)?))
}

/// x over its norm along an axis.
pub fn lp(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let x = call.floats(0)?;
    let axis = x.axis(call.node.int("axis", -1)?)?;
    let norm = match call.node.int("p", 2)? {
        1 => {
            let size = b.each(Pointwise::Abs, x)?;
            b.sum(&size, &[axis], 1.0)?
        }
        2 => {
            let square = b.mul(x, x)?;
            let sum = b.sum(&square, &[axis], 1.0)?;
            b.each(Pointwise::Sqrt, &sum)?
        }
        p => return Err(format!("has p = {p}: it must be 1 or 2")),
    };
    // Zeros stay zeros.
    let [zero, unit] = [0.0, 1.0].map(|number| b.constant(x.element, vec![number], &[]));
    let none = b.compare(Discrete::equal(), &norm, &zero)?;
    let norm = b.choose(&none, &unit, &norm)?;
    Ok(one(b.div(x, &norm)?))
}

/// (x - mean) / sqrt(variance) over axes.
pub fn mean_variance(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let x = call.floats(0)?;
    let given = call.node.ints("axes")?.unwrap_or_else(|| vec![0, 2, 3]);
    let axes: Vec<usize> = given
        .iter()
        .map(|&axis| x.axis(axis))
        .collect::<Result<_, _>>()?;
    let mean = b.mean(x, &axes)?;
    let centred = b.sub(x, &mean)?;
    let square = b.mul(&centred, &centred)?;
    let variance = b.mean(&square, &axes)?;
    let deviation = b.each(Pointwise::Sqrt, &variance)?;
    let deviation = b.affine(&deviation, 1.0, 1e-9)?;
    Ok(one(b.div(&centred, &deviation)?))
}

/// x / (k + α/size Σ x²)^β, the sum over neighbouring channels: Krizhevsky, Sutskever and Hinton, "ImageNet classification
/// with deep convolutional neural networks" (2012).
pub fn local_response(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let x = images(call)?;
    let size = call.node.int("size", 0)?;
    let size = usize::try_from(size)
        .ok()
        .filter(|size| (1..=4096).contains(size))
        .ok_or_else(|| format!("sums over {size} channels"))?;
    let (alpha, beta) = (
        call.node.float("alpha", 1e-4)?,
        call.node.float("beta", 0.75)?,
    );
    let bias = call.node.float("bias", 1.0)?;
    let square = b.mul(x, x)?;
    let before = (size - 1) / 2;
    let mut around = vec![(0, 0); x.rank()];
    around[1] = (before as i64, (size - 1 - before) as i64);
    let wide = padded(b, &square, &around, 0.0)?;
    let mut sum: Option<Tensor> = None;
    for shift in 0..size {
        let neighbours = part(b, &wide, 1, shift, shift + x.shape[1])?;
        sum = Some(match sum {
            Some(sum) => b.add(&sum, &neighbours)?,
            None => neighbours,
        });
    }
    let sum = sum.ok_or("sums over no channels")?;
    let base = b.affine(&sum, alpha / size as f64, bias)?;
    let power = b.each(Pointwise::Power { exponent: beta }, &base)?;
    Ok(one(b.div(x, &power)?))
}
