//! Elements looked up or replaced by tensors of integers.

use hesscope_hvp::Kind;
use hesscope_hvp::rules::{
    discrete::Discrete,
    indexing::{Gather, ScatterAdd, Select, SelectAdd},
    masking::MaskFill,
};

use super::parts::part;
use crate::build::Build;
use crate::call::{Call, Outputs, one};
use crate::element::ElementType;
use crate::error::Fault;
use crate::tensor::with_axis;
use crate::value::Tensor;

/// Indices of an axis counted from its beginning, where negative ones count from the end.
fn counted(b: &mut Build, indices: &Tensor, extent: usize) -> Result<Tensor, Fault> {
    if indices.kind() != Kind::Int {
        return Err(format!(
            "takes integers for indices, not {}",
            indices.element
        ));
    }
    if let Some(data) = b.known(indices) {
        let bound = extent as i64;
        let given: Vec<i64> = data.iter::<i64>().collect();
        if let Some(index) = given
            .iter()
            .find(|&&index| index < -bound || index >= bound)
        {
            return Err(format!("takes the element {index} of an axis of {extent}"));
        }
        if given.iter().all(|&index| index >= 0) {
            return Ok(indices.clone());
        }
        let from_front = given
            .iter()
            .map(|&index| if index < 0 { index + bound } else { index });
        let from_front = from_front.collect();
        let shape = indices.shape.clone();
        return Ok(b.integers(from_front, &shape));
    }
    let zero = b.integers(vec![0], &[]);
    let end = b.integers(vec![extent as i64], &[]);
    let negative = b.compare(Discrete::lower(), indices, &zero)?;
    let moved = b.add(indices, &end)?;
    b.choose(&negative, &moved, indices)
}

/// The parts of an axis that indices name, the axes of the indices in its place.
pub fn gather(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let (x, indices) = (call.tensor(0)?, call.tensor(1)?);
    let dim = x.axis(call.node.int("axis", 0)?)?;
    let indices = counted(b, indices, x.shape[dim])?;
    let (before, behind) = (&x.shape[..dim], &x.shape[dim + 1..]);
    let shape = [before, &indices.shape, behind].concat();
    if let Some(index) = b.known(&indices).filter(|_| indices.count() == 1) {
        let at = index
            .iter::<i64>()
            .next()
            .and_then(|index| usize::try_from(index).ok());
        let at = at.ok_or("has no index")?;
        let value = part(b, x, dim, at, at + 1)?;
        return Ok(one(b.reshape(&value, &shape)?));
    }
    let mut listed = x.shape.clone();
    listed[dim] = indices.count();
    let value = b.apply(Select { dim }, &[x, &indices], &listed)?;
    Ok(one(b.reshape(&value, &shape)?))
}

/// The part of a tensor that lies over indices on all axes but one.
fn over(b: &mut Build, x: &Tensor, indices: &Tensor, dim: usize) -> Result<Tensor, Fault> {
    let fits = x.rank() == indices.rank()
        && (0..x.rank()).all(|axis| axis == dim || indices.shape[axis] <= x.shape[axis]);
    if !fits {
        return Err(format!(
            "has indices of shape {:?} for a tensor of shape {:?}",
            indices.shape, x.shape
        ));
    }
    let mut x = x.clone();
    for axis in (0..x.rank()).filter(|&axis| axis != dim) {
        x = part(b, &x, axis, 0, indices.shape[axis])?;
    }
    Ok(x)
}

pub fn gather_elements(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let (x, indices) = (call.tensor(0)?, call.tensor(1)?);
    let dim = x.axis(call.node.int("axis", 0)?)?;
    let indices = counted(b, indices, x.shape[dim])?;
    let x = over(b, x, &indices, dim)?;
    Ok(one(b.apply(
        Gather { dim },
        &[&x, &indices],
        &indices.shape.clone(),
    )?))
}

/// Tuples of indices [.., k] as indices of the first k axes joined, and the extents before and behind them.
struct Tuples {
    /// One index for each tuple.
    flat: Tensor,
    /// The axes of the indices but the last.
    lead: Vec<usize>,
    /// The product of the first k extents, and the extents of the rest.
    joined: usize,
    rest: Vec<usize>,
}

fn tuples(b: &mut Build, x: &Tensor, indices: &Tensor) -> Result<Tuples, Fault> {
    let (&depth, lead) = indices
        .shape
        .split_last()
        .ok_or("has an index without axes")?;
    if depth == 0 || depth > x.rank() {
        return Err(format!(
            "has indices of shape {:?} for a tensor of shape {:?}",
            indices.shape, x.shape
        ));
    }
    let count: usize = lead.iter().product();
    let rows = b.reshape(indices, &[count, depth])?;
    let mut flat: Option<Tensor> = None;
    for axis in 0..depth {
        let own = part(b, &rows, 1, axis, axis + 1)?;
        let own = b.reshape(&own, &[count])?;
        let own = counted(b, &own, x.shape[axis])?;
        flat = Some(match flat {
            None => own,
            Some(flat) => {
                let extent = b.integers(vec![x.shape[axis] as i64], &[]);
                let scaled = b.mul(&flat, &extent)?;
                b.add(&scaled, &own)?
            }
        });
    }
    Ok(Tuples {
        flat: flat.ok_or("has no indices")?,
        lead: lead.to_vec(),
        joined: x.shape[..depth].iter().product(),
        rest: x.shape[depth..].to_vec(),
    })
}

pub fn gather_nd(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let (x, indices) = (call.tensor(0)?, call.tensor(1)?);
    if call.node.int("batch_dims", 0)? != 0 {
        return Err("gathers batch by batch (batch_dims), which has no rule: gather with indices of the batch".to_owned());
    }
    let tuples = tuples(b, x, indices)?;
    let rest: usize = tuples.rest.iter().product();
    let rows = b.reshape(x, &[tuples.joined, rest])?;
    let count = tuples.flat.count();
    let value = b.apply(Select { dim: 0 }, &[&rows, &tuples.flat], &[count, rest])?;
    Ok(one(b.reshape(
        &value,
        &[&tuples.lead[..], &tuples.rest].concat(),
    )?))
}

/// Whether updates are added, rather than put in place.
fn adds(call: &Call) -> Result<bool, Fault> {
    match call.node.string("reduction", "none")?.as_str() {
        "none" => Ok(false),
        "add" => Ok(true),
        other => Err(format!("joins updates by `{other}`, which has no rule")),
    }
}

/// The tensor with zeros at places of the flat order.
fn emptied(
    b: &mut Build,
    x: &Tensor,
    places: impl Iterator<Item = usize>,
) -> Result<Tensor, Fault> {
    let mut hidden = vec![false; x.count()];
    for place in places {
        let hide = hidden
            .get_mut(place)
            .ok_or("replaces an element that is not there")?;
        if *hide {
            return Err("replaces an element twice, so that its value is not defined".to_owned());
        }
        *hide = true;
    }
    let mask = b.truths(hidden, &x.shape);
    let rule = MaskFill {
        value: 0.0,
        shape: with_axis(&x.shape),
    };
    b.apply(rule, &[x, &mask], &x.shape.clone())
}

/// The integers of indices at which elements are replaced, which must be constants.
fn replaced(b: &Build, indices: &Tensor) -> Result<Vec<usize>, Fault> {
    let data = b
        .known(indices)
        .ok_or("replaces elements at places that are computed from the input, which has no rule")?;
    Ok(data.iter::<i64>().map(|index| index as usize).collect())
}

pub fn scatter_elements(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let (x, indices, updates) = (call.floats(0)?, call.tensor(1)?, call.floats(2)?);
    let dim = x.axis(call.node.int("axis", 0)?)?;
    let indices = counted(b, indices, x.shape[dim])?;
    if indices.shape != updates.shape || indices.rank() != x.rank() || indices.count() == 0 {
        return Err(format!(
            "has {:?} indices for updates of shape {:?}",
            indices.shape, updates.shape
        ));
    }
    let outer = |axis: usize| axis != dim && indices.shape[axis] != x.shape[axis];
    if (0..x.rank()).any(outer) {
        return Err(format!(
            "has indices of shape {:?} for a tensor of shape {:?}: they must have its extents but on the axis {dim}",
            indices.shape, x.shape
        ));
    }
    let mut base = x.clone();
    if !adds(call)? {
        let given = replaced(b, &indices)?;
        let shape = indices.shape.clone();
        let extents = x.shape.clone();
        let place = move |(flat, &index): (usize, &usize)| {
            let mut rest = flat;
            let mut own = vec![0; shape.len()];
            for axis in (0..shape.len()).rev() {
                own[axis] = rest % shape[axis];
                rest /= shape[axis];
            }
            own[dim] = index;
            own.iter()
                .zip(&extents)
                .fold(0, |at, (own, extent)| at * extent + own)
        };
        base = emptied(b, &base, given.iter().enumerate().map(place))?;
    }
    Ok(one(b.apply(
        ScatterAdd { dim },
        &[&base, &indices, updates],
        &x.shape.clone(),
    )?))
}

pub fn scatter_nd(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let (x, indices, updates) = (call.floats(0)?, call.tensor(1)?, call.floats(2)?);
    let tuples = tuples(b, x, indices)?;
    let (rest, count): (usize, usize) = (tuples.rest.iter().product(), tuples.flat.count());
    let rows = [tuples.joined, rest];
    let updates = b.reshape(updates, &[count, rest])?;
    let mut base = b.reshape(x, &rows)?;
    if !adds(call)? {
        let given = replaced(b, &tuples.flat)?;
        let places = given
            .iter()
            .flat_map(|row| (0..rest).map(move |column| row * rest + column));
        base = emptied(b, &base, places)?;
    }
    let value = b.apply(
        SelectAdd { dim: 0 },
        &[&base, &tuples.flat, &updates],
        &rows,
    )?;
    Ok(one(b.reshape(&value, &x.shape)?))
}

/// One value at the place of each index along a new axis, another elsewhere.
pub fn one_hot(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let (indices, depth, values) = (call.tensor(0)?, call.tensor(1)?, call.tensor(2)?);
    let depth = b
        .known_number(depth)
        .ok_or("computes its depth from the numbers of the input")?;
    let count = depth as usize;
    if !(1.0..=f64::from(1 << 26)).contains(&depth) || values.shape != [2] {
        return Err(format!(
            "has the depth {depth} and values of shape {:?}",
            values.shape
        ));
    }
    let rank = indices.rank() + 1;
    let axis = crate::value::axis_of(call.node.int("axis", -1)?, rank)?;
    let indices = b.cast(indices, ElementType::Int64)?;
    let zero = b.integers(vec![0], &[]);
    let end = b.integers(vec![count as i64], &[]);
    let negative = b.compare(Discrete::lower(), &indices, &zero)?;
    let moved = b.add(&indices, &end)?;
    let indices = b.choose(&negative, &moved, &indices)?;
    let mut beside = indices.shape.clone();
    beside.insert(axis, 1);
    let indices = b.reshape(&indices, &beside)?;
    let mut along = vec![1; rank];
    along[axis] = count;
    let places = b.integers((0..count as i64).collect(), &along);
    let mask = b.compare(Discrete::equal(), &indices, &places)?;
    let (off, on) = (part(b, values, 0, 0, 1)?, part(b, values, 0, 1, 2)?);
    let (off, on) = (b.reshape(&off, &[])?, b.reshape(&on, &[])?);
    Ok(one(b.choose(&mask, &on, &off)?))
}
