//! `overlaps/*.json`: how the subspaces of a network lie to each other.

use hesscope_spectral::PrincipalAngles;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::effort::LeadingEffort;
use crate::record::{Origin, Record};
use crate::subject::Subject;
use crate::terms::Terms;

/// Everything that determines the overlaps up to rounding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OverlapSettings {
    /// The operators whose outlier spaces are compared.
    pub operators: Vec<Terms>,
    /// The network at each epoch, ascending, over one split.
    pub subjects: Vec<Subject>,
    /// Dimension of every outlier space; where absent, the number of outliers counted, or C where none are.
    pub pairs: Option<usize>,
    /// How much work goes into the leading eigenpairs of operators that are iterated.
    pub leading: LeadingEffort,
}

/// One file of `overlaps/`: subspaces of parameter space at some epochs, and the angles between them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Overlaps {
    /// How it came to be.
    pub origin: Origin,
    /// What was asked for.
    pub settings: OverlapSettings,
    /// Number of parameters, p.
    pub dimension: usize,
    /// Number of classes, C.
    pub classes: usize,
    /// The subspaces of each epoch and how they lie to each other, in the order of the epochs.
    pub epochs: Vec<EpochOverlaps>,
    /// Each operator's space at an epoch beside that of the next epoch and that of the last.
    pub along: Vec<AlongOverlap>,
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

impl EpochOverlaps {
    /// How two of its spaces lie to each other, by their names.
    pub fn pair(&self, first: &str, second: &str) -> Option<&OverlapRecord> {
        let mut pairs = self.pairs.iter();
        pairs.find(|pair| pair.first == first && pair.second == second)
    }
}

impl Record for Overlaps {
    type Settings = OverlapSettings;

    const KIND: &'static str = "overlaps";
    const FOLDER: &'static str = "overlaps";

    fn settings(&self) -> &OverlapSettings {
        &self.settings
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn stem(settings: &OverlapSettings) -> String {
        let split = settings
            .subjects
            .first()
            .map_or("none", |subject| subject.split.name());
        split.to_owned()
    }

    fn subjects(settings: &OverlapSettings) -> Vec<&Subject> {
        settings.subjects.iter().collect()
    }
}
