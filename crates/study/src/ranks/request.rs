//! What a leader asks its members to open.

use std::path::PathBuf;

use hesscope_records::{Precision, Split};
use serde::{Deserialize, Serialize};

use crate::device::DeviceName;
use crate::settings::Settings;

/// What a leader asks its members to open.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Request {
    /// A checkpoint over a split.
    Problem(Box<ProblemRequest>),
    /// A training, whose setup follows.
    Training {
        device: DeviceName,
        precision: Precision,
    },
    /// The pieces of vectors of so many numbers.
    Vectors {
        dim: usize,
        device: DeviceName,
        precision: Precision,
    },
}

/// A checkpoint over a split.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ProblemRequest {
    /// The folder of the run, which every rank reads.
    pub root: PathBuf,
    /// The settings of the run, with what the leader was asked for over them.
    pub settings: Settings,
    pub epoch: usize,
    pub split: Split,
    /// SHA-256 of the weights.
    pub checkpoint_sha256: String,
    /// SHA-256 of the examples.
    pub data_sha256: String,
}

impl Request {
    /// As bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a request is written")
    }
}
