//! The diagonal by random probes (Bekas, Kokiopoulou & Saad 2007).

use serde::{Deserialize, Serialize};

use crate::error::spectral_error::SpectralError;
use crate::operator::linear_operator::LinearOperator;
use crate::operator::probes::ProbeKind;
use crate::operator::vector_space::VectorSpace;
use crate::resume::estimation::Estimation;
use crate::trace::probe_products::{HutchinsonOptions, ProbeEstimation, ProbeStatistic};

/// An estimated diagonal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Diagonal {
    /// The estimate of each entry, p of them.
    pub values: Vec<f64>,
    /// The standard error of each; unknown (`None`) from a single probe.
    pub standard_errors: Option<Vec<f64>>,
}

/// Estimates the diagonal of A, without bias, as `sum z * A z / sum z * z` over m probes z, products and quotient taken
/// entry by entry.
///
/// Bekas, Kokiopoulou & Saad, "An estimator for the diagonal of a matrix" (2007). Of each entry i it is the slope of the
/// least-squares line through the origin of `(A z)_i` against `z_i`: the other coordinates of z add noise of mean zero
/// and variance `sum_{j != i} a_ij^2` to `a_ii z_i`. The standard error is the slope's, the root of
/// `RSS / (m - 1) / sum z_i^2` with RSS the sum of squared residuals. With signs a diagonal matrix comes out exactly.
///
/// Probes and products come to the host one at a time, where three vectors of float64 are kept. Of a
/// [`Deflated`](crate::Deflated) operator it is the diagonal of what remains.
pub fn diagonal<O: LinearOperator>(
    op: &O,
    options: &HutchinsonOptions,
) -> Result<Diagonal, SpectralError> {
    DiagonalEstimation::begin(op, options)?.run(op)
}

/// [`diagonal`] in progress.
pub type DiagonalEstimation = ProbeEstimation<DiagonalLines>;

/// A line for each entry.
#[derive(Clone, Debug)]
pub struct DiagonalLines {
    lines: Vec<Line>,
    probes: usize,
}

impl ProbeStatistic for DiagonalLines {
    const NAME: &'static str = "diagonal";
    type Output = Diagonal;

    fn new(dim: usize) -> Self {
        Self {
            lines: vec![Line::default(); dim],
            probes: 0,
        }
    }

    fn add<S: VectorSpace>(
        &mut self,
        space: &S,
        _: ProbeKind,
        probe: &S::Vector,
        product: &S::Vector,
    ) -> bool {
        // The probe as the operator saw it, rounded to what the space stores.
        let (probe, product) = (space.to_host(probe), space.to_host(product));
        self.probes += 1;
        for (line, (&x, &y)) in self.lines.iter_mut().zip(probe.iter().zip(&product)) {
            line.add(x, y);
        }
        product.iter().all(|y| y.is_finite())
    }

    fn numbers(&self) -> Vec<f64> {
        let numbers = |line: &Line| [line.slope, line.weight, line.residuals];
        self.lines.iter().flat_map(numbers).collect()
    }

    fn from_numbers(dim: usize, probes: usize, numbers: Vec<f64>) -> Option<Self> {
        let (lines, rest) = numbers.as_chunks::<3>();
        let line = |&[slope, weight, residuals]: &[f64; 3]| Line {
            slope,
            weight,
            residuals,
        };
        let fits = lines.len() == dim && rest.is_empty();
        fits.then(|| Self {
            lines: lines.iter().map(line).collect(),
            probes,
        })
    }

    fn conclude(self) -> Diagonal {
        let (lines, freedom) = (self.lines.iter(), self.probes - 1);
        let errors = lines.clone().map(|line| line.standard_error(freedom));
        Diagonal {
            standard_errors: (freedom > 0).then(|| errors.collect()),
            values: lines.map(|line| line.slope).collect(),
        }
    }
}

/// A least-squares line through the origin, point by point.
#[derive(Clone, Copy, Debug, Default)]
struct Line {
    /// Sum of x y over the sum of x^2.
    slope: f64,
    /// Sum of x^2.
    weight: f64,
    /// Sum of (y - slope x)^2.
    residuals: f64,
}

impl Line {
    /// Takes in the point (x, y), x other than 0, as recursive least squares does: nothing is subtracted that cancels.
    fn add(&mut self, x: f64, y: f64) {
        let weight = self.weight + x * x;
        let error = y - self.slope * x;
        self.residuals += error * error * (self.weight / weight);
        self.slope += error * x / weight;
        self.weight = weight;
    }

    fn standard_error(&self, freedom: usize) -> f64 {
        (self.residuals / freedom as f64 / self.weight).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_the_one_of_all_points_at_once() {
        let points = [(2.0, 3.0), (-1.0, 0.5), (0.25, -4.0), (3.0, 5.0)];
        let mut line = Line::default();
        for (count, &(x, y)) in (1..).zip(&points) {
            line.add(x, y);
            let seen = &points[..count];
            let weight: f64 = seen.iter().map(|(x, _)| x * x).sum();
            let slope = seen.iter().map(|(x, y)| x * y).sum::<f64>() / weight;
            let residuals: f64 = seen.iter().map(|(x, y)| (y - slope * x).powi(2)).sum();
            assert!((line.slope - slope).abs() < 1e-14);
            assert!((line.weight - weight).abs() < 1e-14);
            assert!((line.residuals - residuals).abs() < 1e-13);
        }
        // (RSS / 3 / sum x^2)^1/2
        let expected = (line.residuals / 3.0 / 14.0625_f64).sqrt();
        assert!((line.standard_error(3) - expected).abs() < 1e-14);
    }
}
