//! Matrix products and the fully connected layer.

use super::{PerInput, Point, Rule, Saved, elementwise::unbroadcast, numbers};
use crate::array::{Array, sum};

/// `y = a b` over the last two axes, the axes before them broadcast.
#[derive(Clone, Copy, Debug)]
pub struct Matmul;

/// The product with a matrix that all directions share: one tall product where there is no batch.
fn times_shared(array: &Array, shared: &Array) -> Array {
    if shared.rank() == 2 {
        rows_times_shared(array, shared)
    } else {
        array.matmul(&shared.unsqueeze())
    }
}

/// Multiplications of a product of matrices: one an element of the value and of the axis summed over, the
/// last of the first input.
fn contraction(inputs: &[&[usize]], value: &[usize]) -> usize {
    let inner = inputs[0][inputs[0].len() - 1];
    inner * value.iter().product::<usize>()
}

impl Rule for Matmul {
    fn name(&self) -> &str {
        "matmul"
    }

    fn multiply_adds(&self, inputs: &[&[usize]], value: &[usize]) -> usize {
        contraction(inputs, value)
    }

    /// A second tangent, and products that are summed over the batch they do not have.
    fn scratch(&self, inputs: &[&[usize]], value: &[usize]) -> usize {
        let batch = numbers(&value[..value.len() - 2]);
        let summed = |input: &[usize]| {
            let [before, matrix] = [&input[..input.len() - 2], &input[input.len() - 2..]];
            if numbers(before) == batch {
                0
            } else {
                batch * numbers(matrix)
            }
        };
        numbers(value).max(summed(inputs[0]).max(summed(inputs[1])))
    }

    fn shared_scratch(&self, _inputs: &[&[usize]], _value: &[usize]) -> usize {
        0
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        (inputs[0].matmul(&inputs[1]), Saved::default())
    }

    fn jvp(&self, at: Point, tangents: &[Option<Array>]) -> Option<Array> {
        sum(
            tangents[0]
                .as_ref()
                .map(|tangent| times_shared(tangent, &at.inputs[1])),
            tangents[1]
                .as_ref()
                .map(|tangent| at.inputs[0].unsqueeze().matmul(tangent)),
        )
    }

    fn vjp(&self, at: Point, cotangent: &Array, wanted: &[bool]) -> PerInput {
        let [first, second] = [&at.inputs[0], &at.inputs[1]];
        vec![
            wanted[0].then(|| unbroadcast(times_shared(cotangent, &second.transpose()), first)),
            wanted[1].then(|| unbroadcast(first.unsqueeze().transpose().matmul(cotangent), second)),
        ]
    }

    fn vjp_tangent(
        &self,
        at: Point,
        tangents: &[Option<Array>],
        cotangent: &Array,
        wanted: &[bool],
    ) -> PerInput {
        let first = tangents[1]
            .as_ref()
            .filter(|_| wanted[0])
            .map(|tangent| unbroadcast(cotangent.matmul(&tangent.transpose()), &at.inputs[0]));
        let second = tangents[0]
            .as_ref()
            .filter(|_| wanted[1])
            .map(|tangent| unbroadcast(tangent.transpose().matmul(cotangent), &at.inputs[1]));
        vec![first, second]
    }
}

/// `y = x w + b`: x is `[..., in]`, w is `[in, out]` as Burn keeps it, b is `[out]` and may be absent.
#[derive(Clone, Copy, Debug)]
pub struct Linear;

/// The tensor with every axis between the first and the last folded into one: a tangent or
/// cotangent [K, ..., n] becomes [K, m, n].
fn rows(array: &Array) -> Array {
    let shape = array.shape();
    let last = shape[shape.len() - 1];
    let folded: usize = shape[1..shape.len() - 1].iter().product();
    array.reshape(&[shape[0], folded, last])
}

/// `[K, m, n]` times `[1, n, r]` as one product of a tall matrix.
fn rows_times_shared(array: &Array, shared: &Array) -> Array {
    let [directions, count, inner] = three(array);
    let outer = shared.shape()[1];
    array
        .reshape(&[directions * count, inner])
        .matmul(shared)
        .reshape(&[directions, count, outer])
}

fn three(array: &Array) -> [usize; 3] {
    let shape = array.shape();
    [shape[0], shape[1], shape[2]]
}

impl Linear {
    /// The tangent or cotangent `[K, m, n]` under the shape the network gives it.
    fn shaped(array: Array, like: &Array) -> Array {
        let mut shape = vec![array.shape()[0]];
        shape.extend(like.shape());
        array.reshape(&shape)
    }
}

impl Rule for Linear {
    fn name(&self) -> &str {
        "linear"
    }

    fn multiply_adds(&self, inputs: &[&[usize]], value: &[usize]) -> usize {
        contraction(inputs, value)
    }

    fn shared_scratch(&self, _inputs: &[&[usize]], _value: &[usize]) -> usize {
        0
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        let (x, weight) = (&inputs[0], &inputs[1]);
        let mut shape = x.shape();
        let outer = weight.shape()[1];
        let last = shape.len() - 1;
        shape[last] = outer;
        let mut value = rows_times_shared(&rows(&x.unsqueeze()), weight);
        if let Some(bias) = inputs.get(2) {
            value = value.plus(bias.reshape(&[1, 1, outer]));
        }
        (value.reshape(&shape), Saved::default())
    }

    fn jvp(&self, at: Point, tangents: &[Option<Array>]) -> Option<Array> {
        let x = rows(&at.inputs[0].unsqueeze());
        let along_x = tangents[0]
            .as_ref()
            .map(|tangent| rows_times_shared(&rows(tangent), &at.inputs[1]));
        let along_weight = tangents[1].as_ref().map(|tangent| x.matmul(tangent));
        let total = sum(along_x, along_weight);
        let bias = tangents.get(2).and_then(Option::as_ref).map(|tangent| {
            let [directions, outer] = [tangent.shape()[0], tangent.shape()[1]];
            tangent.reshape(&[directions, 1, outer])
        });
        let total = match (total, bias) {
            (Some(total), Some(bias)) => total.plus(bias),
            (Some(total), None) => total,
            (None, Some(bias)) => {
                let [directions, _, outer] = three(&bias);
                bias.expand(&[directions, x.shape()[1], outer])
            }
            (None, None) => return None,
        };
        Some(Self::shaped(total, at.value))
    }

    fn vjp(&self, at: Point, cotangent: &Array, wanted: &[bool]) -> PerInput {
        let flat = rows(cotangent);
        let x = rows(&at.inputs[0].unsqueeze());
        let mut pulled = vec![
            wanted[0].then(|| {
                Self::shaped(
                    rows_times_shared(&flat, &at.inputs[1].transpose()),
                    &at.inputs[0],
                )
            }),
            wanted[1].then(|| x.transpose().matmul(&flat)),
        ];
        if let Some(&wanted) = wanted.get(2) {
            pulled.push(wanted.then(|| {
                let [directions, _, outer] = three(&flat);
                flat.sum_dim(1).reshape(&[directions, outer])
            }));
        }
        pulled
    }

    fn vjp_tangent(
        &self,
        at: Point,
        tangents: &[Option<Array>],
        cotangent: &Array,
        wanted: &[bool],
    ) -> PerInput {
        let flat = rows(cotangent);
        let mut pulled = vec![
            tangents[1]
                .as_ref()
                .filter(|_| wanted[0])
                .map(|tangent| Self::shaped(flat.matmul(&tangent.transpose()), &at.inputs[0])),
            tangents[0]
                .as_ref()
                .filter(|_| wanted[1])
                .map(|tangent| rows(tangent).transpose().matmul(&flat)),
        ];
        pulled.resize(wanted.len(), None);
        pulled
    }
}
