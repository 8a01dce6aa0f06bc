//! `timing.jsonl`: how long each epoch took. It stands beside `metrics.jsonl` and not in it, since two equal runs have equal
//! metrics but not equal times.

use std::fs;
use std::path::Path;

use hesscope_files::sealed::check_json;
use hesscope_models::EpochTiming;
use serde::{Deserialize, Serialize};

/// Its name.
pub const TIMING: &str = "timing.jsonl";

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimingRecord {
    /// SHA-256 of the run's training settings.
    pub run_sha256: String,
    /// The epoch; 0 is the evaluation of the untrained network.
    pub epoch: usize,
    /// Wall-clock seconds of training.
    pub training_seconds: f64,
    /// Wall-clock seconds of evaluating both splits; none where they were not.
    pub evaluation_seconds: Option<f64>,
    /// Examples trained on in a second; none at epoch 0.
    pub examples_per_second: Option<f64>,
}

impl TimingRecord {
    /// The line of an epoch of this run.
    pub fn of(run_sha256: &str, timing: &EpochTiming) -> Self {
        TimingRecord {
            run_sha256: run_sha256.to_owned(),
            epoch: timing.epoch,
            training_seconds: timing.training_seconds,
            evaluation_seconds: timing.evaluation_seconds,
            examples_per_second: timing.examples_per_second(),
        }
    }

    /// Seconds of training and evaluation.
    pub fn seconds(&self) -> f64 {
        self.training_seconds + self.evaluation_seconds.unwrap_or(0.0)
    }
}

/// The lines of earlier processes in `folder` up to `epoch`, by epoch. Nothing rests on them, so lines that are damaged, or
/// of another run, are dropped: those epochs' times are then not known.
pub fn timing_of(folder: &Path, run_sha256: &str, epoch: usize) -> Vec<TimingRecord> {
    let bytes = fs::read(folder.join(TIMING)).unwrap_or_default();
    let mut records: Vec<TimingRecord> = bytes
        .split(|&byte| byte == b'\n')
        .filter_map(|line| serde_json::from_str(check_json(line).ok()?).ok())
        .filter(|record: &TimingRecord| record.run_sha256 == run_sha256 && record.epoch <= epoch)
        .collect();
    records.sort_by_key(|record| record.epoch);
    records.dedup_by_key(|record| record.epoch);
    records
}
