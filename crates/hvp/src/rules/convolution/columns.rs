//! Convolution as one large matrix product, for devices that compute in host memory.
//!
//! Burn's convolutions go image by image there: with few pixels left an image is a product of a large
//! matrix of weights with a handful of columns, bound by reading the weights, and its pull-back to the
//! weights has as few columns as a window has elements. Here images of a batch stand side by side: the
//! batch is the last, contiguous axis of everything, so that windows are copied in long runs and
//! reordering is transposing a matrix.
//!
//! With s pixels of the output and windows of q = c_in k_h k_w elements, the columns of x [L, n, …] are
//! [L, q, s n], and all three contractions are products with them or with [L, c_out, s n].

use burn_backend::{Slice, ops::FloatTensorOps};
use burn_dispatch::Dispatch;

use super::{Conv2d, five};
use crate::array::Array;

/// [L, n, c, h, w] as [L, c, h, w, n].
fn batch_last(array: &Array) -> Array {
    array.permute(&[0, 2, 3, 4, 1])
}

/// The inverse of [`batch_last`], contiguous.
fn batch_first(array: &Array) -> Array {
    let permuted = array.permute(&[0, 4, 1, 2, 3]);
    let [l, n, c, h, w] = five(&permuted);
    permuted
        .reshape(&[l * n * c * h * w])
        .reshape(&[l, n, c, h, w])
}

/// [L, n, …] as [1, L n, …].
fn one_direction(array: &Array) -> Array {
    let [l, n, c, h, w] = five(array);
    array.reshape(&[1, l * n, c, h, w])
}

/// The slices that leave out the padding of [L, c, h, w, n], or shift it.
fn window(
    shape: &[usize; 5],
    rows: (usize, usize, usize),
    columns: (usize, usize, usize),
) -> Vec<Slice> {
    let [l, c, _, _, n] = *shape;
    let range = |(start, count, step): (usize, usize, usize)| {
        let end = start + (count - 1) * step + 1;
        Slice::new(start as isize, Some(end as isize), step as isize)
    };
    vec![
        Slice::from(0..l),
        Slice::from(0..c),
        range(rows),
        range(columns),
        Slice::from(0..n),
    ]
}

impl Conv2d {
    /// Whether the windows are what this module knows.
    pub(super) fn has_plain_windows(&self) -> bool {
        self.groups == 1 && self.dilation == [1, 1]
    }

    /// The extents of the output for an image of this height and width.
    fn output(&self, image: [usize; 2], kernel: [usize; 2]) -> [usize; 2] {
        [0, 1].map(|axis| {
            let (before, after) = self.padding[axis];
            (image[axis] + before + after - kernel[axis]) / self.stride[axis] + 1
        })
    }

    /// The columns [L, q, s n] of images [L, n, c, h, w].
    fn columns(&self, x: &Array, kernel: [usize; 2]) -> Array {
        let [l, n, c, h, w] = five(x);
        let [kh, kw] = kernel;
        let [oh, ow] = self.output([h, w], kernel);
        let [(top, bottom), (left, right)] = self.padding;
        let x = batch_last(x);
        if kernel == [1, 1] && self.stride == [1, 1] && self.padding == [(0, 0); 2] {
            return x.reshape(&[l, c, h * w * n]);
        }
        let shape = [l, c, h + top + bottom, w + left + right, n];
        let padded = Dispatch::float_slice_assign(
            x.zeros_of(&shape).0,
            &window(&shape, (top, h, 1), (left, w, 1)),
            x.0,
        );
        // [L, c, oh, w, n, kh], then [L, c, oh, ow, n, kh, kw], neither of them a copy.
        let rows = Dispatch::float_unfold(padded, 2, kh, self.stride[0]);
        let windows = Array(Dispatch::float_unfold(rows, 3, kw, self.stride[1]));
        windows
            .permute(&[0, 1, 5, 6, 2, 3, 4])
            .reshape(&[l, c * kh * kw, oh * ow * n])
    }

    /// conv(x, w) for x [L, n, …] and w [M, …], L or M being 1.
    pub(super) fn forward_by_columns(&self, x: &Array, weight: &Array) -> Array {
        let [m, c_out, c_in, kh, kw] = five(weight);
        let [l, n, _, h, w] = five(x);
        let [oh, ow] = self.output([h, w], [kh, kw]);
        let x = one_direction(x);
        let y = weight.reshape(&[m * c_out, c_in * kh * kw]).matmul(
            &self
                .columns(&x, [kh, kw])
                .reshape(&[c_in * kh * kw, oh * ow * l * n]),
        );
        batch_first(&y.reshape(&[m, c_out, oh, ow, l * n])).reshape(&[m * l, n, c_out, oh, ow])
    }

    /// The cotangent of w, of the given shape, for x [L, n, …] and ȳ [M, n, …].
    pub(super) fn pull_weight_by_columns(
        &self,
        shape: &[usize],
        x: &Array,
        cotangent: &Array,
    ) -> Array {
        let [c_out, c_in, kh, kw] = [shape[0], shape[1], shape[2], shape[3]];
        let [m, n, _, oh, ow] = five(cotangent);
        let l = x.shape()[0];
        let columns = self.columns(x, [kh, kw]);
        let rows = batch_last(cotangent);
        let pulled = if l == 1 {
            let rows = rows.reshape(&[m * c_out, oh * ow * n]);
            let columns = columns.reshape(&[c_in * kh * kw, oh * ow * n]);
            rows.matmul(&columns.transpose())
        } else {
            let rows = rows.reshape(&[1, c_out, oh * ow * n]);
            rows.matmul(&columns.transpose())
        };
        pulled.reshape(&[l * m, c_out, c_in, kh, kw])
    }

    /// The cotangent of x [n, …], of the given shape, for w [M, …] and ȳ [L, n, …].
    pub(super) fn pull_input_by_columns(
        &self,
        shape: &[usize],
        weight: &Array,
        cotangent: &Array,
    ) -> Array {
        let [m, c_out, c_in, kh, kw] = five(weight);
        let [l, n, _, oh, ow] = five(cotangent);
        let (h, w) = (shape[2], shape[3]);
        let rows = batch_last(&one_direction(cotangent)).reshape(&[1, c_out, oh * ow * l * n]);
        let columns = weight
            .reshape(&[m, c_out, c_in * kh * kw])
            .transpose()
            .matmul(&rows)
            .reshape(&[m, c_in, kh, kw, oh * ow * l * n]);
        let [(top, bottom), (left, right)] = self.padding;
        let padded = [m, c_in, h + top + bottom, w + left + right, l * n];
        let mut total = cotangent.zeros_of(&padded);
        for i in 0..kh {
            for j in 0..kw {
                let part = columns.slice(2, i, i + 1).slice(3, j, j + 1).reshape(&[
                    m,
                    c_in,
                    oh,
                    ow,
                    l * n,
                ]);
                let place = window(&padded, (i, oh, self.stride[0]), (j, ow, self.stride[1]));
                let sum =
                    Dispatch::float_add(Dispatch::float_slice(total.0.clone(), &place), part.0);
                total = Array(Dispatch::float_slice_assign(total.0, &place, sum));
            }
        }
        let inner = window(&padded, (top, h, 1), (left, w, 1));
        let total = Array(Dispatch::float_slice(total.0, &inner));
        batch_first(&total).reshape(&[m * l, n, c_in, h, w])
    }
}
