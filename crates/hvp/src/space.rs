//! The space of all parameters of a network, as vectors on the device.

use burn::tensor::{Device, TensorData};
use burn_dispatch::DispatchDevice;
use faer::{Mat, MatRef};
use hesscope_spectral::VectorSpace;

use crate::array::Array;
use crate::array::host::numbers::Numbers;
use crate::array::host::real::{Real, with_real};
use crate::array::host::results::{array, change};
use crate::array::host::vectors;
use crate::precision::Precision;

/// Columns a vector is folded into before a reduction on a device, whose partial sums are then added
/// in float64 on the host.
const FOLD: usize = 512;

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

/// The sum of the elements of a vector: rows of [`FOLD`] on its device, their sums and the rest in
/// float64 on the host.
fn sum(vector: &Array) -> f64 {
    let len = vector.shape()[0];
    let whole = len / FOLD * FOLD;
    let on_host = |array: &Array| read(array).iter::<f64>().sum::<f64>();
    let mut total = 0.0;
    if whole > 0 {
        let folded = vector.slice(0, 0, whole).reshape(&[whole / FOLD, FOLD]);
        total += on_host(&folded.sum_dim(1));
    }
    if whole < len {
        total += on_host(&vector.slice(0, whole, len));
    }
    total
}

/// The inner product without fetching the vectors.
fn device_dot(a: &Array, b: &Array) -> f64 {
    sum(&a.mul(b))
}

/// The numbers of a tensor.
///
/// # Panics
///
/// When the device is lost: an inner product has no other way to say so.
fn read(array: &Array) -> TensorData {
    array
        .to_data()
        .unwrap_or_else(|error| panic!("the device failed while reading a vector: {error}"))
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
        read(v).iter::<f64>().collect()
    }

    fn dot(&self, a: &Array, b: &Array) -> f64 {
        if !self.on_host() {
            return device_dot(a, b);
        }
        with_real!(a, T => vectors::dot::<T>(&Numbers::of(a), &Numbers::of(b)))
    }

    fn axpy(&self, alpha: f64, x: &Array, y: &mut Array) {
        if !self.on_host() {
            *y = y.add(&x.scale(alpha));
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
            return Mat::from_fn(a.len(), b.len(), |i, j| self.dot(&a[i], &b[j]));
        }
        match self.precision {
            Precision::F32 => gram::<f32>(a, b, self.dim),
            Precision::F64 => gram::<f64>(a, b, self.dim),
        }
    }

    fn combine(&self, basis: &[Array], coeffs: MatRef<'_, f64>) -> Vec<Array> {
        if !self.on_host() {
            return (0..coeffs.ncols())
                .map(|j| {
                    let mut sum = self.zeros();
                    for (i, vector) in basis.iter().enumerate() {
                        self.axpy(coeffs[(i, j)], vector, &mut sum);
                    }
                    sum
                })
                .collect();
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

#[cfg(test)]
mod tests {
    //! The path of devices, run on the host.

    use super::*;

    fn vector(values: impl Iterator<Item = f64>, precision: Precision) -> Array {
        let values: Vec<f64> = values.collect();
        let shape = [values.len()];
        Array::from_vec(values, &shape, precision, &Device::flex())
    }

    #[test]
    fn sums_of_whole_rows_and_rests_are_exact() {
        for len in [0, 1, FOLD - 1, FOLD, FOLD + 1, 5 * FOLD, 5 * FOLD + 7] {
            // Integers this small add up exactly in float32 too.
            let numbers = || (0..len).map(|i| (i % 19) as f64 - 7.0);
            let expected: f64 = numbers().sum();
            for precision in [Precision::F32, Precision::F64] {
                assert_eq!(sum(&vector(numbers(), precision)), expected, "{len}");
            }
        }
    }

    #[test]
    fn inner_products_on_the_device_are_those_on_the_host() {
        let len = 3 * FOLD + 100;
        let wave = |shift: f64| (0..len).map(move |i| (i as f64 * 0.7 + shift).sin());
        for (precision, tolerance) in [(Precision::F32, 1e-6), (Precision::F64, 1e-14)] {
            let space = ParameterSpace::new(len, precision, Device::flex());
            let (a, b) = (vector(wave(0.0), precision), vector(wave(0.4), precision));
            let (device, host) = (device_dot(&a, &b), space.dot(&a, &b));
            assert!(host > 0.2 * len as f64);
            assert!(
                ((device - host) / host).abs() < tolerance,
                "{device} {host}"
            );
        }
    }

    #[test]
    fn long_sums_keep_float64_accuracy() {
        // In float32 alone, adding one to 2^24 changes nothing.
        let len = 1 << 25;
        let ones = Array::from_vec(vec![1.0], &[1], Precision::F32, &Device::flex()).expand(&[len]);
        assert_eq!(sum(&ones), len as f64);
    }
}
