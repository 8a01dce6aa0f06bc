//! The three contractions of convolution: directly where there are few channels or filters and windows lie side by side
//! ([`direct`]), over tiles of 4 × 4 pixels where windows are 3 × 3 ([`winograd`]), with the images themselves where windows are
//! single pixels ([`pointwise`]), over unfolded columns elsewhere ([`columns`]).
//!
//! A contraction adds up several pairs of arguments, as the product rule gives them. Each argument
//! has the K directions of the result or is shared by them.

mod columns;
mod direct;
mod pointwise;
mod unfolded;
mod winograd;

use super::numbers::{Directed, Pairs};
use super::real::Real;
use crate::array::windows::Windows;

impl Windows {
    /// conv(x, w) for pairs of x [n, c_in, …] and w [c_out, …], with a bias [c_out], added up into `out`
    /// [K, n, c_out, …]. The filters of the first pair may be known transformed.
    pub fn forward<T: Real>(
        &self,
        pairs: &Pairs<T>,
        known: Option<&[T]>,
        bias: Option<&Directed<T>>,
        directions: usize,
        out: &mut [T],
    ) {
        if out.is_empty() {
            return;
        }
        if self.forward_is_direct() {
            self.forward_directly(pairs, bias, directions, out);
        } else if self.in_tiles(out.len() / (directions * self.pixels_out())) {
            self.forward_in_tiles(pairs, known, bias, directions, out);
        } else if self.is_pointwise() {
            self.forward_by_pixels(pairs, bias, directions, out);
        } else {
            self.forward_unfolded(pairs, bias, directions, out);
        }
    }

    /// The cotangent of x for pairs of w [c_out, …] and ȳ [n, c_out, …], added up into `out`
    /// [K, n, c_in, …]. The filters of the first pair may be known transformed.
    pub fn pull_input<T: Real>(
        &self,
        pairs: &Pairs<T>,
        known: Option<&[T]>,
        directions: usize,
        out: &mut [T],
    ) {
        if out.is_empty() || self.pixels() == 0 {
            return out.fill(T::ZERO);
        }
        if self.pull_input_is_direct() {
            self.pull_input_directly(pairs, directions, out);
        } else if self.in_tiles(out.len() / (directions * self.pixels_in())) {
            self.pull_input_in_tiles(pairs, known, directions, out);
        } else if self.is_pointwise() {
            self.pull_input_by_pixels(pairs, directions, out);
        } else {
            self.pull_input_unfolded(pairs, directions, out);
        }
    }

    /// The cotangent of w for pairs of x [n, c_in, …] and ȳ [n, c_out, …], added up into `out`
    /// [K, c_out, …].
    pub fn pull_weight<T: Real>(&self, pairs: &Pairs<T>, directions: usize, out: &mut [T]) {
        let images = pairs[0].0.direction(0).len();
        let images = images.checked_div(self.pixels_in()).unwrap_or(0);
        if out.is_empty() || self.pixels() == 0 || images == 0 {
            return out.fill(T::ZERO);
        }
        if self.pull_weight_is_direct() {
            self.pull_weight_directly(pairs, directions, images, out);
        } else if self.in_tiles(images) {
            self.pull_weight_in_tiles(pairs, directions, images, out);
        } else if self.is_pointwise() {
            self.pull_weight_by_pixels(pairs, directions, images, out);
        } else {
            self.pull_weight_unfolded(pairs, images, out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::host::tests::numbers;

    #[test]
    fn windows_that_are_nowhere_pull_nothing_back() {
        let windows = Windows {
            channels: 2,
            filters: 3,
            image: [2, 5],
            kernel: [3, 3],
            output: [0, 3],
            stride: [1, 1],
            before: [0, 0],
            dilation: [1, 1],
            groups: 1,
        };
        let of = Directed::<f64>::of;
        let x = of(&numbers(&[1, 4, 2, 2, 5], 1));
        let weight = of(&numbers(&[1, 3, 2, 3, 3], 2));
        let y = of(&numbers(&[1, 4, 3, 0, 3], 3));
        let mut images = vec![f64::NAN; 4 * 2 * 2 * 5];
        windows.pull_input(&[(&weight, &y)], None, 1, &mut images);
        assert!(images.iter().all(|&x| x == 0.0));
        let mut filters = vec![f64::NAN; 3 * 2 * 9];
        windows.pull_weight(&[(&x, &y)], 1, &mut filters);
        assert!(filters.iter().all(|&x| x == 0.0));
        // No images at all.
        let (x, y) = (
            of(&numbers(&[1, 0, 2, 5, 5], 1)),
            of(&numbers(&[1, 0, 3, 3, 3], 3)),
        );
        let some = Windows {
            image: [5, 5],
            output: [3, 3],
            ..windows
        };
        some.forward(&[(&x, &weight)], None, None, 1, &mut []);
        some.pull_input(&[(&weight, &y)], None, 1, &mut []);
        let mut filters = vec![f64::NAN; 3 * 2 * 9];
        some.pull_weight(&[(&x, &y)], 1, &mut filters);
        assert!(filters.iter().all(|&x| x == 0.0));
    }
}
