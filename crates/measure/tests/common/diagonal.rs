//! Diagonal matrices as operators.

use std::cell::Cell;

use hesscope_spectral::{HostSpace, LinearOperator, OperatorError};

/// A diagonal matrix at O(p) a product; after so many products the process is killed, if ever.
pub struct Diagonal {
    pub values: Vec<f64>,
    space: HostSpace<f64>,
    pub left: Cell<usize>,
}

impl Diagonal {
    pub fn new(values: Vec<f64>) -> Self {
        Diagonal {
            space: HostSpace::new(values.len()),
            values,
            left: Cell::new(usize::MAX),
        }
    }
}

impl LinearOperator for Diagonal {
    type Space = HostSpace<f64>;

    fn space(&self) -> &HostSpace<f64> {
        &self.space
    }

    fn apply(&self, block: &[Vec<f64>]) -> Result<Vec<Vec<f64>>, OperatorError> {
        let left = self.left.get();
        if left < block.len() {
            return Err(OperatorError::from("killed"));
        }
        self.left.set(left - block.len());
        let times = |x: &Vec<f64>| x.iter().zip(&self.values).map(|(x, v)| x * v).collect();
        Ok(block.iter().map(times).collect())
    }
}

/// Nine outliers above a semicircle of 2,000 with as many zeros, as a classifier's Hessian has them.
pub fn hessian_like() -> Vec<f64> {
    let mut values: Vec<f64> = (1..=9).map(|i| 3.0 * 1.3f64.powi(i)).collect();
    values.extend((0..2000).map(|i| (std::f64::consts::PI * (f64::from(i) + 0.5) / 2000.0).cos()));
    values.extend(vec![0.0; 2000]);
    values
}
