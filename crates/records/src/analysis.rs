//! `analysis/*.json`: the spectrum of one operator at one epoch over one split.

use hesscope_spectral::{
    Assessment, AutomaticOutcome, LawAnalysis, Outliers, Reorthogonalisation, SpectralDensity,
    SpectralRange,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::record::{Origin, Record};
use crate::subject::Subject;
use crate::terms::Terms;

/// Everything that determines an analysis up to rounding: equal settings, equal result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnalysisSettings {
    /// The operator: `hess`, `g`, `h`, `a1`, `a2`, `b1`, `b2`, or a sum such as `a1+a2`.
    pub operator: Terms,
    /// The network and the examples.
    pub subject: Subject,
    /// Probes of the quadrature.
    pub probes: usize,
    /// Lanczos steps of the quadrature.
    pub lanczos_steps: usize,
    /// Lanczos steps of the range.
    pub range_steps: usize,
    /// Reorthogonalisation of the Lanczos vectors: `none`, `selective` or `full`.
    #[schemars(with = "String")]
    pub reorthogonalisation: Reorthogonalisation,
    /// Leading eigenpairs asked for.
    pub top: usize,
    /// Most iterations of the subspace iteration.
    pub subspace_iterations: usize,
    /// Relative residual at which an eigenpair is taken as converged.
    pub subspace_tolerance: f64,
    /// Seed of the probes and starts.
    pub seed: u64,
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

/// How a density whose error was asked for came out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AutomaticRecord {
    /// Whether the error was met, and if not, why.
    pub outcome: AutomaticOutcome,
    /// The errors on the way, probes and steps with them; the last is that of the density.
    pub assessments: Vec<Assessment>,
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

/// One file of `analysis/`: the spectrum of one operator at one epoch over one split.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Analysis {
    /// How it came to be.
    pub origin: Origin,
    /// What was asked for.
    pub settings: AnalysisSettings,
    /// Number of parameters, p.
    pub dimension: usize,
    /// Number of examples, N.
    pub examples: usize,
    /// Number of classes, C.
    pub classes: usize,
    /// The mean loss at the parameters, over the split.
    pub loss: f64,
    /// The accuracy there.
    pub accuracy: f64,
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

impl Record for Analysis {
    type Settings = AnalysisSettings;

    const KIND: &'static str = "analysis";
    const FOLDER: &'static str = "analysis";

    fn settings(&self) -> &AnalysisSettings {
        &self.settings
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn stem(settings: &AnalysisSettings) -> String {
        format!(
            "{}-{}",
            settings.operator.file_stem(),
            settings.subject.stem()
        )
    }

    fn subjects(settings: &AnalysisSettings) -> Vec<&Subject> {
        vec![&settings.subject]
    }
}
