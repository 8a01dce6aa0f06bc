//! Elements by index or mask.

use burn_backend::{
    Scalar,
    ops::{BoolTensorOps, FloatTensorOps, IntTensorOps},
    tensor::IndexingUpdateOp,
};
use burn_dispatch::Dispatch;

use super::kind::{Kind, by_kind};
use super::tensor::{Array, Indices};

impl Array {
    /// Elements of axis `dim` at `indices`, whose other axes have `self`'s extents.
    pub fn gather(&self, dim: usize, indices: &Indices) -> Array {
        Array(by_kind!(
            self.kind() => float_gather | int_gather | bool_gather
                (dim, self.0.clone(), indices.0.clone())
        ))
    }

    /// Adds each element of `values` to the one [`gather`](Self::gather) takes for its place.
    pub fn scatter_add(&self, dim: usize, indices: &Indices, values: &Array) -> Array {
        Array(Dispatch::float_scatter(
            dim,
            self.0.clone(),
            indices.0.clone(),
            values.0.clone(),
            IndexingUpdateOp::Add,
        ))
    }

    /// The layers of axis `dim` that `indices` (of one axis) name, in their order.
    pub fn select(&self, dim: usize, indices: &Indices) -> Array {
        Array(by_kind!(
            self.kind() => float_select | int_select | bool_select
                (self.0.clone(), dim, indices.0.clone())
        ))
    }

    /// Adds each layer of `values` to the one [`select`](Self::select) takes for its place.
    pub fn select_add(&self, dim: usize, indices: &Indices, values: &Array) -> Array {
        Array(Dispatch::float_select_assign(
            self.0.clone(),
            dim,
            indices.0.clone(),
            values.0.clone(),
            IndexingUpdateOp::Add,
        ))
    }

    /// `value` where a mask of truth values says so, `self` elsewhere, all of one shape.
    pub fn mask_where(&self, mask: &Array, value: &Array) -> Array {
        Array(by_kind!(
            self.kind() => float_mask_where | int_mask_where | bool_mask_where
                (self.0.clone(), mask.0.clone(), value.0.clone())
        ))
    }

    /// A number where a mask of truth values says so, `self` elsewhere, both of one shape.
    pub fn mask_fill(&self, mask: &Array, value: f64) -> Array {
        Array(Dispatch::float_mask_fill(
            self.0.clone(),
            mask.0.clone(),
            Scalar::Float(value),
        ))
    }
}
