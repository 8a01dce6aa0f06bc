//! How many eigenvalues lie in an interval, and which share of all.

use crate::bands::bounds::Bounds;
use crate::bands::functional::{Functional, Indicator};
use crate::density::spectral_density::SpectralDensity;
use crate::error::spectral_error::SpectralError;
use crate::statistics::bounded::{Bounded, check_level};

/// The number of eigenvalues in an interval.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct IntervalCount {
    /// Estimate and confidence interval, between 0 and p.
    pub count: Bounded,
    /// For each probe, the least and the largest count that its quadrature allows: p times the mass that the probe's own
    /// spectral measure has in the interval, atoms included, is between the two.
    pub brackets: Vec<[f64; 2]>,
}

impl SpectralDensity {
    /// The number of eigenvalues in the closed interval `[lower, upper]`, with a confidence interval of this level.
    ///
    /// The mass of a Gauss node lies between the two nodes beside it (the inequalities of Chebyshev, Markov & Stieltjes;
    /// Akhiezer, The Classical Moment Problem, 1965, section 2.5), which brackets each probe's count without any assumption
    /// on the spectrum; where Ritz values have converged the bracket closes. Around the brackets' means comes the sampling
    /// error of [`density_band`](Self::density_band). An atom counts where it is, and is uncertain where an end is within
    /// its residual. Ends may be infinite.
    pub fn count_in(
        &self,
        lower: f64,
        upper: f64,
        level: f64,
    ) -> Result<IntervalCount, SpectralError> {
        check_level(level)?;
        check_interval(lower, upper)?;
        let inside = Indicator {
            lower,
            upper,
            closed: true,
        };
        let bounds = Bounds::of_intervals(self)?;
        let dim = self.dim as f64;
        Ok(IntervalCount {
            count: bounds.share(inside, level).scaled(dim),
            brackets: bounds.brackets(&inside),
        })
    }

    /// The share of all eigenvalues in the closed interval `[lower, upper]`, from 0 to 1, with a confidence interval of this
    /// level: [`count_in`](Self::count_in) over p.
    ///
    /// Zeros are one heavy node of each probe, that converges to within rounding of zero: an interval that ends there holds
    /// all of them or none, as far as anybody can tell, and its share is as uncertain. Take `[-floor, floor]` for them.
    ///
    /// # Errors
    ///
    /// As [`count_in`](Self::count_in).
    pub fn share_in(&self, lower: f64, upper: f64, level: f64) -> Result<Bounded, SpectralError> {
        let count = self.count_in(lower, upper, level)?.count;
        Ok(count.scaled(1.0 / self.dim.max(1) as f64))
    }
}

/// Ends have to be in order.
pub(crate) fn check_interval(lower: f64, upper: f64) -> Result<(), SpectralError> {
    let reason = format_args!("[{lower}, {upper}] is not an interval");
    SpectralError::require(lower <= upper, "interval", reason)
}

impl Bounds<'_> {
    /// For each probe, p times the least and largest average that its measure may have.
    fn brackets(&self, f: &impl Functional) -> Vec<[f64; 2]> {
        let dim = self.density().dim as f64;
        let fraction = self.density().continuous_fraction();
        let [_, least, largest] = self.bracket(f).atoms;
        self.each_probe(f)
            .into_iter()
            .map(|[low, high]| {
                [
                    dim * (least + fraction * low),
                    dim * (largest + fraction * high),
                ]
            })
            .collect()
    }
}
