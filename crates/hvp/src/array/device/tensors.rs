//! Arrays as CubeCL's tensors.

use burn_cubecl::ops::numeric::empty_device_contiguous_dtype;
use burn_cubecl::tensor::CubeTensor;
use burn_dispatch::{BackendTensor, DispatchAutodiffContext, DispatchTensor, DispatchTensorKind};

use crate::array::tensor::Array;

pub(super) fn cube(array: &Array) -> Option<&CubeTensor> {
    match &array.0.kind {
        DispatchTensorKind::Cube(BackendTensor::Float(tensor)) => Some(tensor),
        _ => None,
    }
}

/// Whether the numbers of an array are on a GPU, where these kernels reach them.
pub(crate) fn reaches(array: &Array) -> bool {
    cube(array).is_some()
}

pub(super) fn array(tensor: CubeTensor) -> Array {
    Array(DispatchTensor {
        kind: DispatchTensorKind::Cube(BackendTensor::Float(tensor)),
        autodiff: DispatchAutodiffContext::Disabled,
    })
}

/// A tensor without values, row-major, of the type and on the device of another.
pub(super) fn empty(like: &CubeTensor, shape: &[usize]) -> CubeTensor {
    empty_device_contiguous_dtype(
        like.client.clone(),
        like.device.clone(),
        shape.to_vec().into(),
        like.dtype,
    )
}
