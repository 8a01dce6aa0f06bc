//! Sums, extrema and norms over axes.

use hesscope_hvp::Kind;
use hesscope_hvp::rules::{
    activation::Pointwise,
    discrete::Discrete,
    reduction::{CumSum, Extremum},
    shape::Flip,
};

use super::padding::padded;
use super::parts::part;
use crate::build::Build;
use crate::call::{Call, Outputs, one};
use crate::element::ElementType;
use crate::error::Fault;
use crate::value::Tensor;

/// What is reduced, over which axes, and whether they stay with extent one.
struct Over<'a> {
    x: &'a Tensor,
    axes: Vec<usize>,
    keep: bool,
}

/// Axes are an attribute in early versions and an input in late ones; without any all are reduced, or none where
/// `noop_with_empty_axes` says so.
fn over<'a>(b: &Build, call: &'a Call) -> Result<Over<'a>, Fault> {
    let x = call.tensor(0)?;
    let given = match call.optional(1)? {
        Some(axes) => Some(b.settings(axes, "axes")?),
        None => call.node.ints("axes")?,
    };
    let keep = call.node.flag("keepdims", true)?;
    let given = given.filter(|axes| !axes.is_empty());
    let mut axes: Vec<usize> = match given {
        Some(axes) => axes
            .iter()
            .map(|&axis| x.axis(axis))
            .collect::<Result<_, _>>()?,
        None if call.node.flag("noop_with_empty_axes", false)? => Vec::new(),
        None => (0..x.rank()).collect(),
    };
    axes.sort_unstable();
    axes.dedup();
    Ok(Over { x, axes, keep })
}

impl Over<'_> {
    fn shape(&self, keep: bool) -> Vec<usize> {
        let extent = |(axis, &extent): (usize, &usize)| match (self.axes.contains(&axis), keep) {
            (true, true) => Some(1),
            (true, false) => None,
            (false, _) => Some(extent),
        };
        self.x.shape.iter().enumerate().filter_map(extent).collect()
    }

    /// The value without the axes that do not stay.
    fn end(&self, b: &mut Build, value: &Tensor) -> Result<Outputs, Fault> {
        Ok(one(b.reshape(value, &self.shape(self.keep))?))
    }

    /// What is left of nothing: `number` for each row without elements.
    fn of_nothing(&self, b: &mut Build, number: f64) -> Option<Outputs> {
        if self.x.count() > 0 {
            return None;
        }
        let shape = self.shape(self.keep);
        let count = shape.iter().product();
        Some(one(b.constant(self.x.element, vec![number; count], &shape)))
    }
}

fn summed(
    b: &mut Build,
    call: &Call,
    before: impl Fn(&mut Build, &Tensor) -> Result<Tensor, Fault>,
    behind: impl Fn(&mut Build, &Tensor) -> Result<Tensor, Fault>,
) -> Result<Outputs, Fault> {
    let over = over(b, call)?;
    if over.x.count() == 0 {
        let zeros = over.of_nothing(b, 0.0).unwrap_or_default();
        return match zeros.into_iter().next() {
            Some(Some(crate::value::Value::Tensor(zeros))) => Ok(one(behind(b, &zeros)?)),
            _ => Err("reduces a tensor without elements".to_owned()),
        };
    }
    let value = before(b, over.x)?;
    let value = b.sum(&value, &over.axes, 1.0)?;
    let value = behind(b, &value)?;
    over.end(b, &value)
}

fn same(_: &mut Build, x: &Tensor) -> Result<Tensor, Fault> {
    Ok(x.clone())
}

fn square(b: &mut Build, x: &Tensor) -> Result<Tensor, Fault> {
    b.mul(x, x)
}

fn size(b: &mut Build, x: &Tensor) -> Result<Tensor, Fault> {
    match x.kind() {
        Kind::Float => b.each(Pointwise::Abs, x),
        _ => b.apply(Discrete::int_abs(), &[x], &x.shape.clone()),
    }
}

fn root(b: &mut Build, x: &Tensor) -> Result<Tensor, Fault> {
    b.each(Pointwise::Sqrt, x)
}

fn log(b: &mut Build, x: &Tensor) -> Result<Tensor, Fault> {
    b.each(Pointwise::Log, x)
}

pub fn sum(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    summed(b, call, same, same)
}

pub fn sum_square(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    summed(b, call, square, same)
}

pub fn l1(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    summed(b, call, size, same)
}

pub fn l2(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    call.floats(0)?;
    summed(b, call, square, root)
}

pub fn log_sum(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    call.floats(0)?;
    summed(b, call, same, log)
}

pub fn mean(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    call.floats(0)?;
    let over = over(b, call)?;
    if over.x.count() == 0 {
        return Err("takes the mean of no elements".to_owned());
    }
    let value = b.mean(over.x, &over.axes)?;
    over.end(b, &value)
}

/// The axes that are reduced together as the last one.
fn joined(b: &mut Build, over: &Over) -> Result<Tensor, Fault> {
    let kept = (0..over.x.rank()).filter(|axis| !over.axes.contains(axis));
    let order: Vec<usize> = kept.chain(over.axes.iter().copied()).collect();
    let x = b.permute(over.x, &order)?;
    let mut shape = over.shape(false);
    shape.push(over.axes.iter().map(|&axis| over.x.shape[axis]).product());
    b.reshape(&x, &shape)
}

/// The extreme element over the last axis, which stays with extent one.
fn extreme(b: &mut Build, x: &Tensor, sign: f64) -> Result<Tensor, Fault> {
    let dim = x.rank() - 1;
    let mut shape = x.shape.clone();
    shape[dim] = 1;
    match (x.kind(), sign > 0.0) {
        (Kind::Float, _) => b.apply(Extremum { dim, sign }, &[x], &shape),
        (_, true) => b.apply(Discrete::int_max_dim(dim), &[x], &shape),
        (_, false) => b.apply(Discrete::int_min_dim(dim), &[x], &shape),
    }
}

fn extremum(b: &mut Build, call: &Call, sign: f64) -> Result<Outputs, Fault> {
    let over = over(b, call)?;
    let number = match over.x.kind() {
        Kind::Float => f64::INFINITY,
        Kind::Int => i64::MAX as f64,
        Kind::Bool => 0.5,
    };
    // Of truth values the largest of none is false, the least true.
    let shift = if over.x.kind() == Kind::Bool {
        0.5
    } else {
        0.0
    };
    if let Some(nothing) = over.of_nothing(b, shift - sign * number) {
        return Ok(nothing);
    }
    let truths = over.x.kind() == Kind::Bool;
    let x = if truths {
        b.cast(over.x, ElementType::Int64)?
    } else {
        over.x.clone()
    };
    let own = Over {
        x: &x,
        axes: over.axes.clone(),
        keep: over.keep,
    };
    let joined = joined(b, &own)?;
    let mut value = extreme(b, &joined, sign)?;
    if truths {
        value = b.cast(&value, ElementType::Bool)?;
    }
    over.end(b, &value)
}

pub fn max(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    extremum(b, call, 1.0)
}

pub fn min(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    extremum(b, call, -1.0)
}

/// m + log Σ e^(x - m) with m the largest element, so that nothing overflows.
pub fn log_sum_exp(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    call.floats(0)?;
    let over = over(b, call)?;
    if let Some(nothing) = over.of_nothing(b, f64::NEG_INFINITY) {
        return Ok(nothing);
    }
    let joined = joined(b, &over)?;
    let largest = extreme(b, &joined, 1.0)?;
    let shifted = b.sub(&joined, &largest)?;
    let exponentials = b.each(Pointwise::Exp, &shifted)?;
    let total = b.sum(&exponentials, &[joined.rank() - 1], 1.0)?;
    let log = b.each(Pointwise::Log, &total)?;
    let value = b.add(&log, &largest)?;
    over.end(b, &value)
}

/// The most factors of a product over axes.
const MOST_FACTORS: usize = 1024;

/// The product by halves: the first half of the factors times the second.
pub fn prod(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let over = over(b, call)?;
    if let Some(nothing) = over.of_nothing(b, 1.0) {
        return Ok(nothing);
    }
    let mut x = joined(b, &over)?;
    let last = x.rank() - 1;
    if x.shape[last] > MOST_FACTORS {
        return Err(format!(
            "multiplies {} factors: it may be {MOST_FACTORS}",
            x.shape[last]
        ));
    }
    while x.shape[last] > 1 {
        let half = x.shape[last] / 2;
        let (first, second) = (
            part(b, &x, last, 0, half)?,
            part(b, &x, last, half, 2 * half)?,
        );
        let product = b.mul(&first, &second)?;
        x = match x.shape[last] % 2 {
            0 => product,
            _ => {
                let rest = part(b, &x, last, 2 * half, 2 * half + 1)?;
                super::parts::joined(b, &[product, rest], last)?
            }
        };
    }
    over.end(b, &x)
}

fn arg(b: &mut Build, call: &Call, rule: fn(usize) -> Discrete) -> Result<Outputs, Fault> {
    let x = call.tensor(0)?;
    if x.kind() == Kind::Bool || x.count() == 0 {
        return Err("looks for an extreme element among none".to_owned());
    }
    let axis = x.axis(call.node.int("axis", 0)?)?;
    let extent = x.shape[axis] as i64;
    let last = call.node.flag("select_last_index", false)?;
    let from = if last {
        b.apply(Flip { axes: vec![axis] }, &[x], &x.shape.clone())?
    } else {
        x.clone()
    };
    let mut shape = x.shape.clone();
    shape[axis] = 1;
    let mut place = b.apply_to(ElementType::Int64, rule(axis), &[&from], &shape)?;
    if last {
        let end = b.integers(vec![extent - 1], &[]);
        place = b.sub(&end, &place)?;
    }
    if !call.node.flag("keepdims", true)? {
        shape.remove(axis);
        place = b.reshape(&place, &shape)?;
    }
    Ok(one(place))
}

pub fn arg_max(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    arg(b, call, Discrete::argmax)
}

pub fn arg_min(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    arg(b, call, Discrete::argmin)
}

/// Sums up to each element, without it where `exclusive` says so, from the end where `reverse` does.
pub fn cum_sum(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let x = call.tensor(0)?;
    let axis = b.settings(call.tensor(1)?, "axis")?;
    let dim = x.axis(*axis.first().ok_or("has no axis")?)?;
    let shape = x.shape.clone();
    let reverse = call.node.flag("reverse", false)?;
    let flip = || Flip { axes: vec![dim] };
    let mut value = x.clone();
    if reverse {
        value = b.apply(flip(), &[&value], &shape)?;
    }
    if call.node.flag("exclusive", false)? {
        let shortened = part(b, &value, dim, 0, shape[dim].saturating_sub(1))?;
        let mut around = vec![(0, 0); shape.len()];
        around[dim] = (1, 0);
        value = match shortened.count() {
            0 => b.constant(x.element, vec![0.0; x.count()], &shape),
            _ => padded(b, &shortened, &around, 0.0)?,
        };
    }
    value = match x.kind() {
        Kind::Float => b.apply(CumSum { dim }, &[&value], &shape)?,
        Kind::Int => b.apply(Discrete::int_cumsum(dim), &[&value], &shape)?,
        Kind::Bool => return Err("adds truth values up".to_owned()),
    };
    if reverse {
        value = b.apply(flip(), &[&value], &shape)?;
    }
    Ok(one(value))
}
