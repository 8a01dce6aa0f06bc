//! What is timed.

use hesscope_models::NetConfig;
use hesscope_records::{Precision, Terms};

use crate::counts::{MOST, require_count};
use crate::device::{DeviceName, Room};
use crate::error::StudyError;
use crate::settings::{MOST_MIB, Settings};

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
    /// MiB that products may take; where absent, as [`Room::of`] says.
    pub memory_mib: Option<usize>,
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
        for &directions in &self.directions {
            require_count("directions", directions, MOST)?;
        }
        require_count("examples", self.examples, MOST)?;
        require_count("batch-size", self.training_batch, MOST)?;
        if let Some(mib) = self.memory_mib {
            require_count("memory-mib", mib, MOST_MIB)?;
        }
        self.require_room()?;
        let limit = self.time_limit;
        if limit > 0.0 && limit <= 1e9 {
            return Ok(());
        }
        Err(StudyError::setting(format!(
            "time-limit is {limit}: give seconds above 0, up to 1e9"
        )))
    }

    /// Refuses random images, or mini-batches of them, that do not fit the memory.
    fn require_room(&self) -> Result<(), StudyError> {
        let [channels, height, width] = self.input;
        let room = Room::of_host(self.memory_mib).bytes / size_of::<f32>();
        let most = room / self.examples.max(self.training_batch);
        let numbers = channels
            .checked_mul(height)
            .and_then(|plane| plane.checked_mul(width));
        if self.data.is_some() || numbers.is_some_and(|numbers| numbers <= most) {
            return Ok(());
        }
        Err(StudyError::setting(format!(
            "input is {channels}x{height}x{width}: of {} examples in the memory there is, each has at most {most} numbers; \
             give fewer, or fewer examples",
            self.examples.max(self.training_batch)
        )))
    }
}
