//! The contractions as products of matrices, for GPUs.
//!
//! With U(x) the windows of images x as rows [g, L, m o_h o_w, k_h k_w c], W the weights [g, K, k_h k_w c, o] and Y images of
//! outputs as rows [g, K, m o_h o_w, o], of m images and g groups: `forward` is Y = U(x) W, `pull_weight` U(x)ᵀ Y, and
//! `pull_input` the transpose of U on Y Wᵀ. Each of them has an axis of directions, so that K directions are one product.

use std::ops::Range;

use super::device::total;
use super::geometry::{Conv2d, five};
use crate::array::device::{fold, unfold};
use crate::array::{Array, Windows, sum};

/// The most elements of unfolded images at a time.
const UNFOLDED: usize = 1 << 27;

impl Conv2d {
    /// [K, m, g o, h, w] as rows [g, K, m h w, o].
    fn rows(&self, images: &Array) -> Array {
        let [k, m, o, h, w] = five(images);
        let g = self.groups;
        if g == 1 {
            return images
                .permute(&[0, 1, 3, 4, 2])
                .reshape(&[1, k, m * h * w, o]);
        }
        images
            .reshape(&[k, m, g, o / g, h, w])
            .permute(&[2, 0, 1, 4, 5, 3])
            .reshape(&[g, k, m * h * w, o / g])
    }

    /// The inverse of [`rows`](Self::rows) for images of this height and width.
    fn images(&self, rows: &Array, k: usize, [h, w]: [usize; 2]) -> Array {
        let shape = rows.shape();
        let (g, o) = (shape[0], shape[3]);
        let m = shape[1] * shape[2] / (k * h * w);
        if g == 1 {
            return rows.reshape(&[k, m, h, w, o]).permute(&[0, 1, 4, 2, 3]);
        }
        rows.reshape(&[g, k, m, h, w, o])
            .permute(&[1, 2, 0, 5, 3, 4])
            .reshape(&[k, m, g * o, h, w])
    }

    /// Weights [K, g o, c, k_h, k_w] as [g, K, k_h k_w c, o].
    fn matrix(&self, weight: &Array) -> Array {
        let [k, o, c, kh, kw] = five(weight);
        let g = self.groups;
        weight
            .reshape(&[k, g, o / g, c, kh, kw])
            .permute(&[1, 0, 4, 5, 3, 2])
            .reshape(&[g, k, kh * kw * c, o / g])
    }

    pub(super) fn forward_by_matrices(&self, pairs: &[(Array, Array)]) -> Array {
        let [_, n, _, h, w] = five(&pairs[0].0);
        let [_, o, c, kh, kw] = five(&pairs[0].1);
        let windows = self.windows([h, w], [o, c, kh, kw]);
        let directions = pairs.iter().map(|(x, _)| x.shape()[0]).max().unwrap_or(1);
        let parts: Vec<Array> = chunks(&windows, directions, n)
            .map(|images| {
                total(pairs, |x, weight| {
                    let [l, k] = [x.shape()[0], weight.shape()[0]];
                    let rows = product(&unfold(x, &windows, images.clone()), &self.matrix(weight));
                    self.images(&rows, l.max(k), windows.output)
                })
            })
            .collect();
        Array::cat(&parts, 1)
    }

    pub(super) fn pull_input_by_matrices(
        &self,
        shape: &[usize],
        pairs: &[(Array, Array)],
    ) -> Array {
        let [_, o, c, kh, kw] = five(&pairs[0].0);
        let windows = self.windows([shape[2], shape[3]], [o, c, kh, kw]);
        let directions = pairs
            .iter()
            .map(|(weight, cotangent)| weight.shape()[0].max(cotangent.shape()[0]))
            .max()
            .unwrap_or(1);
        let parts: Vec<Array> = chunks(&windows, directions, shape[0])
            .map(|images| {
                let columns = total(pairs, |weight, cotangent| {
                    let [k, l] = [weight.shape()[0], cotangent.shape()[0]];
                    let rows = self.rows(&cotangent.slice(1, images.start, images.end));
                    let count = rows.shape()[2];
                    let columns = product(&rows, &self.matrix(weight).transpose());
                    columns.reshape(&[self.groups, k.max(l), count, c * kh * kw])
                });
                fold(&columns, &windows)
            })
            .collect();
        Array::cat(&parts, 1)
    }

    pub(super) fn pull_weight_by_matrices(
        &self,
        shape: &[usize],
        pairs: &[(Array, Array)],
    ) -> Array {
        let [_, n, _, h, w] = five(&pairs[0].0);
        let [o, c, kh, kw] = [shape[0], shape[1], shape[2], shape[3]];
        let windows = self.windows([h, w], [o, c, kh, kw]);
        let directions = pairs.iter().map(|(x, _)| x.shape()[0]).max().unwrap_or(1);
        let pulled = chunks(&windows, directions, n).fold(None, |pulled, images| {
            let part = total(pairs, |x, cotangent| {
                let rows = self.rows(&cotangent.slice(1, images.start, images.end));
                rows.transpose()
                    .matmul(&unfold(x, &windows, images.clone()))
            });
            sum(pulled, Some(part))
        });
        let pulled = pulled.expect("a batch has an image");
        let (g, k) = (self.groups, pulled.shape()[1]);
        pulled
            .reshape(&[g, k, o / g, kh, kw, c])
            .permute(&[1, 0, 2, 5, 3, 4])
            .reshape(&[k, o, c, kh, kw])
    }
}

/// Rows [g, L, r, n] times matrices [g, K, n, o], as one tall product where all directions share the matrix.
fn product(rows: &Array, matrix: &Array) -> Array {
    let shape = rows.shape();
    if matrix.shape()[1] == 1 {
        let tall = rows.reshape(&[shape[0], 1, shape[1] * shape[2], shape[3]]);
        return tall.matmul(matrix);
    }
    rows.matmul(matrix)
}

/// Images in as few parts of about one size as their windows' elements allow.
fn chunks(
    windows: &Windows,
    directions: usize,
    images: usize,
) -> impl Iterator<Item = Range<usize>> {
    let product = |[a, b]: [usize; 2]| a * b;
    let each = directions * windows.channels * product(windows.output) * product(windows.kernel);
    let most = (UNFOLDED / each.max(1)).clamp(1, images.max(1));
    let parts = images.div_ceil(most);
    let size = images.div_ceil(parts.max(1)).max(1);
    (0..images)
        .step_by(size)
        .map(move |start| start..(start + size).min(images))
}
