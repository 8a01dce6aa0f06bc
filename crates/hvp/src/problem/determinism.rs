//! Whether the loss is one function: the same data and the same arithmetic in every pass.

use hesscope_spectral::VectorSpace;

use super::definition::Problem;
use crate::array::Array;
use crate::error::HvpError;
use crate::loss::SplitMix64;
use hesscope_records::Part;

/// |a - b| / max(|a|, |b|); zero where both are zero, and a NaN where either has one.
fn difference(space: &impl VectorSpace<Vector = Array>, a: &Array, b: &Array) -> f64 {
    let mut between = a.clone();
    space.axpy(-1.0, b, &mut between);
    let (between, size) = (space.norm(&between), space.norm(a).max(space.norm(b)));
    if between == 0.0 { 0.0 } else { between / size }
}

impl Problem {
    /// Multiplies Hess by one vector twice and compares: what an analysis does before anything else,
    /// since eigenvalues of a matrix that changes from product to product mean nothing. That every
    /// pass reads the data of the first is checked here as always.
    ///
    /// # Errors
    ///
    /// When the products differ by more than rounding, when the data do, or when the source or the
    /// device fails.
    pub fn check_determinism(&self) -> Result<(), HvpError> {
        let space = self.space();
        let mut numbers = SplitMix64::new(0);
        let vector: Vec<f64> = (0..space.dim()).map(|_| numbers.uniform() - 0.5).collect();
        let direction = space.from_host(&vector).unsqueeze();
        let product = || -> Result<Array, HvpError> {
            Ok(self
                .products_of(Part::Hess.into(), &direction)?
                .swap_remove(0))
        };
        refuse_difference(
            difference(space, &product()?, &product()?),
            // Sums are taken in another order on a device with many threads.
            space.precision().tolerance(),
        )
    }
}

/// An error for a difference above the tolerance, a NaN among them.
fn refuse_difference(difference: f64, tolerance: f64) -> Result<(), HvpError> {
    if difference <= tolerance {
        Ok(())
    } else {
        Err(HvpError::NotDeterministic {
            difference,
            tolerance,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::precision::Precision;
    use crate::space::ParameterSpace;
    use burn::tensor::Device;

    #[test]
    fn differences_are_relative_and_a_nan_is_one() {
        let space = ParameterSpace::new(2, Precision::F64, Device::flex());
        let between = |a: [f64; 2], b: [f64; 2]| {
            difference(&space, &space.from_host(&a), &space.from_host(&b))
        };
        assert_eq!(between([0.0, 0.0], [0.0, 0.0]), 0.0);
        assert_eq!(between([3.0, 4.0], [3.0, 4.0]), 0.0);
        assert_eq!(between([30.0, 40.0], [0.0, 0.0]), 1.0);
        assert_eq!(between([0.0, 0.0], [30.0, 40.0]), 1.0);
        assert_eq!(between([30.0, 40.0], [30.0, 35.0]), 0.1);
        assert!(between([f64::NAN, 0.0], [1.0, 0.0]).is_nan());
    }

    #[test]
    fn what_is_above_the_tolerance_is_refused() {
        assert!(Precision::F64.tolerance() < Precision::F32.tolerance());
        refuse_difference(1e-10, 1e-10).expect("rounding");
        for difference in [1.1e-10, f64::NAN] {
            let error = refuse_difference(difference, 1e-10).expect_err("more than rounding");
            assert!(error.to_string().contains("1e-10"), "{error}");
        }
    }
}
