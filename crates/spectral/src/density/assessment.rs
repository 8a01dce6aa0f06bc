//! How far an estimated density is from the truth, and how the estimation of one ended.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::density::spectral_density::SpectralDensity;

/// The error of the density after so many probes and steps.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Assessment {
    /// Probes.
    pub probes: usize,
    /// Steps a probe.
    pub steps: usize,
    /// Products of the operator with one vector so far.
    pub products: usize,
    /// Probes whose recursion cannot go on: by breakdown, or through the whole space.
    pub ended: usize,
    /// The sampling part of the error, that of a finite number of probes.
    pub sampling: f64,
    /// The truncation part, that of a finite number of steps.
    pub truncation: f64,
    /// Whether the density is the spectrum itself.
    pub exact: bool,
}

impl Assessment {
    /// The error: the sum of both parts.
    pub fn error(&self) -> f64 {
        self.sampling + self.truncation
    }
}

/// What kept the error above the one asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AutomaticLimit {
    /// `max_probes`.
    Probes,
    /// `max_steps`.
    Steps,
    /// `max_products`.
    Products,
    /// `max_vectors`.
    Vectors,
    /// What the cells of the error can resolve: no steps or probes would do.
    Resolution,
}

/// How [`automatic_density`](crate::automatic_density) ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AutomaticOutcome {
    /// The error is at most the one asked for.
    Met,
    /// A recursion went through the whole space: the density is the spectrum.
    Exact,
    /// It is not, because of this.
    NotMet(AutomaticLimit),
}

/// What [`automatic_density`](crate::automatic_density) found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AutomaticDensity {
    /// The density.
    pub density: SpectralDensity,
    /// How it ended.
    pub outcome: AutomaticOutcome,
    /// The errors on the way; the last is that of the density.
    pub assessments: Vec<Assessment>,
}
