//! `findings/*.json`: which part of the Hessian each feature of its spectrum belongs to.

use hesscope_spectral::{Bounded, EnergySplit, IntervalCount, LawAnalysis, Outliers};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
    /// Seed of these.
    pub seed: u64,
}

/// One file of `findings/`: every finding of the papers, judged on one network.
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
}

/// What the rules read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// Number of parameters, p.
    pub dimension: usize,
    /// Number of examples, N.
    pub examples: usize,
    /// Number of classes, C.
    pub classes: usize,
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
    /// The outlier space of Hess, and that of G of the same dimension.
    pub hess_and_g: SpacePair,
    /// The outlier space of G, and the leading eigenspace of A1, which is exact.
    pub g_and_a1: SpacePair,
    /// G without one of its parts, each in turn: A1, A2, B1, B2.
    pub knock_outs: Vec<KnockOut>,
    /// The energy of the bulk, the outlier space of Hess projected out: G first, H second.
    pub energy: EnergySplit,
    /// What lies below zero.
    pub negative: Negative,
    /// What lies in the upper tail of the bulk of Hess; none where its edge is not known.
    pub tail: Option<Tail>,
    /// B1 and B2 beside each other; none where B1 has no eigenvalue but zero.
    pub bulks: Option<Bulks>,
    /// The laws of H's bulk, on each side of zero that has enough of it.
    pub laws: Vec<LawAnalysis>,
}

/// The leading eigenvalues of an operator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeadingEigenvalues {
    /// Its name.
    pub operator: Terms,
    /// The eigenvalues, largest modulus first: as many as were asked for, none missing among them.
    pub values: Vec<f64>,
    /// Their residual norms; zero where they are exact.
    pub residuals: Vec<f64>,
    /// Whether these are all eigenvalues but zero.
    pub all: bool,
    /// The largest Ritz value behind them, if above zero: no more than the next eigenvalue.
    pub next: Option<f64>,
    /// Its outliers; none where the eigenvalues are exact and were not counted.
    pub outliers: Option<Outliers>,
    /// The least eigenvalue found.
    pub least: f64,
    /// Its error bar.
    pub least_error: f64,
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

/// G without one of its parts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct KnockOut {
    /// The part taken out.
    pub part: String,
    /// What is left.
    pub left: LeadingEigenvalues,
}

/// Eigenvalues below zero.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Negative {
    /// The modulus below which an eigenvalue is not told from zero.
    pub floor: f64,
    /// Eigenvalues of Hess at or below minus the floor.
    pub hess: Bounded,
    /// Those of H.
    pub h: Bounded,
    /// `sum lambda^2` of the negative eigenvalues of Hess.
    pub hess_energy: hesscope_spectral::Estimate,
    /// Of H.
    pub h_energy: hesscope_spectral::Estimate,
}

/// The upper tail of the bulk of Hess, and what G and H have there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Tail {
    /// Lower end: the geometric mean of the bulk's root mean square and its upper edge.
    pub from: f64,
    /// Upper end: the value between the bulk and the outliers.
    pub to: f64,
    /// Eigenvalues of Hess in it.
    pub hess: IntervalCount,
    /// Of G.
    pub g: IntervalCount,
    /// Of H.
    pub h: IntervalCount,
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
    /// The median of the eigenvalues of B2 above the floor, least and largest over the probes.
    pub b2_median: [f64; 2],
    /// Eigenvalues of B2 at or above the median of B1.
    pub b2_above: IntervalCount,
    /// Eigenvalues of G in the middle half of B1, between its quartiles.
    pub g_middle: IntervalCount,
    /// Eigenvalues of G without B1 there.
    pub g_without_b1_middle: IntervalCount,
    /// The Wasserstein distance of order 1 between the eigenvalues of B1 and those of B2 above the floor, in decades of
    /// their logarithms.
    pub decades_apart: f64,
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

/// One finding of the papers, judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// A short name, the same in every version.
    pub id: String,
    /// The finding, as a sentence.
    pub claim: String,
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

/// A quantity with its error bar, held against a bound.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Condition {
    /// The quantity.
    pub number: Number,
    /// The way it is held against the bound.
    pub relation: Relation,
    /// The bound.
    pub bound: f64,
    /// Whether it holds for all, `true`, or none, `false`, of the error bar; none where neither.
    pub holds: Option<bool>,
}

/// How a quantity is held against a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// At least the bound.
    AtLeast,
    /// At most the bound.
    AtMost,
}

/// A quantity with its error bar.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Number {
    /// What it is.
    pub what: String,
    /// Its value.
    pub value: f64,
    /// Lower end of its error bar; none where nothing bounds it.
    pub lower: Option<f64>,
    /// Upper end; none where nothing bounds it.
    pub upper: Option<f64>,
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
