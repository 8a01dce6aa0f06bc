//! `analysis/*.json`: the spectrum of one operator at one epoch over one split.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::effort::Effort;
use crate::record::{Origin, Record};
use crate::spectrum::Spectrum;
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
    /// How much work goes into the estimates.
    pub effort: Effort,
}

/// One file of `analysis/`: the spectrum of one operator at one epoch over one split.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Analysis {
    /// How it came to be.
    pub origin: Origin,
    /// What was asked for.
    pub settings: AnalysisSettings,
    /// Number of examples, N.
    pub examples: usize,
    /// Number of classes, C.
    pub classes: usize,
    /// The mean loss at the parameters, over the split.
    pub loss: f64,
    /// The accuracy there.
    pub accuracy: f64,
    /// The spectrum of the operator.
    pub spectrum: Spectrum,
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
