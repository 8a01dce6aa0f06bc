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
    Problem {
        /// The folder of the run, which every rank reads.
        root: PathBuf,
        /// The settings of the run, with what the leader was asked for over them.
        settings: Box<Settings>,
        epoch: usize,
        split: Split,
        /// SHA-256 of the weights.
        checkpoint_sha256: String,
        /// SHA-256 of the examples.
        data_sha256: String,
    },
    /// A training, whose setup follows.
    Training {
        device: DeviceName,
        precision: Precision,
    },
}

impl Request {
    /// As bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a request is written")
    }
}
