//! `means/*.json`: the class means of the gradients of the logits, and how they lie to each other.

use hesscope_spectral::PermutationTest;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::record::{Origin, Record};
use crate::subject::Subject;

/// Everything that determines a record of class means up to rounding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClassMeansSettings {
    /// The network and the examples.
    pub subject: Subject,
    /// The classes whose means are taken, with the pairs among them, ascending.
    pub classes: Vec<usize>,
    /// Perplexity of t-SNE.
    pub perplexity: f64,
    /// Initial embeddings tried; the one of least divergence is kept.
    pub starts: usize,
    /// Shuffles of the labels behind each p-value.
    pub permutations: usize,
    /// Seed of the initial embeddings and of the shuffles.
    pub seed: u64,
}

/// One file of `means/`: for example i of class c and any class c', `g_ic' = J_iᵀ (e_c' - p_i)` with weight `p_ic'`; their
/// weighted means `g_cc'` over the examples of c, and `g_c` over those and all c' other than c.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ClassMeans {
    /// How it came to be.
    pub origin: Origin,
    /// What was asked for.
    pub settings: ClassMeansSettings,
    /// Number of parameters, p.
    pub dimension: usize,
    /// Number of examples, N.
    pub examples: usize,
    /// The names of all C classes, in the order of their labels.
    pub class_names: Vec<String>,
    /// The mean loss at the parameters, over the split.
    pub loss: f64,
    /// The accuracy there.
    pub accuracy: f64,
    /// The means, n of them.
    pub points: Vec<MeanPoint>,
    /// Their inner products, the lower triangle row by row, the diagonal included: n (n + 1) / 2 numbers. Distances,
    /// embeddings and scores follow from it.
    pub gram: Vec<f64>,
    /// `KL(P || Q)` of the t-SNE kept, in nats.
    pub kl_divergence: f64,
    /// The same of every start.
    pub kl_divergences: Vec<f64>,
    /// What each of the two coordinates of classical scaling explains of the squared distances.
    pub mds_shares: [f64; 2],
    /// How the exact distances, not the pictures, agree with a grouping.
    pub scores: Vec<MeanScores>,
    /// How the distances in the plane of t-SNE agree with the same groupings.
    pub tsne_scores: Vec<MeanScores>,
}

/// One mean.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MeanPoint {
    /// The class c of its examples.
    pub class: usize,
    /// The class c' that `g_cc'` points to; none of `g_c`.
    pub other: Option<usize>,
    /// Its weight: `P_cc' = Σ p_ic'`, or `P_c`, the sum over all c' other than c.
    pub weight: f64,
    /// Its Euclidean norm.
    pub norm: f64,
    /// Its place by t-SNE.
    pub tsne: [f64; 2],
    /// Its place by classical multidimensional scaling.
    pub mds: [f64; 2],
}

/// How well a grouping of some of the means agrees with their distances, beside shuffled labels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MeanScores {
    /// Which of the means.
    pub among: MeanSelection,
    /// By what they are grouped.
    pub by: MeanGrouping,
    /// Number of means.
    pub points: usize,
    /// Number of groups.
    pub groups: usize,
    /// Mean silhouette, from -1 to 1.
    pub silhouette: PermutationTest,
    /// Adjusted Rand index of the groups and as many clusters of average linkage: 1 where they are the same, 0 by chance.
    pub rand: PermutationTest,
    /// The share of nearest means that are of the same group, over [`neighbours`](Self::neighbours) of each mean.
    pub purity: PermutationTest,
    /// How many nearest means that counts: those a group has beside each mean.
    pub neighbours: usize,
}

/// Which of the means are scored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MeanSelection {
    /// All.
    All,
    /// All but the `g_cc`, which point from the other classes to their own.
    WithoutOwn,
    /// The `g_cc'` with c' other than c alone.
    CrossOnly,
}

/// By what means are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MeanGrouping {
    /// By the class c of their examples.
    Class,
    /// By the class c' that they point to.
    Other,
}

impl Record for ClassMeans {
    type Settings = ClassMeansSettings;

    const KIND: &'static str = "class means";
    const FOLDER: &'static str = "means";

    fn settings(&self) -> &ClassMeansSettings {
        &self.settings
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn stem(settings: &ClassMeansSettings) -> String {
        settings.subject.stem()
    }

    fn subjects(settings: &ClassMeansSettings) -> Vec<&Subject> {
        vec![&settings.subject]
    }
}
