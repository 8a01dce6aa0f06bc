//! `figure-spectra.json` and `figure-class-means.json`: the numbers behind the figures of the papers.

use hesscope_spectral::{Bounded, Outliers};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::class_means::ClassMeans;
use crate::spectrum::TopEigenvalues;
use crate::split::Split;

/// `figure-spectra.json`: everything that the figure of training and test spectra shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SpectraRecord {
    /// [`SCHEMA_VERSION`](crate::SCHEMA_VERSION).
    pub schema: u32,
    /// Version of hesscope.
    pub version: String,
    /// The caption.
    pub caption: String,
    /// The columns of the figure, a run each.
    pub columns: Vec<SpectraColumnRecord>,
}

/// One run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SpectraColumnRecord {
    /// The data set.
    pub dataset: String,
    /// The network.
    pub network: String,
    /// The run's folder, as it was given or made.
    pub run: String,
    /// Number of parameters, p.
    pub parameters: usize,
    /// Number of classes, C.
    pub classes: usize,
    /// The spectra over the splits.
    pub panels: Vec<SpectraPanelRecord>,
}

/// The spectrum of the Hessian over one split.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SpectraPanelRecord {
    /// The split the loss is the mean over.
    pub split: Split,
    /// The epoch of the checkpoint.
    pub epoch: usize,
    /// Number of examples, N.
    pub examples: usize,
    /// The mean loss over the split, in nats.
    pub loss: f64,
    /// The accuracy there, from 0 to 1.
    pub accuracy: f64,
    /// The key of the analysis in the run's folder.
    pub analysis: String,
    /// The outliers by the rule, with its evidence.
    pub outliers: Outliers,
    /// The count above zero less C; none where it is undecided.
    pub above_less_classes: Option<i64>,
    /// The leading eigenvalues.
    pub leading: TopEigenvalues,
    /// Share of eigenvalues nearer to zero than the curves go, with its 95% interval.
    pub near_zero: Bounded,
    /// The density below zero.
    pub negative: DecadeCurve,
    /// The density above zero.
    pub positive: DecadeCurve,
}

/// Eigenvalues per decade of their modulus, broadened, on one side of zero; all lists are of one length.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DecadeCurve {
    /// log10 of the modulus.
    pub log10_modulus: Vec<f64>,
    /// Eigenvalues per decade, the mean over the probes; where `unresolved` is true it shows where Ritz values happen to lie.
    pub mean: Vec<f64>,
    /// The lower end of the 95% band for the exact spectrum, broadened alike; none where the density is exact.
    pub lower: Option<Vec<f64>>,
    /// Its upper end.
    pub upper: Option<Vec<f64>>,
    /// Whether the band is too wide for the mean to say anything.
    pub unresolved: Vec<bool>,
}

/// `figure-class-means.json`: everything that the figure of class means shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MeansFigureRecord {
    /// [`SCHEMA_VERSION`](crate::SCHEMA_VERSION).
    pub schema: u32,
    /// Version of hesscope.
    pub version: String,
    /// The caption.
    pub caption: String,
    /// The panels, a run each.
    pub panels: Vec<MeansPanelRecord>,
}

/// One run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MeansPanelRecord {
    /// The data set.
    pub dataset: String,
    /// The network.
    pub network: String,
    /// The run's folder, as it was given or made.
    pub run: String,
    /// Its class means.
    pub means: ClassMeans,
}
