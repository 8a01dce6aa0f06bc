//! Arrays and indices: how they are made, read and described.

use burn::tensor::{DType, Device, Tensor, TensorData, kind::Basic};
use burn_backend::{
    Backend, ExecutionError, IntDType, Shape, TensorMetadata, get_or_init_device_settings,
    ops::{BoolTensorOps, FloatTensorOps, IntTensorOps},
    tensor::{FloatTensor, IntTensor},
};
use burn_dispatch::Dispatch;

use super::kind::Kind;
use crate::precision::{Precision, PrecisionExt};

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

    /// A constant on the host, in the widest types there are: floats of 64 bits, and integers, which may stand for extents.
    pub(crate) fn widest(data: TensorData) -> Self {
        let host = Device::flex();
        match Kind::of(data.dtype()) {
            Kind::Int => Array(Dispatch::int_from_data(
                data.convert_dtype(DType::I64),
                host.as_dispatch(),
            )),
            _ => Self::of_any_kind(data, Precision::F64, &host),
        }
    }

    /// The array in the widest types there are.
    pub(crate) fn into_widest(self) -> Self {
        match self.kind() {
            Kind::Int => Array(Dispatch::int_cast(self.0, IntDType::I64)),
            _ => self.in_precision(Precision::F64),
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

    /// The device the numbers live on.
    pub fn device(&self) -> Device {
        Device::new(self.0.device())
    }
}

impl Indices {
    /// Row-major indices in host memory.
    pub(crate) fn of_host(places: Vec<i32>, shape: &[usize]) -> Self {
        let data = TensorData::new(places, shape.to_vec());
        Indices(Dispatch::int_from_data(data, Device::flex().as_dispatch()))
    }

    /// How indices are stored.
    pub(crate) const DTYPE: IntDType = IntDType::I32;

    /// The extent of each axis.
    pub fn shape(&self) -> Vec<usize> {
        self.0.shape().to_vec()
    }
}

/// The finest precision of floats a device has.
pub(crate) fn finest_precision(device: &Device) -> Precision {
    if Dispatch::supports_dtype(device.as_dispatch(), DType::F64) {
        Precision::F64
    } else {
        Precision::F32
    }
}
