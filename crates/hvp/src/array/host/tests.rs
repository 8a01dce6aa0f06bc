//! What the tests of kernels have in common.

use burn::tensor::Device;

use crate::array::tensor::Array;
use crate::precision::Precision;

/// Float64 numbers that look random.
pub(crate) fn numbers(shape: &[usize], seed: u64) -> Array {
    let count: usize = shape.iter().product();
    let wave = |i: usize| ((i as f64 + 1.0) * 12.9898 * seed as f64).sin() * 43758.5453;
    let values = (0..count).map(|i| wave(i) % 1.0).collect();
    Array::from_vec(values, shape, Precision::F64, &Device::flex())
}

/// Asserts that two arrays have one shape and their numbers differ by little.
#[track_caller]
pub(crate) fn close(a: &Array, b: &Array, tolerance: f64) {
    assert_eq!(a.shape(), b.shape());
    let [a, b] = [a, b].map(|array| array.to_f64().expect("numbers"));
    let largest = b.iter().fold(1.0f64, |largest, x| largest.max(x.abs()));
    for (a, b) in a.iter().zip(&b) {
        assert!((a - b).abs() <= tolerance * largest, "{a} and {b}");
    }
}

/// Asserts that numbers differ by little.
#[track_caller]
pub(crate) fn near(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    let largest = expected.iter().fold(1.0f64, |most, x| most.max(x.abs()));
    for (found, expected) in found.iter().zip(expected) {
        assert!(
            (found - expected).abs() <= tolerance * largest,
            "{found} and {expected}"
        );
    }
}

/// The length of the error of float32 numbers, relative to that of the exact ones.
pub(crate) fn error(found: &[f32], exact: &[f64]) -> f64 {
    let squares = found
        .iter()
        .zip(exact)
        .map(|(&a, b)| (f64::from(a) - b).powi(2));
    (squares.sum::<f64>() / exact.iter().map(|x| x * x).sum::<f64>()).sqrt()
}

/// 0, 1, 2, …
pub(crate) fn counted(shape: &[usize], precision: Precision) -> Array {
    let count: usize = shape.iter().product();
    let values = (0..count).map(|i| i as f64).collect();
    Array::from_vec(values, shape, precision, &Device::flex())
}
