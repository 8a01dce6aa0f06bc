//! How much of the spectrum's energy lies in an interval.

use crate::bands::bounds::Bounds;
use crate::bands::interval_count::check_interval;
use crate::density::spectral_density::SpectralDensity;
use crate::error::spectral_error::SpectralError;
use crate::statistics::bounded::{Bounded, check_level};

impl SpectralDensity {
    /// The sum of `lambda^2` over the eigenvalues in the closed interval `[lower, upper]`, with a confidence interval of this
    /// level: over all of them it is the squared Frobenius norm.
    ///
    /// Bounded as [`count_in`](Self::count_in) is, and by the whole less what surely lies outside, since a quadrature of two
    /// steps or more has the second moment of its probe exactly. Ends may be infinite.
    ///
    /// # Errors
    ///
    /// Ends in the wrong order, and a level that is not between 0 and 1.
    pub fn energy_in(&self, lower: f64, upper: f64, level: f64) -> Result<Bounded, SpectralError> {
        check_level(level)?;
        check_interval(lower, upper)?;
        let bounds = Bounds::of_intervals(self)?;
        let average = bounds.energy(lower, upper, level);
        Ok(average.scaled(self.dim as f64))
    }
}
