//! The schema of `analysis/*.json` and `metrics.jsonl`, versioned.

mod attribution;
mod document;
mod dynamics;
mod means;
mod overlaps;
mod spectra;
mod sweep;

pub use attribution::{
    Attribution, AttributionSettings, Bulks, Condition, Finding, FindingVerdict, KnockOut, Leading,
    Measured, Negative, Number, Relation, SpacePair, Tail,
};
pub use document::Document;
pub use dynamics::{
    Along, Between, Dynamics, DynamicsCell, DynamicsSettings, DynamicsSpectrum, Measure,
    Transition, TransitionOutcome,
};
pub use means::{
    ClassMeansRecord, ClassMeansSettings, MeanGrouping, MeanPoint, MeanScores, MeanSelection,
    MeansFigureRecord, MeansPanelRecord,
};
pub use overlaps::{
    AlongOverlap, EpochOverlaps, OverlapRecord, OverlapSettings, Overlaps, SpaceRecord,
};
pub use spectra::{DecadeCurve, SpectraColumnRecord, SpectraPanelRecord, SpectraRecord};
pub use sweep::SweepRow;

use hesscope_spectral::{
    Assessment, AutomaticOutcome, LawAnalysis, Outliers, SpectralDensity, SpectralRange,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The version of the schema these types describe; a file of another version is not read.
pub const SCHEMA_VERSION: u32 = 1;

/// One line of `metrics.jsonl`: what was measured after an epoch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EpochRecord {
    /// The epoch, counted from 1; 0 is the untrained network.
    pub epoch: usize,
    /// The learning rate it used; none at epoch 0.
    pub learning_rate: Option<f64>,
    /// Mean loss of the mini-batches as they were trained on; none at epoch 0.
    pub running_loss: Option<f64>,
    /// The training split, evaluated after the epoch; none where it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub train: Option<SplitRecord>,
    /// The test split, evaluated after the epoch; none where it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<SplitRecord>,
}

impl EpochRecord {
    /// Both splits, if they were evaluated.
    pub fn evaluated(&self) -> Option<(SplitRecord, SplitRecord)> {
        self.train.zip(self.test)
    }
}

/// Loss and accuracy over one split.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SplitRecord {
    /// Mean cross-entropy, in nats.
    pub loss: f64,
    /// Share of examples answered correctly, from 0 to 1.
    pub accuracy: f64,
    /// Share of examples whose class is among the five of the largest logits, from 0 to 1; only of many classes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top5_accuracy: Option<f64>,
}

/// What a search for the learning rate found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SearchRecord {
    /// Epochs of each training of the search.
    pub epochs: usize,
    /// Epochs of the run.
    pub full_epochs: usize,
    /// The rate of the run.
    pub best: f64,
    /// The trainings, by ascending rate.
    pub trials: Vec<TrialRecord>,
}

/// One training of a search.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TrialRecord {
    /// The initial learning rate.
    pub learning_rate: f64,
    /// The training split after the last epoch; none where the training diverged.
    pub train: Option<SplitRecord>,
    /// The test split after the last epoch.
    pub test: Option<SplitRecord>,
    /// The epoch in which the loss stopped being finite, where it did.
    pub diverged_in: Option<usize>,
}

/// Everything that determines an analysis up to rounding: equal settings, equal result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnalysisSettings {
    /// The operator: `hess`, `g`, `h`, `a1`, `a2`, `b1`, `b2`, or a sum such as `a1+a2`.
    pub operator: String,
    /// The split the loss is the mean over: `train` or `test`.
    pub split: String,
    /// The epoch of the checkpoint.
    pub epoch: usize,
    /// SHA-256 of the checkpoint file.
    pub checkpoint_sha256: String,
    /// SHA-256 of the images and labels of the split.
    pub data_sha256: String,
    /// `f32` or `f64`.
    pub precision: String,
    /// Probes of the quadrature.
    pub probes: usize,
    /// Lanczos steps of the quadrature.
    pub lanczos_steps: usize,
    /// Lanczos steps of the range.
    pub range_steps: usize,
    /// Reorthogonalisation of the Lanczos vectors: `none`, `selective` or `full`.
    pub reorthogonalisation: String,
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
    /// [`SCHEMA_VERSION`].
    #[schemars(extend("const" = SCHEMA_VERSION))]
    pub schema: u32,
    /// What was asked for.
    pub settings: AnalysisSettings,
    /// SHA-256 of the settings as JSON: the name under which the analysis is found again.
    pub key: String,
    /// Version of hesscope.
    pub version: String,
    /// The device, in words.
    pub device: String,
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
    /// Wall-clock seconds it took.
    pub seconds: f64,
}
