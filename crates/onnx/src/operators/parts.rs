//! Parts of tensors, and tensors put together from parts.

use burn::tensor::Slice as Range;
use hesscope_hvp::rules::{
    shape::{Cat, Flip},
    slicing::Slice,
};

use crate::build::Build;
use crate::call::{Call, Outputs, one};
use crate::error::Fault;
use crate::value::{Tensor, Value};

/// The part `start..end` of an axis.
pub fn part(
    b: &mut Build,
    x: &Tensor,
    axis: usize,
    start: usize,
    end: usize,
) -> Result<Tensor, Fault> {
    if (start, end) == (0, x.shape[axis]) {
        return Ok(x.clone());
    }
    let range = |(own, &extent): (usize, &usize)| if own == axis { start..end } else { 0..extent };
    let ranges = x
        .shape
        .iter()
        .enumerate()
        .map(range)
        .map(Range::from)
        .collect();
    let mut shape = x.shape.clone();
    shape[axis] = end.saturating_sub(start);
    b.apply(Slice { ranges }, &[x], &shape)
}

/// The tensors one after another along an axis.
pub fn joined(b: &mut Build, parts: &[Tensor], dim: usize) -> Result<Tensor, Fault> {
    let first = parts.first().ok_or("joins no tensors")?;
    let mut shape = first.shape.clone();
    shape[dim] = 0;
    for part in parts {
        let fits = part.rank() == shape.len()
            && part.kind() == first.kind()
            && (0..shape.len()).all(|axis| axis == dim || part.shape[axis] == first.shape[axis]);
        if !fits {
            return Err(format!(
                "joins tensors of shapes {:?} and {:?} along the axis {dim}",
                first.shape, part.shape
            ));
        }
        shape[dim] += part.shape[dim];
    }
    let parts: Vec<&Tensor> = parts.iter().filter(|part| part.count() > 0).collect();
    match parts.as_slice() {
        [] => Ok(b.constant(first.element, Vec::new(), &shape)),
        [only] => Ok((*only).clone()),
        several => b.apply(Cat { dim }, several, &shape),
    }
}

pub fn concat(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let parts: Vec<Tensor> = call.all()?.into_iter().cloned().collect();
    let first = parts.first().ok_or("joins no tensors")?;
    let axis = first.axis(call.node.int("axis", 0)?)?;
    Ok(one(joined(b, &parts, axis)?))
}

/// Extents of the parts of an axis: as given, or as equal as can be.
pub fn pieces(extent: usize, given: Option<Vec<i64>>, count: usize) -> Result<Vec<usize>, Fault> {
    if let Some(given) = given {
        let sizes: Vec<usize> = given
            .iter()
            .filter_map(|&size| usize::try_from(size).ok())
            .collect();
        if sizes.len() != given.len()
            || sizes
                .iter()
                .try_fold(0usize, |sum, &size| sum.checked_add(size))
                != Some(extent)
        {
            return Err(format!("parts an axis of {extent} into {given:?}"));
        }
        return Ok(sizes);
    }
    if count == 0 || count > extent.max(1) {
        return Err(format!("parts an axis of {extent} into {count}"));
    }
    let size = extent.div_ceil(count);
    Ok((0..count)
        .map(|piece| extent.saturating_sub(piece * size).min(size))
        .collect())
}

/// The parts of an axis of these extents.
pub fn parted(
    b: &mut Build,
    x: &Tensor,
    axis: usize,
    sizes: &[usize],
) -> Result<Vec<Tensor>, Fault> {
    let mut start = 0;
    let mut parts = Vec::with_capacity(sizes.len());
    for size in sizes {
        parts.push(part(b, x, axis, start, start + size)?);
        start += size;
    }
    Ok(parts)
}

pub fn split(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let x = call.tensor(0)?;
    let axis = x.axis(call.node.int("axis", 0)?)?;
    let given = match call.optional(1)? {
        Some(sizes) => Some(b.settings(sizes, "parts")?),
        None => call.node.ints("split")?,
    };
    let count = call.node.int("num_outputs", call.outputs() as i64)?;
    let count = usize::try_from(count).map_err(|_| format!("has {count} outputs"))?;
    let sizes = pieces(x.shape[axis], given, count)?;
    let parts = parted(b, x, axis, &sizes)?;
    Ok(parts
        .into_iter()
        .map(|part| Some(Value::Tensor(part)))
        .collect())
}

/// Starts, ends, axes and steps, which are inputs since opset 10.
pub fn slice(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let mut x = call.tensor(0)?.clone();
    let starts = b.settings(call.tensor(1)?, "starts")?;
    let ends = b.settings(call.tensor(2)?, "ends")?;
    let axes = match call.optional(3)? {
        Some(axes) => b.settings(axes, "axes")?,
        None => (0..starts.len() as i64).collect(),
    };
    let steps = match call.optional(4)? {
        Some(steps) => b.settings(steps, "steps")?,
        None => vec![1; starts.len()],
    };
    if ends.len() != starts.len() || axes.len() != starts.len() || steps.len() != starts.len() {
        return Err(format!(
            "has {} starts, {} ends, {} axes and {} steps",
            starts.len(),
            ends.len(),
            axes.len(),
            steps.len()
        ));
    }
    for place in 0..starts.len() {
        let axis = x.axis(axes[place])?;
        x = stepped(b, &x, axis, starts[place], ends[place], steps[place])?;
    }
    Ok(one(x))
}

/// One axis from `start` to before `end`, both counted from the end where negative and cut to the axis.
fn stepped(
    b: &mut Build,
    x: &Tensor,
    axis: usize,
    start: i64,
    end: i64,
    step: i64,
) -> Result<Tensor, Fault> {
    let extent = x.shape[axis] as i64;
    let counted = |place: i64| {
        if place < 0 {
            place.saturating_add(extent)
        } else {
            place
        }
    };
    if step == 0 {
        return Err("has a step of zero".to_owned());
    }
    if step < 0 {
        // The same as forwards on the reversed axis.
        let start = counted(start).clamp(-1, extent - 1);
        let end = if end < -extent {
            -1
        } else {
            counted(end).clamp(-1, extent - 1)
        };
        let flipped = b.apply(Flip { axes: vec![axis] }, &[x], &x.shape.clone())?;
        let (start, end) = (extent - 1 - start, extent - 1 - end);
        return forwards(b, &flipped, axis, start, end, step.saturating_neg());
    }
    let (start, end) = (
        counted(start).clamp(0, extent),
        counted(end).clamp(0, extent),
    );
    forwards(b, x, axis, start, end, step)
}

fn forwards(
    b: &mut Build,
    x: &Tensor,
    axis: usize,
    start: i64,
    end: i64,
    step: i64,
) -> Result<Tensor, Fault> {
    let count = (end - start).max(0) as u64;
    let count = count.div_ceil(step.unsigned_abs()) as usize;
    let step = step.min(x.shape[axis].max(1) as i64) as isize;
    let (start, end) = (start.max(0) as usize, end.max(0) as usize);
    if step == 1 {
        return part(b, x, axis, start, end.max(start));
    }
    let range = |(own, &extent): (usize, &usize)| {
        if own == axis {
            Range::new(start as isize, Some(end as isize), step)
        } else {
            Range::from(0..extent)
        }
    };
    let ranges = x.shape.iter().enumerate().map(range).collect();
    let mut shape = x.shape.clone();
    shape[axis] = count;
    b.apply(Slice { ranges }, &[x], &shape)
}

/// The upper or lower triangle of the last two axes, zero elsewhere.
pub fn trilu(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let x = call.tensor(0)?;
    if x.rank() < 2 {
        return Err(format!(
            "takes a triangle of a tensor of shape {:?}",
            x.shape
        ));
    }
    let diagonal = match call.optional(1)? {
        Some(k) => *b
            .settings(k, "diagonal")?
            .first()
            .ok_or("has no diagonal")?,
        None => 0,
    };
    let upper = call.node.flag("upper", true)?;
    let shape = [x.shape[x.rank() - 2], x.shape[x.rank() - 1]];
    crate::tensor::elements(&shape)?;
    if shape[0].saturating_mul(shape[1]) > 1 << 26 {
        return Err(format!(
            "takes a triangle of a tensor of shape {:?}, which is too large",
            x.shape
        ));
    }
    let hidden = (0..shape[0] as i64)
        .flat_map(|row| {
            let from_diagonal = move |column: i64| column.saturating_sub(row);
            (0..shape[1] as i64).map(move |column| match upper {
                true => from_diagonal(column) < diagonal,
                false => from_diagonal(column) > diagonal,
            })
        })
        .collect();
    let hidden = b.truths(hidden, &shape);
    let zero = b.constant(x.element, vec![0.0], &[]);
    if x.count() == 0 {
        return Ok(one(x.clone()));
    }
    Ok(one(b.choose(&hidden, &zero, x)?))
}
