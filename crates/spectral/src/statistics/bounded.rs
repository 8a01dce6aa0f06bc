//! Confidence intervals.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::spectral_error::SpectralError;

/// An average with a confidence interval for the truth.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Bounded {
    /// The estimate: the mean over probes.
    pub mean: f64,
    /// Lower end of the interval.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
    /// Its confidence level, such as 0.95.
    pub level: f64,
}

impl Bounded {
    /// Whether a value is in the interval.
    pub fn contains(&self, value: f64) -> bool {
        self.lower <= value && value <= self.upper
    }

    /// Of a quantity known to lie in `[least, most]`: the interval cut there, and the estimate within it.
    pub(crate) fn within(self, least: f64, most: f64) -> Self {
        let (lower, upper) = (self.lower.clamp(least, most), self.upper.clamp(least, most));
        Self {
            mean: self.mean.clamp(lower, upper),
            lower,
            upper,
            level: self.level,
        }
    }

    /// All three values times a factor that is not negative.
    pub(crate) fn scaled(self, factor: f64) -> Self {
        Self {
            mean: self.mean * factor,
            lower: self.lower * factor,
            upper: self.upper * factor,
            level: self.level,
        }
    }
}

/// A level has to be between 0 and 1.
pub(crate) fn check_level(level: f64) -> Result<(), SpectralError> {
    check_between_zero_and_one("level", level)
}

/// An option has to be between 0 and 1, neither of them.
pub(crate) fn check_between_zero_and_one(
    option: &'static str,
    value: f64,
) -> Result<(), SpectralError> {
    let reason = format_args!("{value} is not between 0 and 1");
    SpectralError::require(value > 0.0 && value < 1.0, option, reason)
}

/// The least of these values that at least a fraction `level` of them do not exceed; there must be one.
pub(crate) fn quantile(mut values: Vec<f64>, level: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let place = (level * values.len() as f64).ceil() as usize;
    values[place.clamp(1, values.len()) - 1]
}

/// Fewest replicates of which a quantile says something.
pub(crate) fn check_replicates(replicates: usize) -> Result<(), SpectralError> {
    let reason = format_args!("{replicates} are too few; take at least 20");
    SpectralError::require(replicates >= 20, "replicates", reason)
}
