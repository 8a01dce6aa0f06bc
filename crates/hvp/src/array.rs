//! Tensors of dynamic rank on any device: the currency of the rules.
//!
//! [`Array`] wraps a float primitive of Burn's run-time dispatch backend. Its methods broadcast as
//! Burn's operations do, and take `self` by reference: a clone of a primitive is a handle, never a
//! copy of the numbers.

use burn::tensor::{DType, Device, TensorData};
use burn_backend::{
    ExecutionError, FloatDType, IntDType, Scalar, Shape, Slice, TensorMetadata,
    ops::{FloatTensorOps, IntTensorOps},
    tensor::{FloatTensor, IntTensor},
};
use burn_dispatch::Dispatch;

use crate::host::{self, with_real};

/// The precision a computation runs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Precision {
    /// IEEE single precision.
    F32,
    /// IEEE double precision; not every device has it.
    F64,
}

impl Precision {
    /// Burn's name for the precision.
    pub fn dtype(self) -> DType {
        match self {
            Precision::F32 => DType::F32,
            Precision::F64 => DType::F64,
        }
    }

    /// The distance from one to the next number.
    pub fn epsilon(self) -> f64 {
        match self {
            Precision::F32 => f64::from(f32::EPSILON),
            Precision::F64 => f64::EPSILON,
        }
    }

    /// Bytes a number takes.
    pub fn bytes(self) -> usize {
        match self {
            Precision::F32 => 4,
            Precision::F64 => 8,
        }
    }

    pub(crate) fn float(self) -> FloatDType {
        match self {
            Precision::F32 => FloatDType::F32,
            Precision::F64 => FloatDType::F64,
        }
    }
}

/// A float tensor of dynamic rank on a device.
#[derive(Clone, Debug)]
pub struct Array(pub(crate) FloatTensor<Dispatch>);

/// An integer tensor of dynamic rank on a device.
#[derive(Clone, Debug)]
pub struct Indices(pub(crate) IntTensor<Dispatch>);

impl Array {
    /// A tensor from row-major values, converted to `precision`.
    pub fn from_data(data: TensorData, precision: Precision, device: &Device) -> Self {
        let data = data.convert_dtype(precision.dtype());
        Array(Dispatch::float_from_data(data, device.as_dispatch()))
    }

    /// A tensor of `shape` from row-major values.
    pub fn from_vec(
        values: Vec<f64>,
        shape: &[usize],
        precision: Precision,
        device: &Device,
    ) -> Self {
        Self::from_data(TensorData::new(values, shape.to_vec()), precision, device)
    }

    /// A tensor of zeros.
    pub fn zeros(shape: &[usize], precision: Precision, device: &Device) -> Self {
        Array(Dispatch::float_zeros(
            Shape::from(shape.to_vec()),
            device.as_dispatch(),
            precision.float(),
        ))
    }

    /// A tensor of zeros of the same precision and on the same device as `self`.
    pub fn zeros_of(&self, shape: &[usize]) -> Self {
        Array(Dispatch::float_zeros(
            Shape::from(shape.to_vec()),
            &self.0.device(),
            self.0.dtype().into(),
        ))
    }

    /// The values, row-major.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub fn to_data(&self) -> Result<TensorData, ExecutionError> {
        burn::tensor::read_sync(Dispatch::float_into_data(self.0.clone()))
    }

    /// The values in float64, row-major.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub fn to_f64(&self) -> Result<Vec<f64>, ExecutionError> {
        Ok(self.to_data()?.iter::<f64>().collect())
    }

    /// The extent of each axis.
    pub fn shape(&self) -> Vec<usize> {
        self.0.shape().to_vec()
    }

    /// The number of axes.
    pub fn rank(&self) -> usize {
        self.0.shape().num_dims()
    }

    /// The sum, with broadcasting.
    pub fn add(&self, other: &Array) -> Array {
        Array(Dispatch::float_add(self.0.clone(), other.0.clone()))
    }

    /// The sum, with broadcasting, in the memory of one of them where nothing else reads it.
    pub fn plus(self, other: Array) -> Array {
        Array(Dispatch::float_add(self.0, other.0))
    }

    /// The elementwise product, with broadcasting, in the memory of one of them where nothing else
    /// reads it.
    pub fn times(self, other: Array) -> Array {
        Array(Dispatch::float_mul(self.0, other.0))
    }

    /// The difference, with broadcasting.
    pub fn sub(&self, other: &Array) -> Array {
        Array(Dispatch::float_sub(self.0.clone(), other.0.clone()))
    }

    /// The elementwise product, with broadcasting.
    pub fn mul(&self, other: &Array) -> Array {
        Array(Dispatch::float_mul(self.0.clone(), other.0.clone()))
    }

    /// The elementwise quotient, with broadcasting.
    pub fn div(&self, other: &Array) -> Array {
        Array(Dispatch::float_div(self.0.clone(), other.0.clone()))
    }

    /// Adds a number to every element.
    pub fn add_scalar(&self, value: f64) -> Array {
        Array(Dispatch::float_add_scalar(
            self.0.clone(),
            Scalar::Float(value),
        ))
    }

    /// Multiplies every element by a number.
    pub fn scale(&self, value: f64) -> Array {
        Array(Dispatch::float_mul_scalar(
            self.0.clone(),
            Scalar::Float(value),
        ))
    }

    /// The negative.
    pub fn neg(&self) -> Array {
        Array(Dispatch::float_neg(self.0.clone()))
    }

    /// The reciprocal of every element.
    pub fn recip(&self) -> Array {
        Array(Dispatch::float_recip(self.0.clone()))
    }

    /// The square root of every element.
    pub fn sqrt(&self) -> Array {
        Array(Dispatch::float_sqrt(self.0.clone()))
    }

    /// The exponential of every element.
    pub fn exp(&self) -> Array {
        Array(Dispatch::float_exp(self.0.clone()))
    }

    /// The natural logarithm of every element.
    pub fn log(&self) -> Array {
        Array(Dispatch::float_log(self.0.clone()))
    }

    /// The hyperbolic tangent of every element.
    pub fn tanh(&self) -> Array {
        Array(Dispatch::float_tanh(self.0.clone()))
    }

    /// One where the element is above zero, zero elsewhere.
    pub fn positive(&self) -> Array {
        let sign = Dispatch::float_sign(self.0.clone());
        Array(Dispatch::float_clamp_min(sign, Scalar::Float(0.0)))
    }

    /// Where the elements of `gate` […] are above zero those of `self` [K, …], and zero elsewhere.
    pub fn where_positive(&self, gate: &Array) -> Array {
        if host::reaches(self) {
            return with_real!(self, T => host::elements::where_positive::<T>(self, gate));
        }
        self.mul(&gate.positive().unsqueeze())
    }

    /// The same numbers under another shape of as many elements.
    pub fn reshape(&self, shape: &[usize]) -> Array {
        if self.0.shape().as_slice() == shape {
            return self.clone();
        }
        if let Some(reshaped) = host::reshape_directions(self, shape) {
            return reshaped;
        }
        Array(Dispatch::float_reshape(
            self.0.clone(),
            Shape::from(shape.to_vec()),
        ))
    }

    /// The axes in another order: axis `i` of the result is axis `axes[i]` of `self`.
    pub fn permute(&self, axes: &[usize]) -> Array {
        Array(Dispatch::float_permute(self.0.clone(), axes))
    }

    /// Exchanges two axes.
    pub fn swap_dims(&self, first: usize, second: usize) -> Array {
        Array(Dispatch::float_swap_dims(self.0.clone(), first, second))
    }

    /// Repeats axes of extent one to reach `shape`, without copying.
    pub fn expand(&self, shape: &[usize]) -> Array {
        if self.0.shape().as_slice() == shape {
            return self.clone();
        }
        Array(Dispatch::float_expand(
            self.0.clone(),
            Shape::from(shape.to_vec()),
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
        Array(Dispatch::float_slice(self.0.clone(), &slices))
    }

    /// The tensors one after another along axis `dim`.
    pub fn cat(parts: &[Array], dim: usize) -> Array {
        if let [only] = parts {
            return only.clone();
        }
        if dim < 2 && host::reaches(&parts[0]) {
            return with_real!(&parts[0], T => host::moves::cat::<T>(parts, dim));
        }
        let parts = parts.iter().map(|part| part.0.clone()).collect();
        Array(Dispatch::float_cat(parts, dim))
    }

    /// The sum over axis `dim`, which stays with extent one.
    pub fn sum_dim(&self, dim: usize) -> Array {
        Array(Dispatch::float_sum_dim(self.0.clone(), dim))
    }

    /// The sum over several axes, which stay with extent one.
    pub fn sum_dims(&self, dims: &[usize]) -> Array {
        dims.iter()
            .fold(self.clone(), |array, &dim| array.sum_dim(dim))
    }

    /// The largest element along axis `dim`, which stays with extent one.
    pub fn max_dim(&self, dim: usize) -> Array {
        Array(Dispatch::float_max_dim(self.0.clone(), dim))
    }

    /// The matrix product of the last two axes, the others broadcast.
    pub fn matmul(&self, other: &Array) -> Array {
        Array(Dispatch::float_matmul(self.0.clone(), other.0.clone()))
    }

    /// The last two axes exchanged.
    pub fn transpose(&self) -> Array {
        let rank = self.rank();
        self.swap_dims(rank - 2, rank - 1)
    }

    /// Elements of axis `dim` at `indices`, whose other axes have `self`'s extents.
    pub fn gather(&self, dim: usize, indices: &Indices) -> Array {
        Array(Dispatch::float_gather(
            dim,
            self.0.clone(),
            indices.0.clone(),
        ))
    }

    /// Sums over the axes that broadcasting from `shape` to `self`'s shape repeats, the inverse of
    /// broadcasting; both have the same rank.
    pub fn sum_to(&self, shape: &[usize]) -> Array {
        let own = self.shape();
        let repeated: Vec<usize> = (0..own.len())
            .filter(|&axis| shape[axis] == 1 && own[axis] != 1)
            .collect();
        self.sum_dims(&repeated)
    }

    /// The device the numbers live on.
    pub fn device(&self) -> Device {
        Device::new(self.0.device())
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

    /// The extent of each axis.
    pub fn shape(&self) -> Vec<usize> {
        self.0.shape().to_vec()
    }

    pub(crate) const DTYPE: IntDType = IntDType::I32;
}

/// Adds two optional tensors, absent meaning zero.
pub(crate) fn sum(first: Option<Array>, second: Option<Array>) -> Option<Array> {
    match (first, second) {
        (Some(first), Some(second)) if host::reaches(&first) && first.shape() == second.shape() => {
            let total = with_real!(&second, T => host::moves::add::<T>(first, &second));
            host::recycle(Some(second));
            Some(total)
        }
        (Some(first), Some(second)) => Some(first.plus(second)),
        (first, second) => first.or(second),
    }
}
