//! How far two problems are apart that should be one, as on two devices.

use hesscope_records::Terms;
use hesscope_spectral::VectorSpace;

use super::definition::Problem;
use crate::array::Array;
use crate::error::HvpError;
use crate::loss::SplitMix64;

impl Problem {
    /// |A v - B v| / max(|A v|, |B v|) of an operator A of this problem and the same operator B of another, for one vector v
    /// of independent uniform numbers: what the devices or precisions of two problems of one network and one set of data
    /// make of them. Zero where both products are zero, and NaN where either has one.
    ///
    /// # Errors
    ///
    /// When the spaces have not one dimension, or a source or a device fails.
    pub fn difference_from(
        &self,
        other: &Problem,
        terms: impl Into<Terms>,
    ) -> Result<f64, HvpError> {
        let (dim, terms) = (self.space().dim(), terms.into());
        if other.space().dim() != dim {
            return Err(HvpError::Input(format!(
                "one problem has {dim} parameters and the other {}: compare problems of one network",
                other.space().dim()
            )));
        }
        let mut numbers = SplitMix64::new(0);
        // Numbers that every precision holds.
        let vector: Vec<f64> = (0..dim)
            .map(|_| f64::from((numbers.uniform() - 0.5) as f32))
            .collect();
        let product = |problem: &Problem| -> Result<Vec<f64>, HvpError> {
            let direction: Array = problem.space().from_host(&vector).unsqueeze();
            let products = problem.products_of(terms, &direction)?;
            Ok(problem.space().to_host(&products[0]))
        };
        Ok(relative_distance(&product(self)?, &product(other)?))
    }
}

fn relative_distance(a: &[f64], b: &[f64]) -> f64 {
    let norm = |numbers: &mut dyn Iterator<Item = f64>| numbers.map(|x| x * x).sum::<f64>().sqrt();
    let between = norm(&mut a.iter().zip(b).map(|(a, b)| a - b));
    let size = norm(&mut a.iter().copied()).max(norm(&mut b.iter().copied()));
    if between == 0.0 { 0.0 } else { between / size }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_relative_and_a_nan_is_one() {
        assert_eq!(relative_distance(&[0.0, 0.0], &[0.0, 0.0]), 0.0);
        assert_eq!(relative_distance(&[30.0, 40.0], &[30.0, 35.0]), 0.1);
        assert_eq!(relative_distance(&[0.0, 0.0], &[30.0, 40.0]), 1.0);
        assert!(relative_distance(&[f64::NAN], &[1.0]).is_nan());
    }
}
