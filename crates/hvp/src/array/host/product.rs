//! Products of matrices that are arrays.

use burn_dispatch::backends::flex::FlexTensor;
use faer::MatRef;

use super::matrix::{Onto, multiply_in_parts, rows, rows_mut};
use super::numbers::flex;
use super::real::{Real, is_double};
use super::results::array;
use super::scratch::scratch;
use super::tasks::chunks;
use crate::array::tensor::Array;

/// Matrices in host memory whose rows or columns are stretches of it.
struct Matrices {
    tensor: FlexTensor,
    /// Between the axes before the last two; zero for those that are broadcast.
    steps: Vec<usize>,
    height: usize,
    width: usize,
    /// Between rows, or between columns where it is transposed.
    stride: usize,
    transposed: bool,
}

impl Matrices {
    /// The matrices of an array that is broadcast to a shape before its last two axes.
    fn of(array: &Array, batch: &[usize]) -> Option<Self> {
        let tensor = flex(array)?;
        match Self::lying(tensor, batch) {
            Some(matrices) => Some(matrices),
            None => Self::lying(&tensor.to_contiguous(), batch),
        }
    }

    fn lying(tensor: &FlexTensor, batch: &[usize]) -> Option<Self> {
        let layout = tensor.layout();
        let shape = layout.shape();
        let [height, width] = [batch.len(), batch.len() + 1].map(|axis| shape[axis]);
        let strides: Vec<usize> = layout
            .strides()
            .iter()
            .map(|&stride| usize::try_from(stride))
            .collect::<Result<_, _>>()
            .ok()?;
        let [down, across] = [strides[batch.len()], strides[batch.len() + 1]];
        let (stride, transposed) = if across == 1 && down >= width {
            (down, false)
        } else if down == 1 && across >= height {
            (across, true)
        } else {
            return None;
        };
        let steps = (0..batch.len())
            .map(|axis| if shape[axis] == 1 { 0 } else { strides[axis] })
            .collect();
        Some(Matrices {
            tensor: tensor.clone(),
            steps,
            height,
            width,
            stride,
            transposed,
        })
    }

    /// The matrix at an index of the broadcast shape.
    fn at<T: Real>(&self, mut index: usize, batch: &[usize]) -> MatRef<'_, T> {
        let mut start = self.tensor.layout().start_offset();
        for (step, extent) in self.steps.iter().zip(batch).rev() {
            start += index % extent * step;
            index /= extent;
        }
        let numbers = &T::storage(&self.tensor)[start..];
        if self.transposed {
            rows(numbers, self.width, self.height, self.stride).transpose()
        } else {
            rows(numbers, self.height, self.width, self.stride)
        }
    }
}

/// The product of the last two axes, the others broadcast; none for arrays that are not floats of one type in host memory with
/// as many axes.
pub(in crate::array) fn matmul(a: &Array, b: &Array) -> Option<Array> {
    let (left, right) = (flex(a)?, flex(b)?);
    let same = left.dtype() == right.dtype() && a.rank() == b.rank() && a.rank() >= 2;
    if !same {
        return None;
    }
    if is_double(a) {
        product::<f64>(a, b)
    } else {
        product::<f32>(a, b)
    }
}

fn product<T: Real>(a: &Array, b: &Array) -> Option<Array> {
    let (left, right) = (a.shape(), b.shape());
    let axes = left.len() - 2;
    let mut shape = left.clone();
    for axis in 0..axes {
        shape[axis] = match (left[axis], right[axis]) {
            (one, other) if one == other => one,
            (1, other) | (other, 1) => other,
            _ => return None,
        };
    }
    let batch = &shape[..axes].to_vec();
    let (height, width) = (left[axes], right[axes + 1]);
    shape[axes + 1] = width;
    let mut out = scratch(shape.iter().product());
    if out.is_empty() || left[axes + 1] != right[axes] {
        return None;
    }
    if left[axes + 1] == 0 {
        out.fill(T::ZERO);
        return Some(array(out, &shape));
    }
    let (left, right) = (Matrices::of(a, batch)?, Matrices::of(b, batch)?);
    chunks(&mut out, height * width, true, |index, out| {
        multiply_in_parts(
            rows_mut(out, height, width, width),
            Onto::Nothing,
            left.at::<T>(index, batch),
            right.at::<T>(index, batch),
        );
    });
    Some(array(out, &shape))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::host::tests::{close, numbers};
    use crate::precision::Precision;
    use burn_backend::ops::FloatTensorOps;
    use burn_dispatch::Dispatch;

    #[test]
    fn matrices_that_do_not_fit_are_not_multiplied() {
        let a = numbers(&[3, 4], 1);
        assert!(matmul(&a, &numbers(&[5, 4], 2)).is_none());
        assert!(matmul(&a, &numbers(&[1, 4, 5], 2)).is_none());
        assert!(matmul(&a, &numbers(&[4, 5], 2).in_precision(Precision::F32)).is_none());
        assert!(matmul(&numbers(&[4], 1), &numbers(&[4], 2)).is_none());
        assert!(matmul(&numbers(&[0, 4], 1), &numbers(&[4, 5], 2)).is_none());
    }

    /// Plain, transposed, broadcast, cut and repeated matrices, those divided among threads included, as Burn multiplies
    /// them.
    #[test]
    fn products_are_those_of_burn() {
        let check = |a: &Array, b: &Array| {
            let expected = Array(Dispatch::float_matmul(a.0.clone(), b.0.clone()));
            close(&matmul(a, b).expect("on the host"), &expected, 1e-13);
        };
        check(&numbers(&[3, 4], 1), &numbers(&[4, 5], 2));
        check(&numbers(&[4, 3], 1).transpose(), &numbers(&[4, 5], 2));
        check(&numbers(&[3, 4], 1), &numbers(&[5, 4], 2).transpose());
        check(&numbers(&[2, 1, 3, 4], 1), &numbers(&[1, 5, 4, 6], 2));
        check(
            &numbers(&[2, 3, 4], 1).permute(&[1, 2, 0]),
            &numbers(&[3, 2, 5], 2),
        );
        // Numbers of neither a row nor a column lie together.
        check(
            &numbers(&[4, 2, 3], 1).permute(&[2, 1, 0]),
            &numbers(&[3, 4, 5], 2),
        );
        check(
            &numbers(&[6, 8], 1).slice(0, 1, 4).slice(1, 2, 7),
            &numbers(&[5, 3], 2),
        );
        check(&numbers(&[3, 1], 1).expand(&[3, 4]), &numbers(&[4, 1], 2));
        check(&numbers(&[1, 4], 1), &numbers(&[4, 1], 2).expand(&[4, 7]));
        check(&numbers(&[300, 200], 1), &numbers(&[200, 150], 2));
        check(&numbers(&[100, 200], 1), &numbers(&[200, 450], 2));
        check(
            &numbers(&[100, 70], 1).transpose(),
            &numbers(&[100, 350], 2),
        );
    }
}
