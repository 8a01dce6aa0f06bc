//! Places around tensors.

use burn::tensor::Slice as Range;
use hesscope_hvp::Kind;
use hesscope_hvp::rules::{
    indexing::Select,
    slicing::{Pad, SliceAssign},
};

use super::parts::part;
use crate::build::Build;
use crate::call::{Call, Outputs, one};
use crate::error::Fault;
use crate::value::Tensor;

/// The tensor with places of one number around it; negative numbers of places cut it.
pub fn padded(
    b: &mut Build,
    x: &Tensor,
    around: &[(i64, i64)],
    number: f64,
) -> Result<Tensor, Fault> {
    let x = cropped(b, x, around)?;
    let around: Vec<(usize, usize)> = around
        .iter()
        .map(|&(before, behind)| (before.max(0) as usize, behind.max(0) as usize))
        .collect();
    if around.iter().all(|&sides| sides == (0, 0)) {
        return Ok(x);
    }
    let extent = |(&extent, &(before, behind)): (&usize, &(usize, usize))| {
        let sum = before
            .checked_add(behind)
            .and_then(|sum| sum.checked_add(extent));
        sum.ok_or_else(|| format!("pads an axis by {before} and {behind}"))
    };
    let shape: Vec<usize> = x
        .shape
        .iter()
        .zip(&around)
        .map(extent)
        .collect::<Result<_, _>>()?;
    let count = crate::tensor::elements(&shape)?;
    if x.count() == 0 {
        return b.filled(x.element, number, &shape, count);
    }
    if x.kind() == Kind::Float {
        let rule = Pad {
            around,
            value: number,
        };
        return b.apply(rule, &[&x], &shape);
    }
    let base = b.filled(x.element, number, &shape, count)?;
    let range =
        |(&extent, &(before, _)): (&usize, &(usize, usize))| Range::from(before..before + extent);
    let ranges = x.shape.iter().zip(&around).map(range).collect();
    b.apply(SliceAssign { ranges }, &[&base, &x], &shape)
}

/// What negative pads cut.
fn cropped(b: &mut Build, x: &Tensor, around: &[(i64, i64)]) -> Result<Tensor, Fault> {
    let mut x = x.clone();
    for (axis, &(before, behind)) in around.iter().enumerate() {
        let extent = x.shape[axis];
        let [before, behind] = [before, behind].map(|pad| pad.min(0).unsigned_abs() as usize);
        if before.saturating_add(behind) > extent {
            return Err(format!(
                "cuts {before} and {behind} places from an axis of {extent}"
            ));
        }
        x = part(b, &x, axis, before, extent - behind)?;
    }
    Ok(x)
}

/// Places around a tensor that hold a number, or what lies inside it.
pub fn pad(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let x = call.tensor(0)?;
    let given = match call.optional(1)? {
        Some(pads) => b.settings(pads, "pads")?,
        None => call.node.ints("pads")?.ok_or("has no pads")?,
    };
    let axes: Vec<usize> = match call.optional(3)? {
        Some(axes) => {
            let axes = b.settings(axes, "axes")?;
            axes.iter()
                .map(|&axis| x.axis(axis))
                .collect::<Result<_, _>>()?
        }
        None => (0..x.rank()).collect(),
    };
    let bounded = given.iter().all(|pad| pad.unsigned_abs() <= 1 << 40);
    if given.len() != 2 * axes.len() || !bounded {
        return Err(format!("has pads {given:?} for {} axes", axes.len()));
    }
    let mut around = vec![(0, 0); x.rank()];
    for (place, &axis) in axes.iter().enumerate() {
        around[axis] = (given[place], given[place + axes.len()]);
    }
    let mode = call.node.string("mode", "constant")?;
    if mode == "constant" {
        let number = match call.optional(2)? {
            Some(number) => b
                .known_number(number)
                .ok_or("pads with a number that is computed")?,
            None => call.node.float("value", 0.0)?,
        };
        return Ok(one(padded(b, x, &around, number)?));
    }
    let mut value = cropped(b, x, &around)?;
    for (dim, &(before, behind)) in around.iter().enumerate() {
        if before.max(0) + behind.max(0) == 0 {
            continue;
        }
        let extent = value.shape[dim] as i64;
        if extent == 0 {
            return Err(format!(
                "pads a tensor of shape {:?} by what is in it",
                x.shape
            ));
        }
        let wide = before.max(0) + behind.max(0) + extent;
        crate::tensor::elements(&[wide as usize])?;
        if wide > 1 << 26 {
            return Err(format!("pads an axis of {extent} by {before} and {behind}"));
        }
        let place = |place: i64| match mode.as_str() {
            "edge" => Ok(place.clamp(0, extent - 1)),
            "wrap" => Ok(place.rem_euclid(extent)),
            "reflect" if extent == 1 => Ok(0),
            "reflect" => {
                let period = 2 * (extent - 1);
                let within = place.rem_euclid(period);
                Ok(within.min(period - within))
            }
            other => Err(format!("has the mode `{other}`, which is not known")),
        };
        let places: Vec<i64> = (-before.max(0)..extent + behind.max(0))
            .map(place)
            .collect::<Result<_, _>>()?;
        let mut shape = value.shape.clone();
        shape[dim] = places.len();
        let count = places.len();
        let places = b.integers(places, &[count]);
        value = b.apply(Select { dim }, &[&value, &places], &shape)?;
    }
    Ok(one(value))
}
