//! `findings/*.json`: the findings of the papers, judged on one network.

use hesscope_spectral::{Bounded, EnergySplit, IntervalCount, LogTrend, Outliers};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::class_means::MeanScores;
use crate::condition::{Condition, Number};
use crate::measure::Measure;
use crate::overlaps::{OverlapRecord, SpaceRecord};
use crate::record::{Origin, Record};
use crate::subject::Subject;
use crate::terms::Terms;

/// Everything that determines the findings up to rounding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FindingsSettings {
    /// The version of the rules by which findings are judged.
    pub rules: u32,
    /// The network and the examples.
    pub subject: Subject,
    /// The operators analysed, each with the key of its analysis.
    pub analyses: Vec<(Terms, String)>,
    /// Probes of the energies.
    pub energy_probes: usize,
    /// Probes and Lanczos steps of the density of H whose law is judged.
    pub law: LawEffort,
    /// Seed of all probes.
    pub seed: u64,
}

/// How much work goes into the density of H whose law is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LawEffort {
    /// Random probes.
    pub probes: usize,
    /// Lanczos steps of each.
    pub steps: usize,
}

/// One file of `findings/`: the findings of the papers that one network can show, judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Findings {
    /// How it came to be.
    pub origin: Origin,
    /// What was asked for.
    pub settings: FindingsSettings,
    /// What was measured.
    pub evidence: Evidence,
    /// What follows from it, by rules that were fixed before.
    pub findings: Vec<Finding>,
    /// What to know of all of them, in sentences.
    pub notes: Vec<String>,
}

/// What the rules read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// Number of parameters, p.
    pub dimension: usize,
    /// Number of examples, N.
    pub examples: usize,
    /// Number of classes of the network.
    pub classes: usize,
    /// Number of classes that have examples in the split: the C of the rules.
    pub classes_with_examples: usize,
    /// The mean loss over the split, in nats.
    pub loss: f64,
    /// The accuracy there, from 0 to 1.
    pub accuracy: f64,
    /// Hess.
    pub hess: LeadingEigenvalues,
    /// G.
    pub g: LeadingEigenvalues,
    /// H.
    pub h: LeadingEigenvalues,
    /// G without A1.
    pub g_without_a1: LeadingEigenvalues,
    /// All eigenvalues of A1 but zero, largest first: exact, from the Gram matrix of the `g_c`.
    pub a1: Vec<f64>,
    /// Those of A2, from that of the `g_cc`.
    pub a2: Vec<f64>,
    /// The outlier space of Hess, and that of G of the same dimension.
    pub hess_and_g: SpacePair,
    /// The outlier space of G, and the range of A1, which is exact.
    pub g_and_a1: SpacePair,
    /// The energy of the bulk, the outlier space of Hess projected out: G first, H second.
    pub energy: EnergySplit,
    /// The number of eigenvalues in the bulk.
    pub bulk: BulkNumbers,
    /// B1 and B2 beside each other; none where B1 has no eigenvalue but zero, or has too many class means.
    pub bulks: Option<Bulks>,
    /// H against a power law and semicircles, above and below zero.
    pub log_laws: Vec<LogTrend>,
    /// How the class means group; none with fewer than three classes that have examples.
    pub levels: Option<Levels>,
}

/// The leading eigenvalues of an operator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeadingEigenvalues {
    /// Its name.
    pub operator: Terms,
    /// The eigenvalues, largest modulus first: as many as were asked for, none missing among them.
    pub values: Vec<f64>,
    /// Their residual norms.
    pub residuals: Vec<f64>,
    /// The largest Ritz value behind them, if above zero: no more than the next eigenvalue.
    pub next: Option<f64>,
    /// Its outliers.
    pub outliers: Outliers,
}

/// Two subspaces of parameter space.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SpacePair {
    /// The first.
    pub first: SpaceRecord,
    /// The second.
    pub second: SpaceRecord,
    /// How they lie to each other.
    pub overlap: OverlapRecord,
}

/// How many eigenvalues lie in the bulk of Hess, of Hess and of its two parts: from the floor to the upper end, and at or
/// below minus the floor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BulkNumbers {
    /// The modulus below which an eigenvalue is not told from zero.
    pub floor: f64,
    /// The upper end: the value between bulk and outliers, or the C-th leading eigenvalue where no outliers are counted; that of
    /// the spectrum where fewer lie above zero.
    pub to: f64,
    /// Of Hess.
    pub hess: Bounded,
    /// Of G, which has none below zero.
    pub g: Bounded,
    /// Of H.
    pub h: Bounded,
    /// Of Hess below zero alone.
    pub hess_negative: Bounded,
    /// Of H below zero alone.
    pub h_negative: Bounded,
}

/// How the class means `g_c` and `g_cc'` group, by their exact distances and in the plane of t-SNE.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Levels {
    /// Classes whose means were taken.
    pub classes: usize,
    /// The scores of their distances.
    pub distances: Vec<MeanScores>,
    /// Those of their places by t-SNE.
    pub tsne: Vec<MeanScores>,
}

/// The two bulks of G.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Bulks {
    /// All eigenvalues of B1 but zero, the largest first: exact.
    pub b1: Vec<f64>,
    /// Lower quartile, median and upper quartile of these.
    pub b1_quartiles: [f64; 3],
    /// The modulus below which an eigenvalue of B2 is not told from zero.
    pub floor: f64,
    /// The median of the eigenvalues of B2 above the floor, within the 95% intervals of their numbers.
    pub b2_median: Measure,
    /// Eigenvalues of B2 at or above the median of B1.
    pub b2_above: IntervalCount,
    /// Eigenvalues of B1 between its quartiles.
    pub b1_middle: usize,
    /// Eigenvalues of G there.
    pub g_middle: IntervalCount,
    /// Eigenvalues of G without B1 there.
    pub g_without_b1_middle: IntervalCount,
}

/// What the rule says of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingVerdict {
    /// Every condition holds, error bars included.
    Confirmed,
    /// At least one condition fails, error bars included.
    NotConfirmed,
    /// Neither: an error bar reaches over a bound, or something the rule needs is not known.
    Undecided,
}

impl std::fmt::Display for FindingVerdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            FindingVerdict::Confirmed => "confirmed",
            FindingVerdict::NotConfirmed => "not confirmed",
            FindingVerdict::Undecided => "undecided",
        })
    }
}

/// One finding of the paper, judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// A short name, the same in every version.
    pub id: String,
    /// The finding, as a sentence.
    pub claim: String,
    /// Where the paper has it: section, paragraph and figure.
    pub paper: String,
    /// The rule, in words, its bounds included.
    pub rule: String,
    /// What it says.
    pub verdict: FindingVerdict,
    /// Why, in a sentence.
    pub reason: String,
    /// The conditions of the rule.
    pub conditions: Vec<Condition>,
    /// Other numbers that go with it, which decide nothing.
    pub beside: Vec<Number>,
}

impl Record for Findings {
    type Settings = FindingsSettings;

    const KIND: &'static str = "findings";
    const FOLDER: &'static str = "findings";

    fn settings(&self) -> &FindingsSettings {
        &self.settings
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn stem(settings: &FindingsSettings) -> String {
        settings.subject.stem()
    }

    fn subjects(settings: &FindingsSettings) -> Vec<&Subject> {
        vec![&settings.subject]
    }
}
