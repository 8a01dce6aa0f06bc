//! How much work goes into the estimate of a spectrum.

use hesscope_spectral::Reorthogonalisation;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The work that goes into leading eigenpairs: a Lanczos run, then a subspace iteration that starts from its Ritz vectors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeadingEffort {
    /// Leading eigenpairs asked for.
    pub top: usize,
    /// Random starts of the Lanczos run, in lockstep: 1, or as many as the density has probes where it takes its quadratures
    /// from this run.
    pub starts: usize,
    /// Steps of the Lanczos run, which also gives the range.
    pub range_steps: usize,
    /// Most steps of it: while the outliers of a side cannot be counted, a quarter more are made, up to these. How many were
    /// made stands with the range.
    pub most_range_steps: usize,
    /// Reorthogonalisation of the Lanczos vectors: `none`, `selective` or `full`.
    #[schemars(with = "String")]
    pub reorthogonalisation: Reorthogonalisation,
    /// Most iterations of the subspace iteration.
    pub subspace_iterations: usize,
    /// Relative residual at which an eigenpair is taken as converged.
    pub subspace_tolerance: f64,
    /// Seed of the starts, and of the probes of a density.
    pub seed: u64,
}

/// The work that goes into a spectrum: leading eigenpairs, then stochastic Lanczos quadrature of the rest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Effort {
    /// The work for the leading eigenpairs.
    pub leading: LeadingEffort,
    /// Probes of the quadrature.
    pub probes: usize,
    /// Lanczos steps of the quadrature.
    pub lanczos_steps: usize,
    /// Whether the quadratures are those of the Lanczos run of the leading pairs, so that the density takes no products.
    pub from_leading: bool,
    /// Largest residual, as a share of the gap to the rest, of a leading pair that is taken out of the density as an
    /// atom; absent where all were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub atom_fraction: Option<f64>,
    /// The error of the density asked for, as a share of the width of the spectrum without atoms; where present, `probes`
    /// and `lanczos_steps` are those begun with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub density_error: Option<f64>,
    /// Most products with one vector that the density may take then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_products: Option<usize>,
}
