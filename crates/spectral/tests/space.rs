//! The host space's block kernels against their definitions, and the estimators on a space that has none.
#![allow(clippy::unwrap_used)]

mod common;

use common::{eigenvalues, gaussian, max_difference, with_spectrum};
use faer::Mat;
use hesscope_spectral::{
    Breakdown, HostSpace, LinearOperator, OperatorError, Reorthogonalisation, Scalar, SlqOptions,
    SubspaceOptions, VectorSpace, slq, subspace_iteration,
};

fn columns<T: Scalar>(space: &HostSpace<T>, count: usize, seed: u64) -> Vec<Vec<T>> {
    let a = gaussian(space.dim(), count, seed);
    (0..count)
        .map(|j| space.from_host(&a.col(j).iter().copied().collect::<Vec<_>>()))
        .collect()
}

/// Sizes about the kernels' block lengths.
const SIZES: [usize; 7] = [1, 7, 8, 9, 2047, 2049, 5000];

fn kernels_agree<T: Scalar>(tolerance: f64) {
    for dim in SIZES {
        let space = HostSpace::<T>::new(dim);
        let (a, b) = (columns(&space, 3, 1), columns(&space, 4, 2));
        let gram = space.gram(&a, &b);
        assert_eq!((gram.nrows(), gram.ncols()), (3, 4));
        for i in 0..3 {
            for j in 0..4 {
                let plain: f64 = a[i]
                    .iter()
                    .zip(&b[j])
                    .map(|(x, y)| x.to_f64() * y.to_f64())
                    .sum();
                // Float64 accumulation whatever the storage.
                let bound = 1e-13 * space.norm(&a[i]) * space.norm(&b[j]);
                assert!((gram[(i, j)] - plain).abs() <= bound);
                assert!((space.dot(&a[i], &b[j]) - plain).abs() <= bound);
            }
        }
        let coefficients = Mat::from_fn(3, 2, |i, j| 1.0 + i as f64 - 2.5 * j as f64);
        for (j, combined) in space.combine(&a, coefficients.as_ref()).iter().enumerate() {
            for (index, value) in combined.iter().enumerate() {
                let plain: f64 = (0..3)
                    .map(|i| coefficients[(i, j)] * a[i][index].to_f64())
                    .sum();
                assert!((value.to_f64() - plain).abs() <= tolerance * 20.0);
            }
        }
        let mut y = b[0].clone();
        space.axpy(-2.0, &a[0], &mut y);
        space.scale(3.0, &mut y);
        for index in 0..dim {
            let plain = 3.0 * (b[0][index].to_f64() - 2.0 * a[0][index].to_f64());
            assert!((y[index].to_f64() - plain).abs() <= tolerance * 40.0);
        }
        assert_eq!(space.to_host(&space.zeros()), vec![0.0; dim]);
    }
}

#[test]
fn double_precision_kernels() {
    kernels_agree::<f64>(1e-15);
}

#[test]
fn single_precision_kernels() {
    kernels_agree::<f32>(1e-7);
}

/// Only what a space must provide.
struct Plain(usize);

impl VectorSpace for Plain {
    type Vector = Vec<f64>;
    fn dim(&self) -> usize {
        self.0
    }
    fn from_host(&self, values: &[f64]) -> Vec<f64> {
        values.to_vec()
    }
    fn to_host(&self, v: &Vec<f64>) -> Vec<f64> {
        v.clone()
    }
    fn dot(&self, a: &Vec<f64>, b: &Vec<f64>) -> f64 {
        a.iter().zip(b).map(|(x, y)| x * y).sum()
    }
    fn axpy(&self, alpha: f64, x: &Vec<f64>, y: &mut Vec<f64>) {
        y.iter_mut().zip(x).for_each(|(y, x)| *y += alpha * x);
    }
    fn scale(&self, alpha: f64, x: &mut Vec<f64>) {
        x.iter_mut().for_each(|x| *x *= alpha);
    }
    fn epsilon(&self) -> f64 {
        f64::EPSILON
    }
}

struct Matrix(Mat<f64>, Plain);

impl LinearOperator for Matrix {
    type Space = Plain;
    fn space(&self) -> &Plain {
        &self.1
    }
    fn apply(&self, block: &[Vec<f64>]) -> Result<Vec<Vec<f64>>, OperatorError> {
        Ok(block
            .iter()
            .map(|x| {
                (0..x.len())
                    .map(|i| (0..x.len()).map(|j| self.0[(i, j)] * x[j]).sum())
                    .collect()
            })
            .collect())
    }
}

#[test]
fn provided_methods_suffice() {
    let mut spectrum: Vec<f64> = (0..60).map(|i| f64::from(i) / 60.0).collect();
    spectrum.extend([5.0, 4.0, -3.0]);
    let a = with_spectrum(&spectrum, 3);
    let op = Matrix(a.clone(), Plain(63));
    let exact = SlqOptions {
        steps: 63,
        reorthogonalisation: Reorthogonalisation::Full,
        breakdown: Breakdown::Restart,
        ..SlqOptions::default()
    };
    let values = slq(&op, &exact).unwrap().eigenvalues().unwrap();
    assert!(max_difference(&values, &eigenvalues(&a)) < 1e-13);
    let options = SubspaceOptions {
        pairs: 3,
        tolerance: 1e-9,
        ..SubspaceOptions::default()
    };
    let found = subspace_iteration(&op, &options, None).unwrap();
    assert!(found.converged);
    assert!(max_difference(&found.pairs.values, &[5.0, 4.0, -3.0]) < 1e-12);
}
