//! What is timed.

use hesscope_models::NetConfig;
use hesscope_records::{Precision, Terms};

use crate::device::DeviceName;
use crate::error::StudyError;
use crate::settings::Settings;

/// What is timed, on which device.
#[derive(Debug, Clone, PartialEq)]
pub struct SpeedRequest {
    /// The device.
    pub device: DeviceName,
    /// The precision of the products; training is in float32.
    pub precision: Precision,
    /// The networks, with random weights.
    pub networks: Vec<NetConfig>,
    /// The operators.
    pub operators: Vec<Terms>,
    /// Vectors that are multiplied together, K.
    pub directions: Vec<usize>,
    /// Examples that a product is the mean over, N.
    pub examples: usize,
    /// Channels, height and width of random images.
    pub input: [usize; 3],
    /// The settings whose data are taken in place of random images.
    pub data: Option<Settings>,
    /// Whether products are timed.
    pub products: bool,
    /// Whether training is.
    pub training: bool,
    /// Examples in a mini-batch of training.
    pub training_batch: usize,
    /// MiB that products may take.
    pub memory_mib: usize,
    /// Seconds that one measurement may take: a product or step under way is ended between two mini-batches.
    pub time_limit: f64,
    /// Seed of images, weights and vectors.
    pub seed: u64,
}

impl SpeedRequest {
    /// Checks what can be checked without a device.
    pub(super) fn check(&self) -> Result<(), StudyError> {
        for (key, count) in [
            ("net", self.networks.len()),
            ("operators", self.operators.len()),
            ("directions", self.directions.len()),
        ] {
            if count == 0 {
                return Err(StudyError::setting(format!(
                    "{key} is empty: give at least one value"
                )));
            }
        }
        let smallest = self.directions.iter().copied().min().unwrap_or(0);
        for (key, count) in [
            ("directions", smallest),
            ("examples", self.examples),
            ("batch-size", self.training_batch),
            ("memory-mib", self.memory_mib),
        ] {
            if count == 0 {
                return Err(StudyError::setting(format!("{key} is 0: give at least 1")));
            }
        }
        let limit = self.time_limit;
        if limit > 0.0 && limit <= 1e9 {
            return Ok(());
        }
        Err(StudyError::setting(format!(
            "time-limit is {limit}: give seconds above 0, up to 1e9"
        )))
    }
}
