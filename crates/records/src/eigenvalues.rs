//! `eigenvalues/*.json`: the leading eigenvalues of one operator at one epoch over one split, without its spectrum.

use hesscope_spectral::Extreme;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::record::{Origin, Record};
use crate::subject::Subject;
use crate::terms::Terms;

/// Everything that determines leading eigenvalues up to rounding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EigenvalueSettings {
    /// The operator.
    pub operator: Terms,
    /// The network and the examples.
    pub subject: Subject,
    /// Which eigenvalues are wanted.
    pub which: Extreme,
    /// How many.
    pub pairs: usize,
    /// Vectors that thick-restart Lanczos holds between restarts.
    pub window: usize,
    /// A pair has converged when its residual is at most this share of `norm`.
    pub tolerance: f64,
    /// Most products with one vector, those for the residuals included.
    pub max_products: usize,
    /// Rounds from a fresh random vector, once all pairs have converged, that look for eigenvalues that one start cannot
    /// see, such as copies of a repeated one.
    pub check_rounds: usize,
    /// Seed of the random vectors.
    pub seed: u64,
}

impl EigenvalueSettings {
    /// Which eigenvalues, in words, as in `largest eigenvalues`.
    pub fn words(&self) -> &'static str {
        match self.which {
            Extreme::LargestMagnitude => "eigenvalues of largest modulus",
            Extreme::LargestAlgebraic => "largest eigenvalues",
            Extreme::SmallestAlgebraic => "smallest eigenvalues",
        }
    }
}

/// One file of `eigenvalues/`: the leading eigenvalues of one operator at one epoch over one split, by thick-restart
/// Lanczos.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Eigenvalues {
    /// How they came to be.
    pub origin: Origin,
    /// What was asked for.
    pub settings: EigenvalueSettings,
    /// Number of parameters, p, which is that of all eigenvalues.
    pub dimension: usize,
    /// Number of examples, N.
    pub examples: usize,
    /// The eigenvalues, those wanted first.
    pub values: Vec<f64>,
    /// The norms |A q - θ q| for unit vectors q: an eigenvalue of the operator lies within its residual of each value.
    pub residuals: Vec<f64>,
    /// Whether each residual is at most the tolerance times `norm`.
    pub converged: Vec<bool>,
    /// The largest |A v| of a unit vector v that was met: a lower bound of the largest modulus of an eigenvalue.
    pub norm: f64,
    /// Products with one vector that were formed, over all processes that had a part in it.
    pub products: usize,
}

impl Eigenvalues {
    /// The largest residual of a pair that has converged.
    pub fn threshold(&self) -> f64 {
        self.settings.tolerance * self.norm
    }

    /// How many pairs have not converged.
    pub fn unconverged(&self) -> usize {
        self.converged.iter().filter(|&&done| !done).count()
    }
}

impl Record for Eigenvalues {
    type Settings = EigenvalueSettings;

    const KIND: &'static str = "eigenvalues";
    const FOLDER: &'static str = "eigenvalues";

    fn settings(&self) -> &EigenvalueSettings {
        &self.settings
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn stem(settings: &EigenvalueSettings) -> String {
        format!(
            "{}-{}",
            settings.operator.file_stem(),
            settings.subject.stem()
        )
    }

    fn subjects(settings: &EigenvalueSettings) -> Vec<&Subject> {
        vec![&settings.subject]
    }
}
