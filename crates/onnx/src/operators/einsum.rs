//! Sums of products over named axes: those of one or two tensors, and of more from the left.

use std::collections::HashMap;

use super::product::multiplied;
use crate::build::Build;
use crate::call::{Call, Outputs, one};
use crate::error::Fault;
use crate::value::Tensor;

/// A tensor with a name for each axis.
#[derive(Clone)]
struct Named {
    tensor: Tensor,
    names: Vec<char>,
}

impl Named {
    /// The extent of a named axis.
    fn extent(&self, name: char) -> Option<usize> {
        let at = self.names.iter().position(|&own| own == name)?;
        Some(self.tensor.shape[at])
    }

    fn has(&self, name: char) -> bool {
        self.names.contains(&name)
    }

    /// The sum over all axes but `kept`.
    fn summed(self, b: &mut Build, kept: impl Fn(char) -> bool) -> Result<Named, Fault> {
        let axes: Vec<usize> = (0..self.names.len())
            .filter(|&axis| !kept(self.names[axis]))
            .collect();
        let tensor = b.sum(&self.tensor, &axes, 1.0)?;
        let names: Vec<char> = self.names.into_iter().filter(|&name| kept(name)).collect();
        let keeps = (0..tensor.rank()).filter(|axis| !axes.contains(axis));
        let shape: Vec<usize> = keeps.map(|axis| tensor.shape[axis]).collect();
        Ok(Named {
            tensor: b.reshape(&tensor, &shape)?,
            names,
        })
    }

    /// The axes in the order of `names`, all of which it has.
    fn ordered(&self, b: &mut Build, names: &[char]) -> Result<Tensor, Fault> {
        let place = |name: &char| self.names.iter().position(|own| own == name);
        let axes: Option<Vec<usize>> = names.iter().map(place).collect();
        let axes = axes.filter(|axes| axes.len() == self.names.len());
        b.permute(
            &self.tensor,
            &axes.ok_or("names an axis that no input has")?,
        )
    }
}

/// Names that stand for the axes of an ellipsis, the last first.
const ELLIPSIS: [char; 8] = [
    '\u{1}', '\u{2}', '\u{3}', '\u{4}', '\u{5}', '\u{6}', '\u{7}', '\u{8}',
];

/// The names of the axes of one term of the equation, of a tensor of `rank` axes.
fn names(term: &str, rank: usize) -> Result<Vec<char>, Fault> {
    let (before, behind) = term
        .split_once("...")
        .map_or((term, None), |(a, b)| (a, Some(b)));
    let letters = |text: &str| -> Vec<char> { text.chars().collect() };
    let (before, behind) = (letters(before), behind.map(letters));
    let named = before.len() + behind.as_ref().map_or(0, Vec::len);
    let rest = rank
        .checked_sub(named)
        .filter(|&rest| rest <= ELLIPSIS.len() && (behind.is_some() || rest == 0))
        .ok_or_else(|| format!("names the axes `{term}` of a tensor of {rank} axes"))?;
    let mut names = before;
    if let Some(behind) = behind {
        names.extend(ELLIPSIS[..rest].iter().rev());
        names.extend(behind);
    }
    let mut letters = names.iter().filter(|name| !ELLIPSIS.contains(name));
    if !letters.all(|name| name.is_alphabetic()) {
        return Err(format!("names axes by `{term}`, which are not letters"));
    }
    Ok(names)
}

fn distinct(names: &[char]) -> bool {
    names
        .iter()
        .enumerate()
        .all(|(place, name)| !names[..place].contains(name))
}

/// The product of two tensors, summed over what neither the result nor later tensors have.
fn pair(b: &mut Build, x: Named, y: Named, kept: impl Fn(char) -> bool) -> Result<Named, Fault> {
    // Axes of one tensor alone that nobody keeps are summed before.
    let x = {
        let other = y.names.clone();
        x.summed(b, |name| kept(name) || other.contains(&name))?
    };
    let y = {
        let other = x.names.clone();
        y.summed(b, |name| kept(name) || other.contains(&name))?
    };
    let shared: Vec<char> = x
        .names
        .iter()
        .copied()
        .filter(|&name| y.has(name))
        .collect();
    let (batch, inner): (Vec<char>, Vec<char>) = shared.iter().partition(|&&name| kept(name));
    let rows: Vec<char> = x
        .names
        .iter()
        .copied()
        .filter(|&name| !y.has(name))
        .collect();
    let columns: Vec<char> = y
        .names
        .iter()
        .copied()
        .filter(|&name| !x.has(name))
        .collect();
    for &name in &shared {
        if x.extent(name) != y.extent(name)
            && x.extent(name) != Some(1)
            && y.extent(name) != Some(1)
        {
            return Err(format!(
                "reads tensors of shapes {:?} and {:?}, which do not fit",
                x.tensor.shape, y.tensor.shape
            ));
        }
    }
    // Axes of extent one beside others, which only an ellipsis may have, are repeated.
    let extents: HashMap<char, usize> = x
        .names
        .iter()
        .chain(&y.names)
        .map(|&name| {
            (
                name,
                x.extent(name).unwrap_or(1).max(y.extent(name).unwrap_or(1)),
            )
        })
        .collect();
    let shape = |names: &[char]| -> Vec<usize> { names.iter().map(|name| extents[name]).collect() };
    let count = |names: &[char]| -> usize { shape(names).iter().product() };
    let left = [&batch[..], &rows, &inner].concat();
    let right = [&batch[..], &inner, &columns].concat();
    let x = x.ordered(b, &left)?;
    let x = b.expand(&x, &shape(&left))?;
    let x = b.reshape(&x, &[count(&batch), count(&rows), count(&inner)])?;
    let y = y.ordered(b, &right)?;
    let y = b.expand(&y, &shape(&right))?;
    let y = b.reshape(&y, &[count(&batch), count(&inner), count(&columns)])?;
    let product = if batch.is_empty() {
        let y = b.reshape(&y, &[count(&inner), count(&columns)])?;
        multiplied(b, &x, &y)?
    } else {
        multiplied(b, &x, &y)?
    };
    let names = [&batch[..], &rows, &columns].concat();
    Ok(Named {
        tensor: b.reshape(&product, &shape(&names))?,
        names,
    })
}

pub fn einsum(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let equation = call.node.string("equation", "")?.replace(' ', "");
    let (left, right) = equation
        .split_once("->")
        .map_or((equation.as_str(), None), |(l, r)| (l, Some(r)));
    let terms: Vec<&str> = left.split(',').collect();
    if terms.len() != call.inputs.len() {
        return Err(format!(
            "has the equation `{equation}` for {} inputs",
            call.inputs.len()
        ));
    }
    let mut operands = Vec::new();
    for (index, term) in terms.iter().enumerate() {
        let tensor = call.floats(index)?.clone();
        let names = names(term, tensor.rank())?;
        if !distinct(&names) {
            return Err(format!(
                "names an axis twice in `{term}`, which has no rule: take the diagonal otherwise"
            ));
        }
        operands.push(Named { tensor, names });
    }
    let all: Vec<char> = operands
        .iter()
        .flat_map(|operand| operand.names.clone())
        .collect();
    let widest = ELLIPSIS
        .iter()
        .take_while(|name| all.contains(name))
        .count();
    let wanted = match right {
        Some(right) if right.contains("...") => names(right, right.len() - 3 + widest)?,
        Some(right) => names(right, right.chars().count())?,
        // Without a result: what is named once, in the order of the alphabet.
        None => {
            let mut once: Vec<char> = all
                .iter()
                .copied()
                .filter(|name| all.iter().filter(|own| *own == name).count() == 1)
                .collect();
            once.retain(|name| !ELLIPSIS.contains(name));
            once.sort_unstable();
            [ELLIPSIS[..widest].iter().rev().copied().collect(), once].concat()
        }
    };
    if !distinct(&wanted) || wanted.iter().any(|name| !all.contains(name)) {
        return Err(format!(
            "has the equation `{equation}`, whose result is not made of the axes of its inputs"
        ));
    }
    let mut operands = operands.into_iter();
    let mut joined = operands.next().ok_or("has no inputs")?;
    let rest: Vec<Named> = operands.collect();
    for (place, operand) in rest.iter().enumerate() {
        let later = &rest[place + 1..];
        let kept =
            |name: char| wanted.contains(&name) || later.iter().any(|operand| operand.has(name));
        joined = pair(b, joined, operand.clone(), kept)?;
    }
    let joined = joined.summed(b, |name| wanted.contains(&name))?;
    Ok(one(joined.ordered(b, &wanted)?))
}
