//! `dynamics.json`: spectra over sample sizes and epochs.

use hesscope_spectral::Outliers;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::record::{Origin, Record};
use crate::split::Split;
use crate::subject::Subject;
use crate::terms::Terms;

/// Everything that determines the dynamics up to rounding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DynamicsSettings {
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

/// A value with the ends of its error bar.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Measure {
    /// The value.
    pub value: f64,
    /// Lower end.
    pub lower: f64,
    /// Upper end; none where nothing bounds it.
    pub upper: Option<f64>,
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
