//! The same numbers under other shapes, in another order, repeated, or of another type.

use hesscope_hvp::Kind;
use hesscope_hvp::rules::shape::RepeatDim;

use crate::build::{Build, broadcast};
use crate::call::{Call, Outputs, one};
use crate::element::ElementType;
use crate::error::Fault;
use crate::value::{Tensor, axis_of};

/// Extents of zero are those of the input, or nothing where `allowzero` says so; one of -1 is what is left.
pub fn reshape(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let x = call.tensor(0)?;
    let given = b.settings(call.tensor(1)?, "shape")?;
    let allow_zero = call.node.flag("allowzero", false)?;
    let mut shape = Vec::with_capacity(given.len());
    let mut open = None;
    for (place, &extent) in given.iter().enumerate() {
        shape.push(match extent {
            0 if !allow_zero => *x.shape.get(place).ok_or_else(|| {
                format!("keeps the axis {place} of a tensor of shape {:?}", x.shape)
            })?,
            -1 if open.is_none() => {
                open = Some(place);
                1
            }
            extent => usize::try_from(extent).map_err(|_| format!("has the shape {given:?}"))?,
        });
    }
    if let Some(place) = open {
        let rest: usize = crate::tensor::elements(&shape)?;
        if rest == 0 || !x.count().is_multiple_of(rest) {
            return Err(format!(
                "makes a tensor of shape {:?} one of shape {given:?}",
                x.shape
            ));
        }
        shape[place] = x.count() / rest;
    }
    Ok(one(b.reshape(x, &shape)?))
}

pub fn flatten(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let x = call.tensor(0)?;
    let axis = match call.node.int("axis", 1)? {
        axis if axis == x.rank() as i64 => x.rank(),
        axis => x.axis(axis)?,
    };
    let (before, behind) = x.shape.split_at(axis);
    let shape = [before.iter().product(), behind.iter().product()];
    Ok(one(b.reshape(x, &shape)?))
}

pub fn transpose(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let x = call.tensor(0)?;
    let axes: Vec<usize> = match call.node.ints("perm")? {
        Some(given) => given
            .iter()
            .map(|&axis| x.axis(axis))
            .collect::<Result<_, _>>()?,
        None => (0..x.rank()).rev().collect(),
    };
    let mut sorted = axes.clone();
    sorted.sort_unstable();
    if sorted.into_iter().ne(0..x.rank()) {
        return Err(format!(
            "orders the axes of a tensor of shape {:?} as {axes:?}",
            x.shape
        ));
    }
    Ok(one(b.permute(x, &axes)?))
}

/// Axes that an attribute gives before opset 13 and an input since.
fn axes(b: &Build, call: &Call) -> Result<Option<Vec<i64>>, Fault> {
    match call.optional(1)? {
        Some(axes) => Ok(Some(b.settings(axes, "axes")?)),
        None => call.node.ints("axes"),
    }
}

pub fn squeeze(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let x = call.tensor(0)?;
    let dropped: Vec<usize> = match axes(b, call)? {
        Some(axes) => axes
            .iter()
            .map(|&axis| x.axis(axis))
            .collect::<Result<_, _>>()?,
        None => (0..x.rank()).filter(|&axis| x.shape[axis] == 1).collect(),
    };
    if let Some(&axis) = dropped.iter().find(|&&axis| x.shape[axis] != 1) {
        return Err(format!(
            "drops the axis {axis} of a tensor of shape {:?}",
            x.shape
        ));
    }
    let kept = (0..x.rank()).filter(|axis| !dropped.contains(axis));
    let shape: Vec<usize> = kept.map(|axis| x.shape[axis]).collect();
    Ok(one(b.reshape(x, &shape)?))
}

pub fn unsqueeze(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let x = call.tensor(0)?;
    let given = axes(b, call)?.ok_or("has no axes")?;
    let rank = x.rank() + given.len();
    let new: Vec<usize> = given
        .iter()
        .map(|&axis| axis_of(axis, rank))
        .collect::<Result<_, _>>()?;
    let mut own = x.shape.iter();
    let shape: Option<Vec<usize>> = (0..rank)
        .map(|axis| {
            if new.contains(&axis) {
                Some(1)
            } else {
                own.next().copied()
            }
        })
        .collect();
    let shape = shape
        .filter(|_| own.next().is_none())
        .ok_or_else(|| format!("has the axes {given:?}"))?;
    Ok(one(b.reshape(x, &shape)?))
}

/// The tensor and the shape broadcast to each other.
pub fn expand(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let x = call.tensor(0)?;
    let given = b.settings(call.tensor(1)?, "shape")?;
    let extent =
        |&extent: &i64| usize::try_from(extent).map_err(|_| format!("has the shape {given:?}"));
    let wanted: Vec<usize> = given.iter().map(extent).collect::<Result<_, _>>()?;
    let shape = broadcast(&x.shape, &wanted)?;
    Ok(one(b.expand(x, &shape)?))
}

pub fn tile(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let x = call.tensor(0)?;
    let given = b.settings(call.tensor(1)?, "repeats")?;
    if given.len() != x.rank() {
        return Err(format!(
            "has repeats {given:?} for a tensor of shape {:?}",
            x.shape
        ));
    }
    let mut value = x.clone();
    for (dim, &times) in given.iter().enumerate() {
        let times = usize::try_from(times).map_err(|_| format!("has repeats {given:?}"))?;
        let mut shape = value.shape.clone();
        shape[dim] = shape[dim]
            .checked_mul(times)
            .ok_or("repeats a tensor too often")?;
        if times != 1 {
            value = b.apply(RepeatDim { dim, times }, &[&value], &shape)?;
        }
    }
    Ok(one(value))
}

/// The side of blocks, and an input [n, c, h, w].
fn blocks<'a>(call: &'a Call) -> Result<(&'a Tensor, usize), Fault> {
    let x = call.tensor(0)?;
    let side = call.node.int("blocksize", 0)?;
    let side = usize::try_from(side)
        .ok()
        .filter(|side| (1..=1 << 20).contains(side));
    let side = side.ok_or("has no positive blocksize")?;
    if x.rank() != 4 {
        return Err(format!(
            "is over a tensor of shape {:?}: it must be [n, c, h, w]",
            x.shape
        ));
    }
    Ok((x, side))
}

pub fn depth_to_space(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let (x, side) = blocks(call)?;
    let [n, c, h, w] = [x.shape[0], x.shape[1], x.shape[2], x.shape[3]];
    if !c.is_multiple_of(side * side) {
        return Err(format!(
            "divides {c} channels into blocks of {side} by {side}"
        ));
    }
    let left = c / (side * side);
    let (apart, axes) = match call.node.string("mode", "DCR")?.as_str() {
        "DCR" => ([n, side, side, left, h, w], [0, 3, 4, 1, 5, 2]),
        "CRD" => ([n, left, side, side, h, w], [0, 1, 4, 2, 5, 3]),
        other => return Err(format!("has the mode `{other}`: there are `DCR` and `CRD`")),
    };
    let value = b.reshape(x, &apart)?;
    let value = b.permute(&value, &axes)?;
    Ok(one(b.reshape(&value, &[n, left, h * side, w * side])?))
}

pub fn space_to_depth(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let (x, side) = blocks(call)?;
    let [n, c, h, w] = [x.shape[0], x.shape[1], x.shape[2], x.shape[3]];
    if !h.is_multiple_of(side) || !w.is_multiple_of(side) {
        return Err(format!(
            "divides images of {h} by {w} into blocks of {side} by {side}"
        ));
    }
    let value = b.reshape(x, &[n, c, h / side, side, w / side, side])?;
    let axes = match call.node.string("mode", "DCR")?.as_str() {
        "DCR" => [0, 3, 5, 1, 2, 4],
        "CRD" => [0, 1, 3, 5, 2, 4],
        other => return Err(format!("has the mode `{other}`: there are `DCR` and `CRD`")),
    };
    let value = b.permute(&value, &axes)?;
    Ok(one(b.reshape(
        &value,
        &[n, c * side * side, h / side, w / side],
    )?))
}

pub fn identity(_: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    Ok(vec![call.inputs.first().cloned().flatten()])
}

/// Nothing is dropped where the network is evaluated.
pub fn dropout(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let x = call.tensor(0)?;
    if let Some(training) = call.optional(2)?
        && b.known_number(training) != Some(0.0)
    {
        let ratio = match call.optional(1)? {
            Some(ratio) => b.known_number(ratio),
            None => Some(0.5),
        };
        if ratio != Some(0.0) {
            return Err(
                "drops elements at random, as in training: export the model in evaluation mode"
                    .to_owned(),
            );
        }
    }
    let mut outputs = one(x.clone());
    if call.outputs() > 1 {
        let mask = b.truths(vec![true; x.count()], &x.shape);
        outputs.push(Some(crate::value::Value::Tensor(mask)));
    }
    Ok(outputs)
}

/// Within floats and within integers nothing is rounded: all is computed in one precision. Types of so few bits that
/// the network relies on their rounding are refused.
fn converted(b: &mut Build, x: &Tensor, element: ElementType) -> Result<Outputs, Fault> {
    let few = element.bits() < 16 && element.kind() == Kind::Float || element.bits() < 8;
    if few && x.element != element {
        return Err(format!(
            "rounds to {element}, as quantized networks do, which has no rule: export the network before it is quantized"
        ));
    }
    Ok(one(b.cast(x, element)?))
}

pub fn cast(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let element = ElementType::of_code(call.node.int("to", 0)?)?;
    converted(b, call.tensor(0)?, element)
}

pub fn cast_like(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    converted(b, call.tensor(0)?, call.tensor(1)?.element)
}
