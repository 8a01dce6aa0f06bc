//! The schema of `overlaps/*.json`: how the subspaces of a network lie to each other.

use hesscope_spectral::PrincipalAngles;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Everything that determines the overlaps up to rounding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OverlapSettings {
    /// The operators whose outlier spaces are compared, as in [`AnalysisSettings`](super::AnalysisSettings).
    pub operators: Vec<String>,
    /// The split the loss is the mean over: `train` or `test`.
    pub split: String,
    /// The epochs, ascending, each with the SHA-256 of its checkpoint file.
    pub checkpoints: Vec<(usize, String)>,
    /// SHA-256 of the images and labels of the split.
    pub data_sha256: String,
    /// `f32` or `f64`.
    pub precision: String,
    /// Dimension of every outlier space; where absent, the number of outliers counted, or C where none are.
    pub pairs: Option<usize>,
    /// Leading eigenpairs found of operators that are iterated.
    pub top: usize,
    /// Lanczos steps before the subspace iteration.
    pub range_steps: usize,
    /// Reorthogonalisation of the Lanczos vectors: `none`, `selective` or `full`.
    pub reorthogonalisation: String,
    /// Most iterations of the subspace iteration.
    pub subspace_iterations: usize,
    /// Relative residual at which an eigenpair is taken as converged.
    pub subspace_tolerance: f64,
    /// Seed of the starts.
    pub seed: u64,
}

/// One file of `overlaps/`: subspaces of parameter space at some epochs, and the angles between them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Overlaps {
    /// [`SCHEMA_VERSION`](super::SCHEMA_VERSION).
    #[schemars(extend("const" = super::SCHEMA_VERSION))]
    pub schema: u32,
    /// What was asked for.
    pub settings: OverlapSettings,
    /// SHA-256 of the settings as JSON.
    pub key: String,
    /// Version of hesscope.
    pub version: String,
    /// The device, in words.
    pub device: String,
    /// Number of parameters, p.
    pub dimension: usize,
    /// Number of classes, C.
    pub classes: usize,
    /// The subspaces of each epoch and how they lie to each other, in the order of the epochs.
    pub epochs: Vec<EpochOverlaps>,
    /// Each operator's space at an epoch beside that of the next epoch and that of the last.
    pub along: Vec<AlongOverlap>,
    /// Wall-clock seconds it took.
    pub seconds: f64,
}

/// The subspaces of one epoch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EpochOverlaps {
    /// The epoch.
    pub epoch: usize,
    /// The subspaces.
    pub spaces: Vec<SpaceRecord>,
    /// Every pair of them.
    pub pairs: Vec<OverlapRecord>,
}

/// A subspace of parameter space.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SpaceRecord {
    /// An operator's name, `g_c`, `g_cc'` or `gradient`.
    pub name: String,
    /// Its dimension.
    pub dimension: usize,
    /// The eigenvalues of an operator's space, largest modulus first; none of others.
    pub eigenvalues: Vec<f64>,
    /// Their residual norms.
    pub residuals: Vec<f64>,
    /// Whether the dimension is the number of outliers that the rule counted.
    pub counted: bool,
    /// The most that an overlap with this space, times the smaller dimension, can be off because the eigenvectors are
    /// approximate: `sqrt k ||R||_F / gap`.
    pub rotation: f64,
}

/// Two subspaces of one epoch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OverlapRecord {
    /// The first, by name.
    pub first: String,
    /// The second.
    pub second: String,
    /// The principal angles between them.
    pub angles: PrincipalAngles,
    /// The mean squared cosine.
    pub overlap: f64,
    /// The most it can be off because eigenvectors are approximate.
    pub error: f64,
    /// What it would be on average were one of the two drawn at random.
    pub chance: f64,
}

/// The space of one operator at two epochs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AlongOverlap {
    /// The operator.
    pub name: String,
    /// The earlier epoch.
    pub from: usize,
    /// The later epoch.
    pub to: usize,
    /// How they lie; both names are the operator's.
    pub overlap: OverlapRecord,
}
