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

/// The most elements that images are made into at a time.
const LARGEST: usize = 1 << 27;

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
        let parts: Vec<Array> = chunks(unfolded(&windows, directions), n)
            .map(|images| {
                let rows = pairs.iter().fold(None, |rows, (x, weight)| {
                    let windows = unfold(x, &windows, images.clone());
                    Some(product(&windows, &self.matrix(weight), rows))
                });
                let rows = rows.expect("a contraction has a pair of arguments");
                self.images(&rows, rows.shape()[1], windows.output)
            })
            .collect();
        joined(&parts)
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
        let parts: Vec<Array> = chunks(unfolded(&windows, directions), shape[0])
            .map(|images| {
                let columns = pairs.iter().fold(None, |columns, (weight, cotangent)| {
                    let rows = self.rows(&cotangent.slice(1, images.start, images.end));
                    Some(product(&rows, &self.matrix(weight).transpose(), columns))
                });
                fold(
                    &columns.expect("a contraction has a pair of arguments"),
                    &windows,
                )
            })
            .collect();
        joined(&parts)
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
        let pulled = chunks(unfolded(&windows, directions), n).fold(None, |pulled, images| {
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

/// Images one after another, which lie with the channels last, and do so together.
fn joined(parts: &[Array]) -> Array {
    let last: Vec<Array> = parts
        .iter()
        .map(|part| part.permute(&[0, 1, 3, 4, 2]))
        .collect();
    Array::cat(&last, 1).permute(&[0, 1, 4, 2, 3])
}

/// Rows [g, L, r, n] times matrices [g, K, n, o], as one tall product where all directions share the matrix: [g, max(K, L), r,
/// o], added to `onto` if there is one.
pub(super) fn product(rows: &Array, matrix: &Array, onto: Option<Array>) -> Array {
    let (shape, matrices) = (rows.shape(), matrix.shape());
    let full = [shape[0], shape[1].max(matrices[1]), shape[2], matrices[3]];
    let (rows, inner) = if matrices[1] == 1 {
        let tall = [shape[0], 1, shape[1] * shape[2], shape[3]];
        (rows.reshape(&tall), [tall[0], 1, tall[2], full[3]])
    } else {
        (rows.clone(), full)
    };
    match onto {
        Some(onto) if onto.shape() == full => {
            let onto = reshaped(onto, &inner);
            reshaped(rows.matmul_onto(matrix, onto), &full)
        }
        onto => {
            let product = reshaped(rows.matmul(matrix), &full);
            match onto {
                Some(onto) => product.plus(onto),
                None => product,
            }
        }
    }
}

/// Another shape, without a second owner of the numbers.
fn reshaped(array: Array, shape: &[usize]) -> Array {
    array.reshape(shape)
}

/// Elements of the windows of an image in all directions.
fn unfolded(windows: &Windows, directions: usize) -> usize {
    let product = |[a, b]: [usize; 2]| a * b;
    directions * windows.channels * product(windows.output) * product(windows.kernel)
}

/// Images in as few parts of about one size as the elements that each of them is made into allow.
pub(super) fn chunks(each: usize, images: usize) -> impl Iterator<Item = Range<usize>> {
    let most = (LARGEST / each.max(1)).clamp(1, images.max(1));
    let parts = images.div_ceil(most);
    let size = images.div_ceil(parts.max(1)).max(1);
    (0..images)
        .step_by(size)
        .map(move |start| start..(start + size).min(images))
}
