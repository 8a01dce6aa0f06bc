//! The estimated spectrum of one symmetric operator, whatever it is of.

use hesscope_spectral::{
    Assessment, AutomaticOutcome, LawAnalysis, Outliers, SpectralDensity, SpectralRange,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The spectrum of a symmetric operator of order p: leading eigenpairs, density, laws and outliers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Spectrum {
    /// Number of parameters, p.
    pub dimension: usize,
    /// An interval that holds the spectrum.
    pub range: SpectralRange,
    /// The leading eigenpairs.
    pub top: TopEigenvalues,
    /// The density, the leading eigenpairs as atoms beside the quadrature of the rest.
    pub density: SpectralDensity,
    /// How the density came out whose error was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub automatic: Option<AutomaticRecord>,
    /// The laws that the rest, without atoms, follows on each side of zero.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub laws: Vec<LawAnalysis>,
    /// Eigenvalues standing apart at each end.
    pub outliers: Outliers,
    /// The eigenvalues that `outliers` was counted from.
    pub outlier_candidates: usize,
    /// Products with one vector that were formed.
    pub products: usize,
}

/// Leading eigenpairs, by magnitude.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TopEigenvalues {
    /// Eigenvalues, largest magnitude first.
    pub values: Vec<f64>,
    /// The norms |A q - θ q|: each eigenvalue lies within its residual of a true one.
    pub residuals: Vec<f64>,
    /// Whether each met the tolerance.
    pub converged: Vec<bool>,
    /// Iterations done.
    pub iterations: usize,
}

/// How a density whose error was asked for came out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AutomaticRecord {
    /// Whether the error was met, and if not, why.
    pub outcome: AutomaticOutcome,
    /// The errors on the way, probes and steps with them; the last is that of the density.
    pub assessments: Vec<Assessment>,
}
