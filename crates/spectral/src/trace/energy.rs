//! How the energy of a sum of two operators is shared between them.

use serde::{Deserialize, Serialize};

use crate::error::spectral_error::SpectralError;
use crate::operator::linear_operator::{LinearOperator, apply_checked};
use crate::operator::probes::{ProbeKind, Probes};
use crate::operator::vector_space::VectorSpace;
use crate::statistics::bounded::{Bounded, check_level};
use crate::statistics::estimate::Estimate;
use crate::statistics::student::two_sided_quantile;

/// `|A z|^2`, `|B z|^2` and `A z . B z` for each of some probes z with `E[z z^T] = I`.
///
/// Their means estimate `||A||_F^2`, `||B||_F^2` and `<A, B>_F` without bias, and so the three terms of
/// `||A + B||_F^2 = ||A||_F^2 + ||B||_F^2 + 2 <A, B>_F`. All come from the same probes, so that shares are known better
/// than the terms are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EnergySamples {
    /// `|A z|^2`, one a probe.
    pub first: Vec<f64>,
    /// `|B z|^2`.
    pub second: Vec<f64>,
    /// `A z . B z`.
    pub inner: Vec<f64>,
}

/// Estimates of the terms of `||A + B||_F^2`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct EnergySplit {
    /// `||A||_F^2`.
    pub first: Estimate,
    /// `||B||_F^2`.
    pub second: Estimate,
    /// `2 <A, B>_F`.
    pub cross: Estimate,
    /// `||A + B||_F^2`, the sum of the three.
    pub total: Estimate,
    /// `||B||_F^2 / (||A||_F^2 + ||B||_F^2)`, with a confidence interval within 0 and 1.
    pub second_share: Bounded,
    /// Number of probes.
    pub probes: usize,
}

impl EnergySamples {
    /// The number of probes so far.
    pub fn len(&self) -> usize {
        self.first.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.first.is_empty()
    }

    /// Whether the three lists belong together: of one length, finite, squares not negative.
    pub fn is_sound(&self) -> bool {
        let count = self.first.len();
        self.second.len() == count
            && self.inner.len() == count
            && self
                .first
                .iter()
                .chain(&self.second)
                .all(|x| x.is_finite() && *x >= 0.0)
            && self.inner.iter().all(|x| x.is_finite())
    }

    /// Adds the next `count` probes: signs (Hutchinson 1990), of this seed, in the order of their number.
    ///
    /// # Errors
    ///
    /// When a product fails or is not finite, or when the operators act on spaces of different dimension.
    pub fn extend<A, B>(
        &mut self,
        first: &A,
        second: &B,
        seed: u64,
        count: usize,
    ) -> Result<(), SpectralError>
    where
        A: LinearOperator,
        B: LinearOperator<Space = A::Space>,
    {
        let space = first.space();
        SpectralError::require_size(
            "the space of the second operator",
            space.dim(),
            second.space().dim(),
        )?;
        let start = self.len();
        let probes = Probes::new(ProbeKind::Rademacher, seed);
        let block = probes.block(space, start as u64, count);
        let (one, other) = (
            apply_checked(first, &block)?,
            apply_checked(second, &block)?,
        );
        for (index, (a, b)) in one.iter().zip(&other).enumerate() {
            let values = [space.dot(a, a), space.dot(b, b), space.dot(a, b)];
            if values.iter().any(|value| !value.is_finite()) {
                return Err(SpectralError::NotFinite { step: start, index });
            }
            self.first.push(values[0]);
            self.second.push(values[1]);
            self.inner.push(values[2]);
        }
        Ok(())
    }

    /// The estimates, with standard errors over the probes, and an interval of this confidence level for the share.
    ///
    /// The share is a ratio of means; its standard error is that of the linearised ratio, widened by Student's t for the
    /// number of probes. Where both energies are zero the interval is all of 0 to 1.
    ///
    /// # Errors
    ///
    /// With fewer than two probes, or a level that is not between 0 and 1.
    pub fn split(&self, level: f64) -> Result<EnergySplit, SpectralError> {
        let count = self.len();
        SpectralError::require(
            count >= 2 && self.is_sound(),
            "probes",
            "an error needs at least 2, each with finite products",
        )?;
        check_level(level)?;
        let both = || self.first.iter().zip(&self.second);
        let sums: Vec<f64> = both().map(|(a, b)| a + b).collect();
        let cross: Vec<f64> = self.inner.iter().map(|ab| 2.0 * ab).collect();
        let total: Vec<f64> = sums.iter().zip(&cross).map(|(sum, ab)| sum + ab).collect();
        let sum = Estimate::of(&sums);
        let second = Estimate::of(&self.second);
        let second_share = if sum.mean > 0.0 {
            let share = second.mean / sum.mean;
            let deviations: Vec<f64> = both()
                .map(|(a, b)| (b - share * (a + b)) / sum.mean)
                .collect();
            let error = Estimate::of(&deviations)
                .standard_error
                .unwrap_or(f64::INFINITY);
            let reach = two_sided_quantile(level, count - 1)? * error;
            Bounded {
                mean: share,
                lower: (share - reach).max(0.0),
                upper: (share + reach).min(1.0),
                level,
            }
        } else {
            Bounded {
                mean: 0.5,
                lower: 0.0,
                upper: 1.0,
                level,
            }
        };
        Ok(EnergySplit {
            first: Estimate::of(&self.first),
            second,
            cross: Estimate::of(&cross),
            total: Estimate::of(&total),
            second_share,
            probes: count,
        })
    }
}
