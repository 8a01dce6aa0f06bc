//! The two number types of tensors in host memory.

use std::sync::Mutex;

use burn::tensor::{DType, TensorData};
use burn_backend::TensorMetadata;
use burn_dispatch::backends::flex::FlexTensor;
use faer::traits::RealField;

use super::lanes::Lanes;
use super::pool::Pool;
use crate::array::tensor::Array;

/// The two number types of tensors.
pub(crate) trait Real: RealField + Lanes {
    const ZERO: Self;
    fn from_f64(value: f64) -> Self;
    fn to_f64(self) -> f64;
    fn slice(tensor: &FlexTensor) -> Option<&[Self]>;
    /// All numbers of the memory a tensor lies in.
    fn storage(tensor: &FlexTensor) -> &[Self];
    fn slice_mut(tensor: &mut FlexTensor) -> Option<&mut [Self]>;
    fn tensor(values: Vec<Self>, shape: &[usize]) -> FlexTensor;
    fn reclaim(tensor: FlexTensor) -> Option<Vec<Self>>;
    fn pool() -> &'static Mutex<Pool<Self>>;
}

macro_rules! real {
    ($type:ty) => {
        impl Real for $type {
            const ZERO: Self = 0.0;

            fn from_f64(value: f64) -> Self {
                value as $type
            }

            fn to_f64(self) -> f64 {
                f64::from(self)
            }

            fn slice(tensor: &FlexTensor) -> Option<&[Self]> {
                tensor.as_slice()
            }

            fn storage(tensor: &FlexTensor) -> &[Self] {
                tensor.storage()
            }

            fn slice_mut(tensor: &mut FlexTensor) -> Option<&mut [Self]> {
                let (start, end) = tensor.layout().contiguous_offsets()?;
                Some(&mut tensor.try_storage_mut::<$type>()?[start..end])
            }

            fn tensor(values: Vec<Self>, shape: &[usize]) -> FlexTensor {
                FlexTensor::from_data(TensorData::new(values, shape.to_vec()))
            }

            fn reclaim(tensor: FlexTensor) -> Option<Vec<Self>> {
                let whole = tensor.is_contiguous()
                    && tensor.bytes().len() == tensor.shape().num_elements() * size_of::<$type>();
                if !whole || !tensor.is_unique() {
                    return None;
                }
                tensor.into_data().into_parts().0.try_into_vec().ok()
            }

            fn pool() -> &'static Mutex<Pool<Self>> {
                static POOL: Mutex<Pool<$type>> = Mutex::new(Pool::new());
                &POOL
            }
        }
    };
}

real!(f32);
real!(f64);

/// Runs an expression with `$real` standing for the number type of an array.
macro_rules! with_real {
    ($array:expr, $real:ident => $body:expr) => {
        if $crate::array::host::real::is_double($array) {
            type $real = f64;
            $body
        } else {
            type $real = f32;
            $body
        }
    };
}
pub(crate) use with_real;

pub(crate) fn is_double(array: &Array) -> bool {
    array.0.dtype() == DType::F64
}
