//! Tensors that do not depend on the numbers of the input.

use crate::build::Build;
use crate::call::{Call, Outputs, one};
use crate::element::ElementType;
use crate::error::Fault;
use crate::tensor::{decimal, elements, read};

/// A tensor in one of the forms that its attributes have.
pub fn constant(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let node = call.node;
    if let Some(tensor) = node.tensor("value")? {
        let stored = read(tensor, b.folder.as_deref())?;
        return Ok(one(b.stored(&stored)));
    }
    let floats = |b: &mut Build, values: Vec<f32>, shape: &[usize]| {
        let values = values.into_iter().map(decimal).collect();
        b.constant(ElementType::Float, values, shape)
    };
    if let Some(value) = node.exact_float("value_float")? {
        return Ok(one(floats(b, vec![value], &[])));
    }
    if let Some(values) = node.floats("value_floats")? {
        let count = values.len();
        return Ok(one(floats(b, values, &[count])));
    }
    if node.has("value_int") {
        return Ok(one(b.integers(vec![node.int("value_int", 0)?], &[])));
    }
    if let Some(values) = node.ints("value_ints")? {
        let count = values.len();
        return Ok(one(b.integers(values, &[count])));
    }
    if node.has("sparse_value") {
        return Err("is stored sparsely: store it densely".to_owned());
    }
    Err("has no numbers: a network computes with numbers".to_owned())
}

/// Extents from a constant.
fn extents(b: &Build, call: &Call) -> Result<Vec<usize>, Fault> {
    let given = b.settings(call.tensor(0)?, "shape")?;
    let extent =
        |&extent: &i64| usize::try_from(extent).map_err(|_| format!("has the shape {given:?}"));
    given.iter().map(extent).collect()
}

pub fn of_shape(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let shape = extents(b, call)?;
    let count = elements(&shape)?;
    let (element, number) = match call.node.tensor("value")? {
        Some(tensor) => {
            let stored = read(tensor, b.folder.as_deref())?;
            let number = stored.data.iter::<f64>().next().ok_or("has no value")?;
            (stored.element, number)
        }
        None => (ElementType::Float, 0.0),
    };
    Ok(one(b.filled(element, number, &shape, count)?))
}

/// The extents of a tensor, from `start` to before `end`.
pub fn shape(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let x = call.tensor(0)?;
    let rank = x.rank() as i64;
    let place = |place: i64| {
        let counted = if place < 0 {
            place.saturating_add(rank)
        } else {
            place
        };
        counted.clamp(0, rank) as usize
    };
    let start = place(call.node.int("start", 0)?);
    let end = place(call.node.int("end", rank)?).max(start);
    let extents: Vec<i64> = x.shape[start..end]
        .iter()
        .map(|&extent| extent as i64)
        .collect();
    let count = extents.len();
    Ok(one(b.integers(extents, &[count])))
}

pub fn size(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let count = call.tensor(0)?.count() as i64;
    Ok(one(b.integers(vec![count], &[])))
}

/// The most numbers of a range.
const LONGEST: f64 = (1 << 26) as f64;

/// Numbers from a start in steps to before a limit.
pub fn range(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let element = call.tensor(0)?.element;
    let mut numbers = [0.0; 3];
    for (place, number) in numbers.iter_mut().enumerate() {
        let given = b.known_number(call.tensor(place)?);
        *number = given.ok_or("depends on the numbers of the input, but shapes must not")?;
    }
    let [start, limit, step] = numbers;
    let count = ((limit - start) / step).ceil();
    if step == 0.0 || count.is_nan() || count > LONGEST {
        return Err(format!("goes from {start} to {limit} in steps of {step}"));
    }
    let count = count.max(0.0) as usize;
    let values = (0..count)
        .map(|place| start + place as f64 * step)
        .collect();
    Ok(one(b.constant(element, values, &[count])))
}

/// Ones on a diagonal of a matrix of the shape of another.
pub fn eye_like(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let x = call.tensor(0)?;
    if x.rank() != 2 || x.count() > 1 << 26 {
        return Err(format!(
            "is like a tensor of shape {:?}, which is no matrix or too large",
            x.shape
        ));
    }
    let element = match call.node.int("dtype", 0)? {
        0 => x.element,
        code => ElementType::of_code(code)?,
    };
    let k = call.node.int("k", 0)?;
    let (rows, columns) = (x.shape[0] as i64, x.shape[1] as i64);
    let values = (0..rows)
        .flat_map(|row| {
            (0..columns).map(move |column| f64::from(u8::from(column.saturating_sub(row) == k)))
        })
        .collect();
    Ok(one(b.constant(element, values, &x.shape)))
}
