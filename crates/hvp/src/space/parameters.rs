//! The space of all parameters of a network, as vectors on the device.

use burn::tensor::Device;
use burn_dispatch::DispatchDevice;
use faer::{Mat, MatRef};
use hesscope_spectral::VectorSpace;

use super::device;
use crate::array::Array;
use crate::array::host::numbers::Numbers;
use crate::array::host::real::{Real, with_real};
use crate::array::host::results::{array, change};
use crate::array::host::vectors;
use crate::precision::Precision;

/// Vectors of p numbers on a device, one number a parameter of the network, in the order of
/// [`Program::parameters`](crate::Program::parameters).
#[derive(Clone, Debug)]
pub struct ParameterSpace {
    dim: usize,
    precision: Precision,
    device: Device,
}

impl ParameterSpace {
    /// The space of dimension `dim` on a device.
    pub fn new(dim: usize, precision: Precision, device: Device) -> Self {
        ParameterSpace {
            dim,
            precision,
            device,
        }
    }

    /// The precision vectors are stored in.
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// The device vectors live on.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Whether the vectors are in host memory, where float64 sums cost nothing extra.
    fn on_host(&self) -> bool {
        on_host(&self.device)
    }
}

/// Whether a device computes in host memory.
pub(crate) fn on_host(device: &Device) -> bool {
    matches!(device.as_dispatch(), DispatchDevice::Flex(_))
}

impl VectorSpace for ParameterSpace {
    type Vector = Array;

    fn dim(&self) -> usize {
        self.dim
    }

    fn from_host(&self, values: &[f64]) -> Array {
        Array::from_vec(values.to_vec(), &[self.dim], self.precision, &self.device)
    }

    fn to_host(&self, v: &Array) -> Vec<f64> {
        device::read(v).iter::<f64>().collect()
    }

    fn dot(&self, a: &Array, b: &Array) -> f64 {
        if !self.on_host() {
            return device::dot(a, b);
        }
        with_real!(a, T => vectors::dot::<T>(&Numbers::of(a), &Numbers::of(b)))
    }

    fn axpy(&self, alpha: f64, x: &Array, y: &mut Array) {
        if !self.on_host() {
            *y = y.blend(1.0, x, alpha);
            return;
        }
        update(y, |y| {
            with_real!(x, T => {
                let x = Numbers::<T>::of(x);
                change::<T>(y, |y| vectors::axpy(alpha, &x, y))
            })
        });
    }

    fn scale(&self, alpha: f64, x: &mut Array) {
        if !self.on_host() {
            *x = x.scale(alpha);
            return;
        }
        update(
            x,
            |x| with_real!(&x, T => change::<T>(x, |x| vectors::scale(alpha, x))),
        );
    }

    fn epsilon(&self) -> f64 {
        self.precision.epsilon()
    }

    fn zeros(&self) -> Array {
        Array::zeros(&[self.dim], self.precision, &self.device)
    }

    fn gram(&self, a: &[Array], b: &[Array]) -> Mat<f64> {
        if !self.on_host() {
            return device::gram(a, b, self.dim);
        }
        match self.precision {
            Precision::F32 => gram::<f32>(a, b, self.dim),
            Precision::F64 => gram::<f64>(a, b, self.dim),
        }
    }

    fn combine(&self, basis: &[Array], coeffs: MatRef<'_, f64>) -> Vec<Array> {
        if !self.on_host() {
            if basis.is_empty() {
                return (0..coeffs.ncols()).map(|_| self.zeros()).collect();
            }
            return device::combine(basis, coeffs, self.dim, self.precision);
        }
        match self.precision {
            Precision::F32 => combine::<f32>(basis, coeffs, self.dim),
            Precision::F64 => combine::<f64>(basis, coeffs, self.dim),
        }
    }
}

/// Replaces a vector by what `with` makes of it, which holds it alone.
fn update(vector: &mut Array, with: impl FnOnce(Array) -> Array) {
    let nothing = vector.zeros_of(&[0]);
    *vector = with(std::mem::replace(vector, nothing));
}

fn borrowed<T: Real>(vectors: &[Array]) -> Vec<Numbers<T>> {
    vectors.iter().map(Numbers::of).collect()
}

fn slices<T: Real>(numbers: &[Numbers<T>]) -> Vec<&[T]> {
    numbers.iter().map(|numbers| &**numbers).collect()
}

fn gram<T: Real>(a: &[Array], b: &[Array], dim: usize) -> Mat<f64> {
    let (a, b) = (borrowed::<T>(a), borrowed::<T>(b));
    vectors::gram(&slices(&a), &slices(&b), dim)
}

fn combine<T: Real>(basis: &[Array], coefficients: MatRef<'_, f64>, dim: usize) -> Vec<Array> {
    let basis = borrowed::<T>(basis);
    vectors::combine(&slices(&basis), coefficients, dim)
        .into_iter()
        .map(|vector| array(vector, &[dim]))
        .collect()
}
