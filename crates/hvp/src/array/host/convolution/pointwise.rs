//! Contractions with windows of one pixel: an image [c_in, s] is its own columns, and nothing is unfolded.

use std::ops::Range;

use crate::array::host::matrix::{Onto, multiply_on, rows, rows_mut};
use crate::array::host::numbers::{Directed, Pairs};
use crate::array::host::real::Real;
use crate::array::host::scratch::workspace;
use crate::array::host::tasks::{chunks, few};
use crate::array::windows::Windows;

/// Pixels of an image from which on the products of one image are large enough.
const FEWEST: usize = 32;

/// Sums over images that are formed apart, as many as keep some threads busy.
const PARTS: usize = 4;

/// Products of weights with the pixels of images, `from` channels of a group becoming `to`.
struct Product {
    from: usize,
    to: usize,
    groups: usize,
    /// Pixels of an image.
    pixels: usize,
    /// Whether the weights are [from, to] rather than [to, from] in each group.
    transposed: bool,
}

impl Product {
    /// The sum for pairs of weights and images, added up into `out` [K, n, …].
    fn run<T: Real>(
        &self,
        pairs: &Pairs<T>,
        bias: Option<&Directed<T>>,
        directions: usize,
        out: &mut [T],
    ) {
        let &Product {
            from,
            to,
            groups,
            pixels,
            transposed,
        } = self;
        let per_image = groups * to * pixels;
        let images = out.len() / (directions * per_image);
        let alone = few(directions * images);
        chunks(out, per_image, true, |index, out| {
            let (k, image) = (index / images, index % images);
            let mut onto = Onto::Nothing;
            if let Some(bias) = bias {
                for (out, &bias) in out.chunks_mut(pixels).zip(bias.direction(k)) {
                    out.fill(bias);
                }
                onto = Onto::Sum;
            }
            for (weight, x) in pairs {
                let x = &x.direction(k)[image * groups * from * pixels..];
                for ((out, weight), x) in out
                    .chunks_mut(to * pixels)
                    .zip(weight.direction(k).chunks(from * to))
                    .zip(x.chunks(from * pixels))
                {
                    let weight = if transposed {
                        rows(weight, from, to, to).transpose()
                    } else {
                        rows(weight, to, from, from)
                    };
                    let x = rows(x, from, pixels, pixels);
                    multiply_on(alone, rows_mut(out, to, pixels, pixels), onto, weight, x);
                }
                onto = Onto::Sum;
            }
        });
    }
}

impl Windows {
    /// Whether windows are single pixels, one for each pixel of an image.
    pub(super) fn is_pointwise(&self) -> bool {
        self.elements() == 1
            && self.stride == [1, 1]
            && self.before == [0, 0]
            && self.output == self.image
            && self.pixels() >= FEWEST
    }

    /// [`forward`](Self::forward) for [`is_pointwise`](Self::is_pointwise).
    pub(super) fn forward_by_pixels<T: Real>(
        &self,
        pairs: &Pairs<T>,
        bias: Option<&Directed<T>>,
        directions: usize,
        out: &mut [T],
    ) {
        let product = Product {
            from: self.group_window(),
            to: self.group_filters(),
            groups: self.groups,
            pixels: self.pixels(),
            transposed: false,
        };
        let pairs: Vec<_> = pairs.iter().map(|&(x, weight)| (weight, x)).collect();
        product.run(&pairs, bias, directions, out);
    }

    /// [`pull_input`](Self::pull_input) for [`is_pointwise`](Self::is_pointwise).
    pub(super) fn pull_input_by_pixels<T: Real>(
        &self,
        pairs: &Pairs<T>,
        directions: usize,
        out: &mut [T],
    ) {
        let product = Product {
            from: self.group_filters(),
            to: self.group_window(),
            groups: self.groups,
            pixels: self.pixels(),
            transposed: true,
        };
        product.run(pairs, None, directions, out);
    }

    /// Numbers of the sums over parts of the images, for all directions: none where windows are not
    /// [pointwise](Self::is_pointwise).
    pub(crate) fn sums_by_pixels(&self) -> usize {
        if self.is_pointwise() {
            PARTS * self.filters * self.group_window()
        } else {
            0
        }
    }

    /// [`pull_weight`](Self::pull_weight) for [`is_pointwise`](Self::is_pointwise). Where there are few directions the images
    /// are divided into parts, whose sums are added up in their order.
    pub(super) fn pull_weight_by_pixels<T: Real>(
        &self,
        pairs: &Pairs<T>,
        directions: usize,
        images: usize,
        out: &mut [T],
    ) {
        let per_direction = out.len() / directions;
        let each = images.div_ceil(PARTS / directions.min(PARTS));
        let parts = images.div_ceil(each);
        let alone = few(parts * directions);
        chunks(out, per_direction, true, |k, out| {
            if parts == 1 {
                return self.add_up_pixels(pairs, k, 0..images, alone, out);
            }
            let mut sums = workspace(parts * per_direction);
            chunks(&mut sums, per_direction, true, |part, sum| {
                let part = part * each..images.min((part + 1) * each);
                self.add_up_pixels(pairs, k, part, alone, sum);
            });
            let (first, others) = sums.split_at(per_direction);
            out.copy_from_slice(first);
            for sum in others.chunks(per_direction) {
                out.iter_mut().zip(sum).for_each(|(out, &sum)| *out += sum);
            }
        });
    }

    /// The cotangent of the weights along direction `k` over some images.
    fn add_up_pixels<T: Real>(
        &self,
        pairs: &Pairs<T>,
        k: usize,
        images: Range<usize>,
        alone: bool,
        out: &mut [T],
    ) {
        let (q, s, filters) = (self.group_window(), self.pixels(), self.group_filters());
        let mut onto = Onto::Nothing;
        for image in images {
            for (x, cotangent) in pairs {
                let x = &x.direction(k)[image * self.pixels_in()..];
                let cotangent = &cotangent.direction(k)[image * self.pixels_out()..];
                for ((out, x), cotangent) in out
                    .chunks_mut(filters * q)
                    .zip(x.chunks(q * s))
                    .zip(cotangent.chunks(filters * s))
                {
                    let x = rows(x, q, s, s).transpose();
                    let cotangent = rows(cotangent, filters, s, s);
                    multiply_on(alone, rows_mut(out, filters, q, q), onto, cotangent, x);
                }
                onto = Onto::Sum;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::Array;
    use crate::array::host::tests::{near, numbers};

    fn windows([channels, filters]: [usize; 2], image: [usize; 2], groups: usize) -> Windows {
        Windows {
            channels,
            filters,
            image,
            kernel: [1, 1],
            output: image,
            stride: [1, 1],
            before: [0, 0],
            dilation: [1, 1],
            groups,
        }
    }

    /// Arguments of K directions and shared ones: [K or 1, …].
    fn argument(directions: usize, shape: &[usize], seed: u64) -> Array {
        numbers(&[&[directions], shape].concat(), seed)
    }

    #[test]
    fn sums_over_pixels_are_those_of_columns() {
        for (channels, filters, image, groups, n) in [
            (1, 1, [8, 16], 1, 1),
            (5, 70, [12, 11], 1, 3),
            (70, 5, [16, 16], 1, 2),
            (6, 4, [13, 10], 2, 9),
            (96, 66, [11, 12], 2, 2),
        ] {
            let windows = windows([channels, filters], image, groups);
            assert!(windows.is_pointwise());
            for k in [1, 3, 5] {
                let (s, q) = (image[0] * image[1], channels / groups);
                let x = [k, 1].map(|k| argument(k, &[n, channels, image[0], image[1]], 2));
                let weight = [1, k].map(|k| argument(k, &[filters, q, 1, 1], 3));
                let y = [k, 1].map(|k| argument(k, &[n, filters, image[0], image[1]], 5));
                let bias = Directed::<f64>::of(&numbers(&[k, filters], 7));
                let [x, weight, y] =
                    [x, weight, y].map(|pair| pair.map(|array| Directed::<f64>::of(&array)));

                let pairs = [(&x[0], &weight[0]), (&x[1], &weight[1])];
                let mut found = vec![f64::NAN; k * n * filters * s];
                let mut expected = found.clone();
                for bias in [None, Some(&bias)] {
                    windows.forward_by_pixels(&pairs, bias, k, &mut found);
                    windows.forward_unfolded(&pairs, bias, k, &mut expected);
                    near(&found, &expected, 1e-13);
                }

                let pairs = [(&weight[0], &y[0]), (&weight[1], &y[1])];
                let mut found = vec![f64::NAN; k * n * channels * s];
                let mut expected = found.clone();
                windows.pull_input_by_pixels(&pairs, k, &mut found);
                windows.pull_input_unfolded(&pairs, k, &mut expected);
                near(&found, &expected, 1e-13);

                let pairs = [(&x[0], &y[1]), (&x[1], &y[0])];
                let mut found = vec![f64::NAN; k * filters * q];
                let mut expected = found.clone();
                windows.pull_weight_by_pixels(&pairs, k, n, &mut found);
                windows.pull_weight_unfolded(&pairs, n, &mut expected);
                near(&found, &expected, 1e-13);
            }
        }
    }

    #[test]
    fn windows_of_one_pixel_at_every_pixel_are_pointwise() {
        let plain = windows([3, 4], [16, 8], 1);
        let is = |change: &dyn Fn(&mut Windows)| {
            let mut windows = plain.clone();
            change(&mut windows);
            windows.is_pointwise()
        };
        assert!(is(&|_| ()));
        assert!(is(&|windows| windows.dilation = [3, 3]));
        assert!(is(&|windows| {
            windows.image = [4, 8];
            windows.output = [4, 8];
        }));
        assert!(!is(&|windows| windows.kernel = [1, 2]));
        assert!(!is(&|windows| windows.stride = [2, 1]));
        assert!(!is(&|windows| windows.before = [0, 1]));
        assert!(!is(&|windows| windows.output = [17, 8]));
        // Fewer pixels than are worth a product of their own.
        assert!(!is(&|windows| {
            windows.image = [31, 1];
            windows.output = [31, 1];
        }));
    }
}
