//! The same numbers under other shapes, in another order, in parts, repeated or one after another.

use burn_backend::{
    Shape, Slice, TensorMetadata,
    ops::{BoolTensorOps, FloatTensorOps, IntTensorOps},
};
use burn_dispatch::Dispatch;

use super::host::moves;
use super::host::numbers::reaches;
use super::host::real::with_real;
use super::host::results::reshape_directions;
use super::kind::{Kind, by_kind};
use super::tensor::{Array, Indices};

impl Array {
    /// The same numbers under another shape of as many elements.
    pub fn reshape(&self, shape: &[usize]) -> Array {
        if self.0.shape().as_slice() == shape {
            return self.clone();
        }
        if let Some(reshaped) = reshape_directions(self, shape) {
            return reshaped;
        }
        #[cfg(feature = "gpu")]
        if let Some(view) = super::device::view(self, shape) {
            return view;
        }
        let shape = Shape::from(shape.to_vec());
        Array(by_kind!(
            self.kind() => float_reshape | int_reshape | bool_reshape (self.0.clone(), shape)
        ))
    }

    /// The axes in another order: axis `i` of the result is axis `axes[i]` of `self`.
    pub fn permute(&self, axes: &[usize]) -> Array {
        Array(by_kind!(
            self.kind() => float_permute | int_permute | bool_permute (self.0.clone(), axes)
        ))
    }

    /// The last two axes exchanged.
    pub fn transpose(&self) -> Array {
        let rank = self.rank();
        self.swap_dims(rank - 2, rank - 1)
    }

    /// Exchanges two axes.
    pub fn swap_dims(&self, first: usize, second: usize) -> Array {
        Array(Dispatch::float_swap_dims(self.0.clone(), first, second))
    }

    /// The elements of some axes in reverse order.
    pub fn flip(&self, axes: &[usize]) -> Array {
        Array(by_kind!(
            self.kind() => float_flip | int_flip | bool_flip (self.0.clone(), axes)
        ))
    }

    /// The tensor `times` times one after another along axis `dim`.
    pub fn repeat_dim(&self, dim: usize, times: usize) -> Array {
        Array(by_kind!(
            self.kind() => float_repeat_dim | int_repeat_dim | bool_repeat_dim
                (self.0.clone(), dim, times)
        ))
    }

    /// Repeats axes of extent one to reach `shape`, without copying.
    pub fn expand(&self, shape: &[usize]) -> Array {
        if self.0.shape().as_slice() == shape {
            return self.clone();
        }
        let shape = Shape::from(shape.to_vec());
        Array(by_kind!(
            self.kind() => float_expand | int_expand | bool_expand (self.0.clone(), shape)
        ))
    }

    /// The same numbers with a new first axis of extent one.
    pub fn unsqueeze(&self) -> Array {
        let mut shape = vec![1];
        shape.extend(self.shape());
        self.reshape(&shape)
    }

    /// The part `start..end` of axis `dim`.
    pub fn slice(&self, dim: usize, start: usize, end: usize) -> Array {
        let slices: Vec<Slice> = self
            .shape()
            .iter()
            .enumerate()
            .map(|(axis, &extent)| if axis == dim { start..end } else { 0..extent })
            .map(Slice::from)
            .collect();
        self.slices(&slices)
    }

    /// The part of each axis that its slice chooses.
    pub fn slices(&self, slices: &[Slice]) -> Array {
        Array(by_kind!(
            self.kind() => float_slice | int_slice | bool_slice (self.0.clone(), slices)
        ))
    }

    /// The tensor with the part that [`slices`](Self::slices) chooses replaced.
    pub fn slices_replaced(&self, slices: &[Slice], part: &Array) -> Array {
        Array(by_kind!(
            self.kind() => float_slice_assign | int_slice_assign | bool_slice_assign
                (self.0.clone(), slices, part.0.clone())
        ))
    }

    /// The parts along the first axis, without it.
    pub fn rows(&self) -> Vec<Array> {
        let shape = self.shape();
        (0..shape[0])
            .map(|row| self.slice(0, row, row + 1).reshape(&shape[1..]))
            .collect()
    }

    /// The tensors one after another along axis `dim`.
    pub fn cat(parts: &[Array], dim: usize) -> Array {
        if let [only] = parts {
            return only.clone();
        }
        let kind = parts.first().map_or(Kind::Float, Array::kind);
        if kind == Kind::Float && parts.iter().all(reaches) {
            return with_real!(&parts[0], T => moves::cat::<T>(parts, dim));
        }
        let parts = parts.iter().map(|part| part.0.clone()).collect();
        Array(by_kind!(kind => float_cat | int_cat | bool_cat (parts, dim)))
    }
}

impl Indices {
    /// The same indices under another shape of as many elements.
    pub fn reshape(&self, shape: &[usize]) -> Indices {
        Indices(Dispatch::int_reshape(
            self.0.clone(),
            Shape::from(shape.to_vec()),
        ))
    }

    /// Repeats axes of extent one to reach `shape`.
    pub fn expand(&self, shape: &[usize]) -> Indices {
        Indices(Dispatch::int_expand(
            self.0.clone(),
            Shape::from(shape.to_vec()),
        ))
    }

    /// The same indices for each of `directions`, which make a new first axis.
    pub fn repeated(&self, directions: usize) -> Indices {
        let mut lifted = vec![1];
        lifted.extend(self.shape());
        let mut expanded = lifted.clone();
        expanded[0] = directions;
        self.reshape(&lifted).expand(&expanded)
    }
}
