//! Tensors of dynamic rank on any device: the currency of the rules.
//!
//! [`Array`] wraps a primitive of Burn's run-time dispatch backend. Its methods broadcast as Burn's
//! operations do, and take `self` by reference: a clone of a primitive is a handle, never a copy of the
//! numbers.
//!
//! Nearly all arrays hold floats, and only they are differentiated. A network's tokens, indices and
//! masks are arrays of another [`Kind`]: what moves elements about takes them as well, arithmetic does
//! not.

use burn::tensor::{DType, Device, Tensor, TensorData, kind::Basic};
use burn_backend::{
    Backend, ExecutionError, IntDType, Scalar, Shape, Slice, TensorMetadata,
    get_or_init_device_settings,
    ops::{BoolTensorOps, FloatTensorOps, IntTensorOps},
    tensor::{FloatTensor, IndexingUpdateOp, IntTensor},
};
use burn_dispatch::Dispatch;

use crate::host::{self, with_real};
use crate::precision::{Precision, PrecisionExt};

/// What the elements of an [`Array`] are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Floats.
    Float,
    /// Integers.
    Int,
    /// Truth values.
    Bool,
}

impl Kind {
    /// The kind of Burn's type of an element.
    pub fn of(dtype: DType) -> Self {
        if dtype.is_float() {
            Kind::Float
        } else if dtype.is_bool() {
            Kind::Bool
        } else {
            Kind::Int
        }
    }
}

/// The same operation for each kind of elements.
macro_rules! by_kind {
    ($kind:expr => $float:ident | $int:ident | $bool:ident ($($argument:expr),* $(,)?)) => {
        match $kind {
            Kind::Float => Dispatch::$float($($argument),*),
            Kind::Int => Dispatch::$int($($argument),*),
            Kind::Bool => Dispatch::$bool($($argument),*),
        }
    };
}

/// A tensor of dynamic rank on a device.
#[derive(Clone, Debug)]
pub struct Array(pub(crate) FloatTensor<Dispatch>);

/// An integer tensor of dynamic rank on a device.
#[derive(Clone, Debug)]
pub struct Indices(pub(crate) IntTensor<Dispatch>);

impl Array {
    /// A tensor of floats from row-major values, converted to `precision`.
    pub fn from_data(data: TensorData, precision: Precision, device: &Device) -> Self {
        let data = data.convert_dtype(precision.dtype());
        Array(Dispatch::float_from_data(data, device.as_dispatch()))
    }

    /// A tensor from row-major values of any kind: floats are converted to `precision`, integers and
    /// truth values to how the device stores them.
    pub fn of_any_kind(data: TensorData, precision: Precision, device: &Device) -> Self {
        let device_kind = device.as_dispatch();
        let settings = get_or_init_device_settings::<Dispatch>(device_kind);
        match Kind::of(data.dtype()) {
            Kind::Float => Self::from_data(data, precision, device),
            Kind::Int => Array(Dispatch::int_from_data(
                data.convert_dtype(settings.int_dtype.into()),
                device_kind,
            )),
            Kind::Bool => Array(Dispatch::bool_from_data(
                data.convert_dtype(settings.bool_dtype.into()),
                device_kind,
            )),
        }
    }

    /// A tensor of Burn's, which is not on an autodiff device.
    pub fn from_tensor<const D: usize, K: Basic>(tensor: Tensor<D, K>) -> Self {
        Array(tensor.into_dispatch())
    }

    /// The array as a tensor of Burn's, for operations that arrays have no method for.
    ///
    /// # Panics
    ///
    /// When the array has not D axes or its elements are not of kind `K`.
    pub fn to_tensor<const D: usize, K: Basic>(&self) -> Tensor<D, K> {
        assert_eq!(self.rank(), D, "an array of another number of axes");
        Tensor::from_dispatch(self.0.clone())
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
        let array = self.0.clone();
        match self.kind() {
            Kind::Float => burn::tensor::read_sync(Dispatch::float_into_data(array)),
            Kind::Int => burn::tensor::read_sync(Dispatch::int_into_data(array)),
            Kind::Bool => burn::tensor::read_sync(Dispatch::bool_into_data(array)),
        }
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

    /// What the elements are.
    pub fn kind(&self) -> Kind {
        Kind::of(self.0.dtype())
    }

    /// The precision of floats; absent for other kinds.
    pub fn precision(&self) -> Option<Precision> {
        match self.0.dtype() {
            DType::F32 => Some(Precision::F32),
            DType::F64 => Some(Precision::F64),
            _ => None,
        }
    }

    /// Floats in another precision; the same array where nothing is to be done.
    pub(crate) fn in_precision(self, precision: Precision) -> Array {
        if self.kind() != Kind::Float || self.precision() == Some(precision) {
            return self;
        }
        Array(Dispatch::float_cast(self.0, precision.float()))
    }

    /// An array of integers, to look up others with.
    pub fn as_indices(&self) -> Indices {
        Indices(self.0.clone())
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

    /// The error function of every element.
    pub fn erf(&self) -> Array {
        Array(Dispatch::float_erf(self.0.clone()))
    }

    /// The natural logarithm of one plus every element.
    pub fn log1p(&self) -> Array {
        Array(Dispatch::float_log1p(self.0.clone()))
    }

    /// The sine of every element.
    pub fn sin(&self) -> Array {
        Array(Dispatch::float_sin(self.0.clone()))
    }

    /// The cosine of every element.
    pub fn cos(&self) -> Array {
        Array(Dispatch::float_cos(self.0.clone()))
    }

    /// Every element to a power.
    pub fn powf(&self, exponent: f64) -> Array {
        Array(Dispatch::float_powf_scalar(
            self.0.clone(),
            Scalar::Float(exponent),
        ))
    }

    /// The absolute value of every element.
    pub fn abs(&self) -> Array {
        Array(Dispatch::float_abs(self.0.clone()))
    }

    /// -1, 0 or 1 as the element is below, at or above zero.
    pub fn sign(&self) -> Array {
        Array(Dispatch::float_sign(self.0.clone()))
    }

    /// The larger of every element and a number.
    pub fn clamp_min(&self, least: f64) -> Array {
        Array(Dispatch::float_clamp_min(
            self.0.clone(),
            Scalar::Float(least),
        ))
    }

    /// The smaller of every element and a number.
    pub fn clamp_max(&self, most: f64) -> Array {
        Array(Dispatch::float_clamp_max(
            self.0.clone(),
            Scalar::Float(most),
        ))
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

    /// Exchanges two axes.
    pub fn swap_dims(&self, first: usize, second: usize) -> Array {
        Array(Dispatch::float_swap_dims(self.0.clone(), first, second))
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
        if kind == Kind::Float && dim < 2 && host::reaches(&parts[0]) {
            return with_real!(&parts[0], T => host::moves::cat::<T>(parts, dim));
        }
        let parts = parts.iter().map(|part| part.0.clone()).collect();
        Array(by_kind!(kind => float_cat | int_cat | bool_cat (parts, dim)))
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

    /// The sum of all elements up to each along axis `dim`.
    pub fn cumsum(&self, dim: usize) -> Array {
        Array(Dispatch::float_cumsum(self.0.clone(), dim))
    }

    /// Where the largest element along axis `dim` is, which stays with extent one: the first of equals.
    pub fn argmax(&self, dim: usize) -> Indices {
        Indices(Dispatch::float_argmax(self.0.clone(), dim, Indices::DTYPE))
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

    /// The same indices for each of `directions`, which make a new first axis.
    pub fn repeated(&self, directions: usize) -> Indices {
        let mut lifted = vec![1];
        lifted.extend(self.shape());
        let mut expanded = lifted.clone();
        expanded[0] = directions;
        self.reshape(&lifted).expand(&expanded)
    }

    pub(crate) const DTYPE: IntDType = IntDType::I32;
}

/// The finest precision of floats a device has.
pub(crate) fn finest_precision(device: &Device) -> Precision {
    if Dispatch::supports_dtype(device.as_dispatch(), DType::F64) {
        Precision::F64
    } else {
        Precision::F32
    }
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
