//! The parameter space against arithmetic on the host.

mod common;

use burn::tensor::Device;
use common::{Numbers, close};
use faer::Mat;
use hesscope_hvp::{Array, ParameterSpace, Precision};
use hesscope_spectral::VectorSpace;

const DIM: usize = 1037;

fn space(precision: Precision) -> ParameterSpace {
    ParameterSpace::new(DIM, precision, Device::flex())
}

fn rounded(values: Vec<f64>, precision: Precision) -> Vec<f64> {
    match precision {
        Precision::F32 => values.into_iter().map(|x| f64::from(x as f32)).collect(),
        Precision::F64 => values,
    }
}

fn vectors(space: &ParameterSpace, count: usize, seed: u64) -> (Vec<Vec<f64>>, Vec<Array>) {
    let mut numbers = Numbers(seed);
    let host: Vec<Vec<f64>> = (0..count)
        .map(|_| rounded(numbers.vector(DIM), space.precision()))
        .collect();
    let device = host.iter().map(|v| space.from_host(v)).collect();
    (host, device)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[test]
fn vectors_come_back_as_they_went() {
    for precision in [Precision::F32, Precision::F64] {
        let space = space(precision);
        let (host, device) = vectors(&space, 1, 1);
        assert_eq!(space.to_host(&device[0]), host[0]);
        assert_eq!(space.to_host(&space.zeros()), vec![0.0; DIM]);
        assert_eq!(space.dim(), DIM);
        assert_eq!(space.epsilon(), precision.epsilon());
    }
}

#[test]
fn inner_products_are_sums_in_float64() {
    for precision in [Precision::F32, Precision::F64] {
        let space = space(precision);
        let (host, device) = vectors(&space, 5, 2);
        let gram = space.gram(&device[..2], &device[2..]);
        assert_eq!((gram.nrows(), gram.ncols()), (2, 3));
        for i in 0..2 {
            for j in 0..3 {
                let expected = dot(&host[i], &host[2 + j]);
                // Products of float32 are exact in float64, so only the order of the sum differs.
                let scale = 1e-13 * DIM as f64;
                assert!((gram[(i, j)] - expected).abs() < scale);
                let alone = space.dot(&device[i], &device[2 + j]);
                assert!((alone - expected).abs() < scale);
            }
        }
        let norm = dot(&host[0], &host[0]).sqrt();
        assert!((space.norm(&device[0]) / norm - 1.0).abs() < 1e-14);
    }
}

#[test]
fn sums_and_multiples() {
    for (precision, tolerance) in [(Precision::F32, 3e-7), (Precision::F64, 1e-15)] {
        let space = space(precision);
        let (host, device) = vectors(&space, 2, 3);
        let mut moved = device[1].clone();
        space.axpy(-0.3, &device[0], &mut moved);
        let expected: Vec<f64> = (0..DIM).map(|i| host[1][i] - 0.3 * host[0][i]).collect();
        close(&space.to_host(&moved), &expected, tolerance, "axpy");
        // A clone is another vector.
        assert_eq!(space.to_host(&device[1]), host[1]);
        space.scale(2.5, &mut moved);
        let expected: Vec<f64> = expected.iter().map(|x| 2.5 * x).collect();
        close(&space.to_host(&moved), &expected, tolerance, "scale");
    }
}

#[test]
fn combinations() {
    for (precision, tolerance) in [(Precision::F32, 1e-6), (Precision::F64, 1e-14)] {
        let space = space(precision);
        let (host, device) = vectors(&space, 4, 4);
        let coefficients = Mat::from_fn(4, 3, |i, j| (i as f64 - 1.5) * (j as f64 + 0.5));
        let combined = space.combine(&device, coefficients.as_ref());
        assert_eq!(combined.len(), 3);
        for (j, vector) in combined.iter().enumerate() {
            let expected: Vec<f64> = (0..DIM)
                .map(|x| (0..4).map(|i| coefficients[(i, j)] * host[i][x]).sum())
                .collect();
            close(&space.to_host(vector), &expected, tolerance, "combine");
        }
    }
}
