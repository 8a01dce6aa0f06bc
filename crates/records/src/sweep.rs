//! `sweep.csv` and `sweep.parquet`: a row for every analysis of every run.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One analysis of one run of a sweep, flat, as in the table's CSV and Parquet.
///
/// Nothing in it depends on when, where or in how many pieces the sweep was run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SweepRow {
    /// The run's folder, relative to the sweep's.
    pub run: String,
    /// The data set.
    pub dataset: String,
    /// The network.
    pub network: String,
    /// Training examples of each class; none for all.
    pub examples_per_class: Option<u64>,
    /// Epochs trained.
    pub epochs: u64,
    /// Seed of the run.
    pub seed: u64,
    /// Initial learning rate; none where it was searched for and is not yet found.
    pub learning_rate: Option<f64>,
    /// Number of parameters, p.
    pub parameters: u64,
    /// Number of classes, C.
    pub classes: u64,
    /// Number of examples the loss is the mean over, N.
    pub examples: u64,
    /// The operator.
    pub operator: String,
    /// The split: `train` or `test`.
    pub split: String,
    /// The epoch analysed.
    pub epoch: u64,
    /// The mean loss over the split at that epoch, in nats.
    pub loss: f64,
    /// The accuracy there, from 0 to 1.
    pub accuracy: f64,
    /// The least eigenvalue found.
    pub smallest: f64,
    /// The largest eigenvalue found.
    pub largest: f64,
    /// Outliers counted above the bulk; none where undecided.
    pub outliers_above: Option<u64>,
    /// Outliers counted below the bulk; none where undecided.
    pub outliers_below: Option<u64>,
    /// The bulk's upper edge.
    pub edge_above: Option<f64>,
    /// Its error.
    pub edge_above_error: Option<f64>,
    /// The bulk's lower edge.
    pub edge_below: Option<f64>,
    /// Its error.
    pub edge_below_error: Option<f64>,
    /// Trace over p: the mean eigenvalue.
    pub mean_eigenvalue: f64,
    /// Its standard error over the probes; none of a single probe.
    pub mean_eigenvalue_error: Option<f64>,
    /// The law named for the bulk above zero; none where undecided.
    pub law_above: Option<String>,
    /// The law named for the bulk below zero; none where undecided.
    pub law_below: Option<String>,
    /// Products with one vector that were formed.
    pub products: u64,
    /// The analysis' file, relative to the sweep's folder.
    pub analysis: String,
}
