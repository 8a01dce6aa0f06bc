//! Options of the fits.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sample::Region;
use crate::error::spectral_error::SpectralError;
use crate::statistics::bounded::check_between_zero_and_one;

/// Options of [`fit_laws`](crate::fit_laws).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct LawOptions {
    /// What is left out.
    pub region: Region,
    /// Level of each test.
    pub level: f64,
    /// Confidence of the intervals.
    pub confidence: f64,
    /// Bootstrap samples of the tail, for its intervals and for its goodness of fit each.
    pub bootstrap: usize,
    /// Seed of these.
    pub seed: u64,
    /// Least size of a tail.
    pub least_tail: usize,
    /// Most values tried for xmin, evenly spaced among the ranks of those that leave such a tail.
    pub tries: usize,
}

impl Default for LawOptions {
    fn default() -> Self {
        Self {
            region: Region::default(),
            level: 0.05,
            confidence: 0.95,
            bootstrap: 200,
            seed: 0,
            least_tail: 50,
            tries: 100,
        }
    }
}

impl LawOptions {
    pub(super) fn check(&self) -> Result<(), SpectralError> {
        for (name, value) in [("level", self.level), ("confidence", self.confidence)] {
            check_between_zero_and_one(name, value)?;
        }
        for (name, value, least) in [
            ("bootstrap", self.bootstrap, 20),
            ("least_tail", self.least_tail, 10),
            ("tries", self.tries, 1),
        ] {
            SpectralError::require(
                value >= least,
                name,
                format_args!("must be at least {least}, and is {value}"),
            )?;
        }
        Ok(())
    }

    /// Standard errors on each side of an estimate.
    pub(super) fn quantile(&self) -> f64 {
        std::f64::consts::SQRT_2 * statrs::function::erf::erf_inv(self.confidence)
    }
}
