//! Products of matrices.

use hesscope_hvp::rules::linear::{Linear, Matmul};

use crate::build::{Build, broadcast};
use crate::call::{Call, Outputs, one};
use crate::error::Fault;
use crate::value::Tensor;

/// The product over the last two axes, the others broadcast.
pub fn multiplied(b: &mut Build, x: &Tensor, y: &Tensor) -> Result<Tensor, Fault> {
    let (rows, inner) = (x.shape[x.rank() - 2], x.shape[x.rank() - 1]);
    let (above, columns) = (y.shape[y.rank() - 2], y.shape[y.rank() - 1]);
    if inner != above || inner == 0 {
        return Err(format!(
            "multiplies tensors of shapes {:?} and {:?}",
            x.shape, y.shape
        ));
    }
    if y.rank() == 2 {
        // All rows times one matrix.
        let mut shape = x.shape.clone();
        shape[x.rank() - 1] = columns;
        return b.apply(Linear, &[x, y], &shape);
    }
    let mut shape = broadcast(&x.shape[..x.rank() - 2], &y.shape[..y.rank() - 2])?;
    shape.extend([rows, columns]);
    let (x, y) = (b.aligned(x, shape.len())?, b.aligned(y, shape.len())?);
    b.apply(Matmul, &[&x, &y], &shape)
}

pub fn mat_mul(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let (x, y) = (call.floats(0)?, call.floats(1)?);
    if x.rank() == 0 || y.rank() == 0 {
        return Err("multiplies a number as if it were a matrix".to_owned());
    }
    let row = x.rank() == 1;
    let column = y.rank() == 1;
    let left = if row {
        b.reshape(x, &[1, x.shape[0]])?
    } else {
        x.clone()
    };
    let right = if column {
        b.reshape(y, &[y.shape[0], 1])?
    } else {
        y.clone()
    };
    let value = multiplied(b, &left, &right)?;
    let mut shape = value.shape.clone();
    if column {
        shape.pop();
    }
    if row {
        shape.remove(shape.len() - if column { 1 } else { 2 });
    }
    Ok(one(b.reshape(&value, &shape)?))
}

/// α A B + β C, A and B transposed where it says so.
pub fn gemm(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let (x, y) = (call.floats(0)?, call.floats(1)?);
    if x.rank() != 2 || y.rank() != 2 {
        return Err(format!(
            "multiplies tensors of shapes {:?} and {:?}: they must be matrices",
            x.shape, y.shape
        ));
    }
    let turned = |b: &mut Build, tensor: &Tensor, name: &str| match call.node.flag(name, false)? {
        true => b.permute(tensor, &[1, 0]),
        false => Ok(tensor.clone()),
    };
    let (x, y) = (turned(b, x, "transA")?, turned(b, y, "transB")?);
    let (alpha, beta) = (
        call.node.float("alpha", 1.0)?,
        call.node.float("beta", 1.0)?,
    );
    let columns = y.shape[1];
    if x.shape[1] != y.shape[0] {
        return Err(format!(
            "multiplies matrices of shapes {:?} and {:?}",
            x.shape, y.shape
        ));
    }
    let shape = [x.shape[0], columns];
    let bias = call.optional(2)?;
    if let Some(bias) = bias
        && bias.shape == [columns]
        && (alpha, beta) == (1.0, 1.0)
        && bias.kind() == x.kind()
    {
        return Ok(one(b.apply(Linear, &[&x, &y, bias], &shape)?));
    }
    let product = multiplied(b, &x, &y)?;
    let mut value = b.affine(&product, alpha, 0.0)?;
    if let Some(bias) = bias {
        let bias = b.affine(bias, beta, 0.0)?;
        value = b.add(&value, &bias)?;
        if value.shape != shape {
            return Err(format!(
                "adds a tensor of shape {:?} to a matrix {shape:?}",
                bias.shape
            ));
        }
    }
    Ok(one(value))
}
