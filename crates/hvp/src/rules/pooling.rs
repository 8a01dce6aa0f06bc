//! Pooling over images. All of it is linear once max-pooling has chosen its winners, so none adds to
//! the second order; the directions are folded into the batch.

use burn_backend::ops::ModuleOps;
use burn_dispatch::Dispatch;

use super::convolution::shape_only;
use super::linear_map::LinearMap;
use super::{PerInput, Point, Rule, Saved, numbers};
#[cfg(feature = "gpu")]
use crate::array::device::winners;
use crate::array::host::means::{means, pull_means};
use crate::array::host::numbers::{integers, reaches};
use crate::array::host::real::with_real;
use crate::array::host::winners::{Winners, largest};
use crate::array::{Array, Indices, Windows};

/// [K, n, …] as [K n, …].
fn into_batch(array: &Array) -> Array {
    let shape = array.shape();
    let mut folded = vec![shape[0] * shape[1]];
    folded.extend(&shape[2..]);
    array.reshape(&folded)
}

/// The inverse of [`into_batch`].
fn out_of_batch(array: &Array, directions: usize) -> Array {
    let shape = array.shape();
    let mut unfolded = vec![directions, shape[0] / directions];
    unfolded.extend(&shape[1..]);
    array.reshape(&unfolded)
}

/// The shape of `directions` copies of an input folded into the batch.
fn folded_shape(input: &Array, directions: usize) -> Vec<usize> {
    let mut shape = input.shape();
    shape[0] *= directions;
    shape
}

/// The windows on a plane of this height and width.
fn windows_on(
    image: [usize; 2],
    kernel: [usize; 2],
    stride: [usize; 2],
    before: [usize; 2],
    dilation: [usize; 2],
    ceil_mode: bool,
) -> Windows {
    let output = [0, 1].map(|axis| {
        let window = dilation[axis] * (kernel[axis] - 1) + 1;
        let Some(free) = (image[axis] + 2 * before[axis]).checked_sub(window) else {
            return usize::from(ceil_mode);
        };
        if !ceil_mode {
            return free / stride[axis] + 1;
        }
        // A window that hangs over the edge begins inside the image or the zeros before it.
        let count = free.div_ceil(stride[axis]) + 1;
        count - usize::from((count - 1) * stride[axis] >= image[axis] + before[axis])
    });
    Windows {
        channels: 1,
        filters: 1,
        image,
        kernel,
        output,
        stride,
        before,
        dilation,
        groups: 1,
    }
}

/// The largest element of each window.
#[derive(Clone, Debug)]
pub struct MaxPool2d {
    /// Extents of a window.
    pub kernel_size: [usize; 2],
    /// Steps between windows.
    pub stride: [usize; 2],
    /// Minus infinity around the image.
    pub padding: [usize; 2],
    /// Steps between the elements of a window.
    pub dilation: [usize; 2],
    /// Whether a window may hang over the edge.
    pub ceil_mode: bool,
}

/// The winners [n, c, h, w] for each of `directions`, as [K n, c, h, w].
fn repeated(indices: &Indices, directions: usize) -> Indices {
    let shape = indices.shape();
    let mut lifted = vec![1];
    lifted.extend(&shape);
    let mut expanded = lifted.clone();
    expanded[0] = directions;
    let mut folded = shape.clone();
    folded[0] *= directions;
    indices.reshape(&lifted).expand(&expanded).reshape(&folded)
}

/// The shape of a tangent or cotangent of an array.
fn lifted(array: &Array, directions: usize) -> Vec<usize> {
    let mut shape = vec![directions];
    shape.extend(array.shape());
    shape
}

/// The winners in host memory.
fn places(saved: &Saved) -> Vec<i32> {
    integers(&saved.indices[0])
}

fn winners<'a>(at: Point, places: &'a [i32]) -> Winners<'a> {
    let plane = |array: &Array| array.shape()[2..].iter().product();
    Winners {
        places,
        input: plane(&at.inputs[0]),
        output: plane(at.value),
    }
}

impl Rule for MaxPool2d {
    fn name(&self) -> &str {
        "max_pool2d"
    }

    fn curved(&self) -> bool {
        false
    }

    fn scratch(&self, _inputs: &[&[usize]], _value: &[usize]) -> usize {
        0
    }

    /// The winners in another order, as wide as an address.
    fn shared_scratch(&self, inputs: &[&[usize]], _value: &[usize]) -> usize {
        numbers(inputs[0])
    }

    /// The winners.
    fn saved(&self, _inputs: &[&[usize]], value: &[usize]) -> usize {
        numbers(value)
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        let x = &inputs[0];
        if !reaches(x) {
            return self.value_on_device(x);
        }
        let shape = x.shape();
        let windows = self.windows([shape[2], shape[3]]);
        let (value, places) = with_real!(x, T => largest::<T>(x, &windows));
        let saved = Saved {
            floats: Vec::new(),
            indices: vec![Indices::of_host(places, &value.shape())],
        };
        (value, saved)
    }

    fn jvp(&self, at: Point, tangents: &[Option<Array>]) -> Option<Array> {
        let tangent = tangents[0].as_ref()?;
        if !reaches(tangent) {
            return Some(self.choose_on_device(at, tangent));
        }
        let places = places(at.saved);
        let shape = lifted(at.value, tangent.shape()[0]);
        Some(with_real!(tangent, T => winners(at, &places).choose::<T>(tangent, &shape)))
    }

    fn vjp(&self, at: Point, cotangent: &Array, _wanted: &[bool]) -> PerInput {
        if !reaches(cotangent) {
            return vec![Some(self.place_on_device(at, cotangent))];
        }
        let places = places(at.saved);
        let shape = lifted(&at.inputs[0], cotangent.shape()[0]);
        let pulled = with_real!(cotangent, T => winners(at, &places).place::<T>(cotangent, &shape));
        vec![Some(pulled)]
    }
}

impl MaxPool2d {
    fn windows(&self, image: [usize; 2]) -> Windows {
        let MaxPool2d {
            kernel_size,
            stride,
            padding,
            dilation,
            ceil_mode,
        } = *self;
        windows_on(image, kernel_size, stride, padding, dilation, ceil_mode)
    }

    fn value_on_device(&self, x: &Array) -> (Array, Saved) {
        let pooled = Dispatch::max_pool2d_with_indices(
            x.0.clone(),
            self.kernel_size,
            self.stride,
            self.padding,
            self.dilation,
            self.ceil_mode,
            Indices::DTYPE,
        );
        let saved = Saved {
            floats: Vec::new(),
            indices: vec![Indices(pooled.indices)],
        };
        (Array(pooled.output), saved)
    }

    fn choose_on_device(&self, at: Point, tangent: &Array) -> Array {
        #[cfg(feature = "gpu")]
        if let Some(chosen) = winners::choose(tangent, &at.saved.indices[0]) {
            return chosen;
        }
        let directions = tangent.shape()[0];
        let input = folded_shape(&at.inputs[0], directions);
        let output = folded_shape(at.value, directions);
        let planes = input[0] * input[1];
        let winners =
            repeated(&at.saved.indices[0], directions).reshape(&[planes, output[2] * output[3]]);
        let chosen = tangent
            .reshape(&[planes, input[2] * input[3]])
            .gather(1, &winners);
        out_of_batch(&chosen.reshape(&output), directions)
    }

    fn place_on_device(&self, at: Point, cotangent: &Array) -> Array {
        #[cfg(feature = "gpu")]
        {
            let shape = at.inputs[0].shape();
            let windows = self.windows([shape[2], shape[3]]);
            if let Some(placed) = winners::place(cotangent, &at.saved.indices[0], &windows) {
                return placed;
            }
        }
        let directions = cotangent.shape()[0];
        let shape = folded_shape(&at.inputs[0], directions);
        let pulled = Dispatch::max_pool2d_with_indices_backward(
            shape_only(cotangent, &shape).0,
            self.kernel_size,
            self.stride,
            self.padding,
            self.dilation,
            self.ceil_mode,
            into_batch(cotangent).0,
            repeated(&at.saved.indices[0], directions).0,
        );
        out_of_batch(&Array(pulled.x_grad), directions)
    }
}

/// The mean of each window.
#[derive(Clone, Debug)]
pub struct AvgPool2d {
    /// Extents of a window.
    pub kernel_size: [usize; 2],
    /// Steps between windows.
    pub stride: [usize; 2],
    /// Zeros around the image.
    pub padding: [usize; 2],
    /// Whether those zeros count in the mean.
    pub count_include_pad: bool,
    /// Whether a window may hang over the edge.
    pub ceil_mode: bool,
}

impl Mean for AvgPool2d {
    const NAME: &'static str = "avg_pool2d";

    fn pool(&self, x: Array) -> Array {
        let shape = x.shape();
        if let Some(windows) = self.windows([shape[2], shape[3]]).filter(|_| reaches(&x)) {
            return with_real!(&x, T => means::<T>(&x, &windows));
        }
        self.pool_by_burn(x)
    }

    fn pull(&self, like: Array, cotangent: Array) -> Array {
        let shape = like.shape();
        if let Some(windows) = self
            .windows([shape[2], shape[3]])
            .filter(|_| reaches(&cotangent))
        {
            return with_real!(&cotangent, T => pull_means::<T>(&cotangent, &windows, &shape));
        }
        self.pull_by_burn(like, cotangent)
    }
}

impl AvgPool2d {
    /// The windows on a plane of this height and width, if all of them lie inside it.
    fn windows(&self, image: [usize; 2]) -> Option<Windows> {
        let inside = self.padding == [0, 0]
            && !self.ceil_mode
            && (0..2).all(|axis| image[axis] >= self.kernel_size[axis]);
        inside.then(|| windows_on(image, self.kernel_size, self.stride, [0, 0], [1, 1], false))
    }

    fn pool_by_burn(&self, x: Array) -> Array {
        Array(Dispatch::avg_pool2d(
            x.0,
            self.kernel_size,
            self.stride,
            self.padding,
            self.count_include_pad,
            self.ceil_mode,
        ))
    }

    fn pull_by_burn(&self, like: Array, cotangent: Array) -> Array {
        Array(Dispatch::avg_pool2d_backward(
            like.0,
            cotangent.0,
            self.kernel_size,
            self.stride,
            self.padding,
            self.count_include_pad,
            self.ceil_mode,
        ))
    }
}

/// The mean of as many windows as the output has elements.
#[derive(Clone, Debug)]
pub struct AdaptiveAvgPool2d {
    /// Extents of the output.
    pub output_size: [usize; 2],
}

impl Mean for AdaptiveAvgPool2d {
    const NAME: &'static str = "adaptive_avg_pool2d";

    fn pool(&self, x: Array) -> Array {
        Array(Dispatch::adaptive_avg_pool2d(x.0, self.output_size))
    }

    fn pull(&self, like: Array, cotangent: Array) -> Array {
        let equal = self.of_equal_windows(&like.shape());
        match equal.filter(|_| reaches(&cotangent)) {
            Some(equal) => equal.pull(like, cotangent),
            None => self.pull_by_burn(like, cotangent),
        }
    }
}

impl AdaptiveAvgPool2d {
    /// The same of images [n, c, h, w] as windows side by side, where the output divides the image.
    fn of_equal_windows(&self, shape: &[usize]) -> Option<AvgPool2d> {
        let image = [shape[2], shape[3]];
        let divides = |axis: usize| {
            let output = self.output_size[axis];
            image[axis] > 0 && output > 0 && image[axis].is_multiple_of(output)
        };
        let window = || [0, 1].map(|axis| image[axis] / self.output_size[axis]);
        (divides(0) && divides(1)).then(|| AvgPool2d {
            kernel_size: window(),
            stride: window(),
            padding: [0, 0],
            count_include_pad: false,
            ceil_mode: false,
        })
    }

    fn pull_by_burn(&self, like: Array, cotangent: Array) -> Array {
        Array(Dispatch::adaptive_avg_pool2d_backward(like.0, cotangent.0))
    }
}

/// A linear map of images, the same for each of a batch, and its transpose.
trait Mean: std::fmt::Debug + Send + Sync {
    const NAME: &'static str;

    /// The map of a batch of images.
    fn pool(&self, x: Array) -> Array;

    /// Its transpose, for images of the shape of `like`.
    fn pull(&self, like: Array, cotangent: Array) -> Array;
}

impl<M: Mean> LinearMap for M {
    const NAME: &'static str = M::NAME;

    /// The cotangent of the image, once more.
    fn work(&self, input: &[usize], _value: &[usize]) -> [usize; 2] {
        [numbers(input), 0]
    }

    fn map(&self, x: &Array, _inputs: &[Array], ahead: usize) -> Array {
        match ahead {
            0 => self.pool(x.clone()),
            _ => out_of_batch(&self.pool(into_batch(x)), x.shape()[0]),
        }
    }

    fn transpose(&self, cotangent: &Array, inputs: &[Array], shape: &[usize]) -> Array {
        let like = shape_only(cotangent, &folded_shape(&inputs[0], shape[0]));
        out_of_batch(&self.pull(like, into_batch(cotangent)), shape[0])
    }
}

#[cfg(test)]
mod tests {
    //! The path of devices, run on the host beside the host's own.

    use burn::tensor::Device;

    use super::*;
    use crate::array::host::tests::{close, numbers};
    use crate::precision::Precision;

    #[test]
    fn winners_are_the_same_on_devices() {
        let rule = MaxPool2d {
            kernel_size: [3, 2],
            stride: [2, 1],
            padding: [1, 0],
            dilation: [1, 2],
            ceil_mode: true,
        };
        let inputs = [numbers(&[2, 3, 6, 5], 1)];
        let (value, saved) = rule.value(&inputs);
        let (expected, _) = rule.value_on_device(&inputs[0]);
        close(&value, &expected, 0.0);
        let at = Point {
            inputs: &inputs,
            value: &value,
            saved: &saved,
        };
        for directions in [1, 3] {
            let tangent = numbers(&lifted(&inputs[0], directions), 2);
            let chosen = rule.jvp(at, &[Some(tangent.clone())]).expect("a tangent");
            close(&chosen, &rule.choose_on_device(at, &tangent), 0.0);
            let cotangent = numbers(&lifted(&value, directions), 3);
            let placed = rule.vjp(at, &cotangent, &[true]).remove(0);
            let placed = placed.expect("a cotangent");
            close(&placed, &rule.place_on_device(at, &cotangent), 1e-15);
        }
    }

    #[test]
    fn means_are_those_of_burn() {
        for (kernel_size, stride) in [
            ([2, 2], [2, 2]),
            ([3, 2], [1, 3]),
            ([7, 8], [1, 1]),
            ([2, 3], [3, 2]),
        ] {
            let rule = AvgPool2d {
                kernel_size,
                stride,
                padding: [0, 0],
                count_include_pad: true,
                ceil_mode: false,
            };
            let x = numbers(&[2, 3, 7, 8], 1);
            let value = rule.pool(x.clone());
            close(&value, &rule.pool_by_burn(x.clone()), 1e-15);
            let cotangent = numbers(&value.shape(), 2);
            let pulled = rule.pull(x.clone(), cotangent.clone());
            close(&pulled, &rule.pull_by_burn(x, cotangent), 1e-15);
        }
    }

    #[test]
    fn cotangents_of_as_many_windows_as_asked_for_are_those_of_burn() {
        for (output_size, equal) in [
            ([1, 1], true),
            ([3, 8], true),
            ([2, 4], true),
            ([4, 4], false),
            ([3, 5], false),
            ([12, 8], false),
        ] {
            let rule = AdaptiveAvgPool2d { output_size };
            let x = numbers(&[2, 3, 6, 8], 1);
            assert_eq!(rule.of_equal_windows(&x.shape()).is_some(), equal);
            let cotangent = numbers(&rule.pool(x.clone()).shape(), 2);
            let pulled = rule.pull(x.clone(), cotangent.clone());
            close(&pulled, &rule.pull_by_burn(x, cotangent), 1e-15);
        }
    }

    /// Windows of every kind, with equal elements and such that are not numbers among them.
    #[test]
    fn the_largest_are_the_same_on_devices() {
        let mut values: Vec<f64> = (0..2 * 2 * 7 * 8).map(|i| f64::from(i * 5 % 4)).collect();
        for at in [3, 60, 61, 100] {
            values[at] = f64::NAN;
        }
        values[30..40].fill(f64::NEG_INFINITY);
        for precision in [Precision::F32, Precision::F64] {
            let x = Array::from_vec(values.clone(), &[2, 2, 7, 8], precision, &Device::flex());
            for (kernel_size, stride, padding, dilation) in [
                ([2, 2], [2, 2], [0, 0], [1, 1]),
                ([3, 3], [2, 2], [1, 1], [1, 1]),
                ([3, 2], [1, 3], [0, 1], [2, 1]),
                ([1, 4], [4, 1], [0, 2], [1, 2]),
            ] {
                for ceil_mode in [false, true] {
                    let rule = MaxPool2d {
                        kernel_size,
                        stride,
                        padding,
                        dilation,
                        ceil_mode,
                    };
                    let (value, saved) = rule.value(std::slice::from_ref(&x));
                    let (expected, expected_saved) = rule.value_on_device(&x);
                    let bits = |array: &Array| -> Vec<u64> {
                        let values = array.to_f64().expect("numbers");
                        values.into_iter().map(f64::to_bits).collect()
                    };
                    assert_eq!(value.shape(), expected.shape());
                    assert_eq!(bits(&value), bits(&expected));
                    assert_eq!(places(&saved), places(&expected_saved), "{rule:?}");
                }
            }
        }
    }
}
