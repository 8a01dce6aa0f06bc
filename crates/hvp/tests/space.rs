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

/// Longer than what one task handles and not a multiple of anything, for few and for many vectors.
#[test]
fn blocks_of_long_vectors() {
    let dim = (1 << 16) + 3 * 2048 + 77;
    for (precision, tolerance) in [(Precision::F32, 2e-7), (Precision::F64, 1e-14)] {
        let space = ParameterSpace::new(dim, precision, Device::flex());
        let mut numbers = Numbers(9);
        let host: Vec<Vec<f64>> = (0..11)
            .map(|_| rounded(numbers.vector(dim), precision))
            .collect();
        let device: Vec<Array> = host.iter().map(|v| space.from_host(v)).collect();
        for (left, right) in [(0..11, 0..1), (0..2, 3..11), (0..6, 4..11), (0..0, 0..3)] {
            let gram = space.gram(&device[left.clone()], &device[right.clone()]);
            assert_eq!((gram.nrows(), gram.ncols()), (left.len(), right.len()));
            for (i, a) in left.clone().enumerate() {
                for (j, b) in right.clone().enumerate() {
                    let expected = dot(&host[a], &host[b]);
                    assert!(
                        (gram[(i, j)] - expected).abs() < 1e-13 * dim as f64,
                        "{a} {b}"
                    );
                    let alone = space.dot(&device[a], &device[b]);
                    assert!((alone - expected).abs() < 1e-13 * dim as f64);
                }
            }
        }
        for (basis, columns) in [(11, 1), (3, 2), (8, 4), (11, 5), (0, 2), (0, 6)] {
            let coefficients =
                Mat::from_fn(basis, columns, |i, j| (1.3 * i as f64 - j as f64).cos());
            let combined = space.combine(&device[..basis], coefficients.as_ref());
            assert_eq!(combined.len(), columns);
            for (j, vector) in combined.iter().enumerate() {
                let expected: Vec<f64> = (0..dim)
                    .map(|x| (0..basis).map(|i| coefficients[(i, j)] * host[i][x]).sum())
                    .collect();
                close(&space.to_host(vector), &expected, tolerance, "combine");
            }
        }
    }
}

/// Vectors that are parts of a larger tensor, as products are.
#[test]
fn parts_of_a_block_are_vectors() {
    for precision in [Precision::F32, Precision::F64] {
        let space = space(precision);
        let (host, device) = vectors(&space, 3, 10);
        let lifted: Vec<Array> = device.iter().map(Array::unsqueeze).collect();
        let block = Array::cat(&lifted, 0);
        let part = |k: usize| block.slice(0, k, k + 1).reshape(&[DIM]);
        assert_eq!(space.to_host(&part(1)), host[1]);
        assert_eq!(
            space.dot(&part(0), &part(2)),
            space.dot(&device[0], &device[2])
        );
        let mut moved = part(1);
        space.axpy(1.0, &part(0), &mut moved);
        space.scale(2.0, &mut moved);
        assert_eq!(space.to_host(&part(1)), host[1]);
        let mut alone = device[1].clone();
        space.axpy(1.0, &device[0], &mut alone);
        space.scale(2.0, &mut alone);
        assert_eq!(space.to_host(&moved), space.to_host(&alone));
    }
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let dim = 3 * (1 << 16) + 5;
    let space = ParameterSpace::new(dim, Precision::F32, Device::flex());
    let mut numbers = Numbers(11);
    let device: Vec<Array> = (0..6)
        .map(|_| space.from_host(&numbers.vector(dim)))
        .collect();
    let results = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        pool.build().expect("a pool of threads").install(|| {
            let gram = space.gram(&device, &device);
            let combined = space.combine(&device, gram.as_ref());
            let vectors: Vec<Vec<f64>> = combined.iter().map(|v| space.to_host(v)).collect();
            (
                common::entries(&gram),
                vectors,
                space.dot(&device[0], &device[1]),
            )
        })
    };
    let one = results(1);
    for threads in [2, 5] {
        assert!(results(threads) == one);
    }
}
