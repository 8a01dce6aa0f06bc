//! Pooling over images. All of it is linear once max-pooling has chosen its winners, so none adds to
//! the second order; the directions are folded into the batch.

use burn_backend::ops::ModuleOps;
use burn_dispatch::Dispatch;

use super::{PerInput, Point, Rule, Saved, convolution::shape_only};
use crate::array::{Array, Indices};
use crate::host::winners::Winners;
use crate::host::{self, with_real};

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
    host::integers(&saved.indices[0])
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

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        let pooled = Dispatch::max_pool2d_with_indices(
            inputs[0].0.clone(),
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

    fn jvp(&self, at: Point, tangents: &[Option<Array>]) -> Option<Array> {
        let tangent = tangents[0].as_ref()?;
        let directions = tangent.shape()[0];
        if host::reaches(tangent) {
            let places = places(at.saved);
            let shape = lifted(at.value, directions);
            return Some(
                with_real!(tangent, T => winners(at, &places).choose::<T>(tangent, &shape)),
            );
        }
        let input = folded_shape(&at.inputs[0], directions);
        let output = folded_shape(at.value, directions);
        let planes = input[0] * input[1];
        let winners =
            repeated(&at.saved.indices[0], directions).reshape(&[planes, output[2] * output[3]]);
        let chosen = tangent
            .reshape(&[planes, input[2] * input[3]])
            .gather(1, &winners);
        Some(out_of_batch(&chosen.reshape(&output), directions))
    }

    fn vjp(&self, at: Point, cotangent: &Array, _wanted: &[bool]) -> PerInput {
        let directions = cotangent.shape()[0];
        if host::reaches(cotangent) {
            let places = places(at.saved);
            let shape = lifted(&at.inputs[0], directions);
            let pulled =
                with_real!(cotangent, T => winners(at, &places).place::<T>(cotangent, &shape));
            return vec![Some(pulled)];
        }
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
        vec![Some(out_of_batch(&Array(pulled.x_grad), directions))]
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

impl AvgPool2d {
    fn pool(&self, x: &Array) -> Array {
        Array(Dispatch::avg_pool2d(
            x.0.clone(),
            self.kernel_size,
            self.stride,
            self.padding,
            self.count_include_pad,
            self.ceil_mode,
        ))
    }
}

impl Rule for AvgPool2d {
    fn name(&self) -> &str {
        "avg_pool2d"
    }

    fn curved(&self) -> bool {
        false
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        (self.pool(&inputs[0]), Saved::default())
    }

    fn jvp(&self, _at: Point, tangents: &[Option<Array>]) -> Option<Array> {
        tangents[0]
            .as_ref()
            .map(|tangent| out_of_batch(&self.pool(&into_batch(tangent)), tangent.shape()[0]))
    }

    fn vjp(&self, at: Point, cotangent: &Array, _wanted: &[bool]) -> PerInput {
        let directions = cotangent.shape()[0];
        let shape = folded_shape(&at.inputs[0], directions);
        let pulled = Dispatch::avg_pool2d_backward(
            shape_only(cotangent, &shape).0,
            into_batch(cotangent).0,
            self.kernel_size,
            self.stride,
            self.padding,
            self.count_include_pad,
            self.ceil_mode,
        );
        vec![Some(out_of_batch(&Array(pulled), directions))]
    }
}

/// The mean of as many windows as the output has elements.
#[derive(Clone, Debug)]
pub struct AdaptiveAvgPool2d {
    /// Extents of the output.
    pub output_size: [usize; 2],
}

impl AdaptiveAvgPool2d {
    fn pool(&self, x: &Array) -> Array {
        Array(Dispatch::adaptive_avg_pool2d(x.0.clone(), self.output_size))
    }
}

impl Rule for AdaptiveAvgPool2d {
    fn name(&self) -> &str {
        "adaptive_avg_pool2d"
    }

    fn curved(&self) -> bool {
        false
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        (self.pool(&inputs[0]), Saved::default())
    }

    fn jvp(&self, _at: Point, tangents: &[Option<Array>]) -> Option<Array> {
        tangents[0]
            .as_ref()
            .map(|tangent| out_of_batch(&self.pool(&into_batch(tangent)), tangent.shape()[0]))
    }

    fn vjp(&self, at: Point, cotangent: &Array, _wanted: &[bool]) -> PerInput {
        let directions = cotangent.shape()[0];
        let shape = folded_shape(&at.inputs[0], directions);
        let pulled = Dispatch::adaptive_avg_pool2d_backward(
            shape_only(cotangent, &shape).0,
            into_batch(cotangent).0,
        );
        vec![Some(out_of_batch(&Array(pulled), directions))]
    }
}
