//! Means of independent values.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A mean over probes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// Its standard error over the probes: zero where the density is exact, unknown (`None`) from a single probe.
    pub standard_error: Option<f64>,
}

impl Estimate {
    /// The mean of independent values and its standard error.
    pub(crate) fn of(values: &[f64]) -> Self {
        let (count, mean) = (values.len() as f64, mean(values));
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        Self {
            mean,
            standard_error: (values.len() > 1).then(|| (squares / (count - 1.0) / count).sqrt()),
        }
    }
}

/// The mean of at least one value.
pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}
