//! `dynamics.json`: spectra over sample sizes and epochs.

use hesscope_spectral::{Bounded, Outliers};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::findings::Finding;
use crate::measure::Measure;
use crate::record::{Origin, Record};
use crate::split::Split;
use crate::subject::Subject;
use crate::terms::Terms;

/// Everything that determines the dynamics up to rounding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DynamicsSettings {
    /// The version of the rules by which findings are judged.
    pub rules: u32,
    /// The data set.
    pub dataset: String,
    /// The network.
    pub network: String,
    /// The split the loss is the mean over.
    pub split: Split,
    /// Examples of each class as they were asked for, ascending, each with the hash of its run's training.
    pub sizes: Vec<(String, String)>,
    /// The epochs, ascending.
    pub epochs: Vec<usize>,
    /// The operators, in the order asked for.
    pub operators: Vec<Terms>,
    /// Least factor between the last outlier and the bulk for them to be apart, error bars included.
    pub least_separation: f64,
}

/// `dynamics.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Dynamics {
    /// How it came to be.
    pub origin: Origin,
    /// What was asked for.
    pub settings: DynamicsSettings,
    /// Number of parameters, p.
    pub dimension: usize,
    /// Number of classes, C.
    pub classes: usize,
    /// Every sample size at every epoch: sizes ascending, epochs within them.
    pub cells: Vec<DynamicsCell>,
    /// Where outliers come to stand apart, for each operator along each row and column of the grid.
    pub transitions: Vec<Transition>,
    /// The findings of the papers that the grid can show, judged by rules that were fixed before.
    pub findings: Vec<Finding>,
}

/// One sample size at one epoch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DynamicsCell {
    /// Examples of each class, as asked for.
    pub size: String,
    /// Training examples, all classes together.
    pub training_examples: usize,
    /// Number of examples the loss is the mean over, N.
    pub examples: usize,
    /// The epoch.
    pub epoch: usize,
    /// The run's folder, relative to that of the dynamics.
    pub run: String,
    /// The mean loss over the split, in nats.
    pub loss: f64,
    /// The accuracy there, from 0 to 1.
    pub accuracy: f64,
    /// The operators, in the order of the settings.
    pub spectra: Vec<DynamicsSpectrum>,
    /// What G and H have in the upper tail of the bulk of Hess; none where one of the three was not analysed or the bulk has
    /// no tail.
    pub tail: Option<TailShare>,
    /// Where A1, B1 and B2 lie to each other; none where B2 was not analysed or a part has no eigenvalue but zero.
    pub structure: Option<Structure>,
}

/// The upper tail of the bulk of Hess, and how many eigenvalues G and H have there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TailShare {
    /// Lower end: the geometric mean of the bulk's root mean square and its edge, the largest eigenvalue below the upper end.
    pub from: f64,
    /// Upper end: the value between bulk and outliers, or the C-th leading eigenvalue where no outliers are counted.
    pub to: f64,
    /// Eigenvalues of Hess in it.
    pub hess: Bounded,
    /// Of G.
    pub g: Bounded,
    /// Of H.
    pub h: Bounded,
    /// The number of G over the sum of those of G and H.
    pub share_of_g: Measure,
}

/// Where the parts of G lie to each other. A1 and B1 are exact, from the Gram matrix of the class means.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Structure {
    /// Eigenvalues of B1 but zero.
    pub b1_count: usize,
    /// Their median.
    pub b1_median: f64,
    /// The modulus below which an eigenvalue of B2 is not told from zero.
    pub b2_floor: f64,
    /// The median of the eigenvalues of B2 above it.
    pub b2_median: Measure,
    /// `log10` of the ratio of the medians of B1 and B2; none where that of B2 may be anywhere above the floor.
    pub b1_over_b2: Option<Measure>,
    /// The eigenvalue C - 1 of A1 of C classes with examples.
    pub a1_least: f64,
    /// The largest eigenvalue of B2.
    pub b2_largest: Measure,
    /// `log10` of the ratio of these two; none where that of B2 may be zero.
    pub a1_over_b2: Option<Measure>,
}

/// One operator of a cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DynamicsSpectrum {
    /// The operator.
    pub operator: Terms,
    /// The file of its analysis, relative to the run's folder.
    pub analysis: String,
    /// The largest eigenvalue and its residual; none where no leading one lies above zero.
    pub largest: Option<Measure>,
    /// Where the bulk ends above zero, with the error of the edge of a continuous law; none where outliers are not counted.
    pub edge: Option<Measure>,
    /// The factor between the last outlier and the bulk's edge; none where there are no outliers.
    pub separation: Option<Measure>,
    /// The outliers at both ends.
    pub outliers: Outliers,
    /// Whether outliers stand apart above zero; none where that is not decided.
    pub apart: Option<bool>,
}

/// What changes along a row or a column of the grid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Transition {
    /// The operator.
    pub operator: Terms,
    /// Along what.
    pub along: Along,
    /// What is held: the sample size of a row, the epoch of a column.
    pub at: String,
    /// What is found.
    pub outcome: TransitionOutcome,
}

/// Along what a transition is sought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Along {
    /// Epochs, at one sample size.
    Epochs,
    /// Sample sizes, at one epoch.
    Sizes,
}

/// Where outliers come to stand apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TransitionOutcome {
    /// No place is decided.
    Undecided,
    /// At no place that is decided.
    Never,
    /// At every place that is decided.
    Throughout,
    /// From one place on.
    Appears(Between),
    /// Up to one place.
    Disappears(Between),
    /// It changes more than once.
    OnAndOff,
}

/// The places between which a change lies: neighbours on the grid, but for undecided ones between them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Between {
    /// The last decided place before it.
    pub after: String,
    /// The first decided place behind it.
    pub by: String,
    /// Whether the neighbours agree: at least two decided places on each side of it.
    pub agreed: bool,
}

impl Record for Dynamics {
    type Settings = DynamicsSettings;

    const KIND: &'static str = "dynamics";
    const FOLDER: &'static str = "";

    fn settings(&self) -> &DynamicsSettings {
        &self.settings
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn stem(_: &DynamicsSettings) -> String {
        "dynamics".into()
    }

    /// Its runs are named by their settings, each in a folder of its own.
    fn subjects(_: &DynamicsSettings) -> Vec<&Subject> {
        Vec::new()
    }
}
