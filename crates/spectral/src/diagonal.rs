//! The diagonal by random probes.

use serde::{Deserialize, Serialize};

use crate::error::SpectralError;
use crate::estimation::{Estimation, Keeper, NoKeeper, Snapshot, SnapshotRef, run, unfinished};
use crate::hutchinson::{HutchinsonOptions, Progress};
use crate::operator::{LinearOperator, VectorOf};
use crate::snapshot_error::SnapshotError;
use crate::space::VectorSpace;
use crate::state::{read_state, write_state};

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
    diagonal_kept(op, options, NAME, &mut NoKeeper)
}

/// [`diagonal`], gone on with from the snapshot `name` where the keeper has one, and kept there on the way.
pub fn diagonal_kept<O, K>(
    op: &O,
    options: &HutchinsonOptions,
    name: &str,
    keeper: &mut K,
) -> Result<Diagonal, SpectralError>
where
    O: LinearOperator,
    K: Keeper<O::Space> + ?Sized,
{
    run(op, options, name, keeper, || {
        DiagonalEstimation::begin(op, options)
    })
}

const NAME: &str = "diagonal";

/// [`diagonal`] in progress: a step is one block of probes. `probes` may grow and `block_size` may change.
#[derive(Clone, Debug)]
pub struct DiagonalEstimation {
    options: HutchinsonOptions,
    dim: usize,
    progress: Progress,
    lines: Vec<Line>,
}

impl DiagonalEstimation {
    /// Before the first step.
    pub fn begin<O: LinearOperator>(
        op: &O,
        options: &HutchinsonOptions,
    ) -> Result<Self, SpectralError> {
        options.check()?;
        Ok(Self {
            options: *options,
            dim: op.effective_dim(),
            progress: Progress::default(),
            lines: vec![Line::default(); op.space().dim()],
        })
    }
}

impl<O: LinearOperator> Estimation<O> for DiagonalEstimation {
    type Options = HutchinsonOptions;
    type Output = Diagonal;

    fn restore(
        op: &O,
        options: &HutchinsonOptions,
        snapshot: Snapshot<VectorOf<O>>,
    ) -> Result<Self, SpectralError> {
        options.check()?;
        let dim = op.effective_dim();
        let rules = HutchinsonOptions::RULES;
        let progress = read_state(NAME, dim, options, rules, &snapshot.state)?;
        let (numbers, rest) = snapshot.numbers.as_chunks::<3>();
        if numbers.len() != op.space().dim() || !rest.is_empty() {
            return Err(SnapshotError::state(NAME, "it has another number of entries").into());
        }
        let line = |&[slope, weight, residuals]: &[f64; 3]| Line {
            slope,
            weight,
            residuals,
        };
        Ok(Self {
            options: *options,
            dim,
            progress,
            lines: numbers.iter().map(line).collect(),
        })
    }

    fn snapshot(&self) -> Result<SnapshotRef<'_, VectorOf<O>>, SpectralError> {
        let numbers = |line: &Line| [line.slope, line.weight, line.residuals];
        Ok(SnapshotRef {
            state: write_state(NAME, self.dim, &self.options, &self.progress)?,
            numbers: self.lines.iter().flat_map(numbers).collect(),
            ..SnapshotRef::default()
        })
    }

    fn is_finished(&self) -> bool {
        self.progress.is_finished(&self.options)
    }

    fn step(&mut self, op: &O) -> Result<(), SpectralError> {
        let space = op.space();
        let lines = &mut self.lines;
        self.progress
            .step(op, &self.options, |place, probe, product| {
                // The probe as the operator saw it, rounded to what the space stores.
                let (probe, product) = (space.to_host(probe), space.to_host(product));
                place.check_finite(&product)?;
                for (line, (&x, &y)) in lines.iter_mut().zip(probe.iter().zip(&product)) {
                    line.add(x, y);
                }
                Ok(())
            })
    }

    fn finish(self, _: &O) -> Result<Diagonal, SpectralError> {
        if !self.progress.is_finished(&self.options) {
            return Err(unfinished());
        }
        let freedom = self.options.probes - 1;
        Ok(Diagonal {
            values: self.lines.iter().map(|line| line.slope).collect(),
            standard_errors: (freedom > 0).then(|| {
                self.lines
                    .iter()
                    .map(|line| line.standard_error(freedom))
                    .collect()
            }),
        })
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
