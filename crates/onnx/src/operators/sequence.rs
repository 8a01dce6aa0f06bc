//! Several tensors under one name, as PyTorch's exporter writes what is split or chunked.

use super::parts::{joined, parted, pieces};
use crate::build::Build;
use crate::call::{Call, Outputs, one};
use crate::error::Fault;
use crate::value::{Tensor, Value, axis_of};

/// Parts of one extent, the last of what is left, or of extents that are listed.
pub fn split(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let x = call.tensor(0)?;
    let axis = x.axis(call.node.int("axis", 0)?)?;
    let extent = x.shape[axis];
    let sizes = match call.optional(1)? {
        None => vec![1; extent],
        Some(given) => {
            let sizes = b.settings(given, "parts")?;
            match (given.rank(), sizes.as_slice()) {
                (0, [size]) => {
                    let size = usize::try_from(*size).ok().filter(|&size| size > 0);
                    let size = size.ok_or_else(|| format!("parts an axis by {sizes:?}"))?;
                    (0..extent.div_ceil(size))
                        .map(|piece| size.min(extent - piece * size))
                        .collect()
                }
                _ => pieces(extent, Some(sizes), 0)?,
            }
        }
    };
    let mut parts = parted(b, x, axis, &sizes)?;
    if call.optional(1)?.is_none() && !call.node.flag("keepdims", true)? {
        for part in &mut parts {
            let mut shape = part.shape.clone();
            shape.remove(axis);
            *part = b.reshape(part, &shape)?;
        }
    }
    Ok(vec![Some(Value::Sequence(parts))])
}

pub fn at(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let tensors = call.sequence(0)?;
    let place = b.settings(call.tensor(1)?, "place")?;
    let place = *place.first().ok_or("has no place")?;
    let found = axis_of(place, tensors.len()).map_err(|_| {
        format!(
            "takes the tensor {place} of a sequence of {}",
            tensors.len()
        )
    })?;
    Ok(one(tensors[found].clone()))
}

pub fn construct(_: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let tensors: Vec<Tensor> = call.all()?.into_iter().cloned().collect();
    Ok(vec![Some(Value::Sequence(tensors))])
}

pub fn length(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let count = call.sequence(0)?.len() as i64;
    Ok(one(b.integers(vec![count], &[])))
}

pub fn concat(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let tensors = call.sequence(0)?;
    let rank = tensors.first().ok_or("joins no tensors")?.rank();
    let axis = call.node.int("axis", 0)?;
    if !call.node.flag("new_axis", false)? {
        return Ok(one(joined(b, tensors, axis_of(axis, rank)?)?));
    }
    let axis = axis_of(axis, rank + 1)?;
    let mut raised = Vec::with_capacity(tensors.len());
    for tensor in tensors {
        let mut shape = tensor.shape.clone();
        if shape.len() < axis {
            return Err("joins tensors of different ranks".to_owned());
        }
        shape.insert(axis, 1);
        raised.push(b.reshape(tensor, &shape)?);
    }
    Ok(one(joined(b, &raised, axis)?))
}
