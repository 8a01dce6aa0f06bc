//! `timing.jsonl`: how long each epoch took. It stands beside `metrics.jsonl` and not in it, since two equal runs have equal
//! metrics but not equal times.

use std::fs;
use std::path::Path;

use hesscope_models::EpochTiming;
use serde::{Deserialize, Serialize};

/// Name of the file.
pub const TIMING: &str = "timing.jsonl";

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimingRecord {
    /// The epoch; 0 is the evaluation of the untrained network.
    pub epoch: usize,
    /// Wall-clock seconds of training.
    pub training_seconds: f64,
    /// Wall-clock seconds of evaluating both splits; none where they were not.
    pub evaluation_seconds: Option<f64>,
    /// Examples trained on in a second; none at epoch 0.
    pub examples_per_second: Option<f64>,
}

impl From<&EpochTiming> for TimingRecord {
    fn from(timing: &EpochTiming) -> Self {
        TimingRecord {
            epoch: timing.epoch,
            training_seconds: timing.training_seconds,
            evaluation_seconds: timing.evaluation_seconds,
            examples_per_second: timing.examples_per_second(),
        }
    }
}

/// The lines of an earlier process up to `epoch`, where it wrote any. Nothing rests on them, so what does not read is dropped.
pub fn earlier(folder: &Path, epoch: usize) -> Vec<TimingRecord> {
    let text = fs::read_to_string(folder.join(TIMING)).unwrap_or_default();
    let lines = text
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    let mut records: Vec<TimingRecord> = lines
        .filter(|record: &TimingRecord| record.epoch <= epoch)
        .collect();
    records.sort_by_key(|record| record.epoch);
    records.dedup_by_key(|record| record.epoch);
    records
}
