//! `hesscope speed --json`: how long products and steps of training take on one device.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::precision::Precision;
use crate::record::{Origin, Record};
use crate::subject::Subject;
use crate::terms::Terms;

/// What is timed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SpeedSettings {
    /// The device by its name, such as `cpu` or `cuda:1`.
    pub device: String,
    /// The precision of the products; training is in float32.
    pub precision: Precision,
    /// The data set; none for random images.
    pub dataset: Option<String>,
    /// Channels, height and width of an image.
    pub input: [usize; 3],
    /// Number of classes, C.
    pub classes: usize,
    /// Number of examples that a product is the mean over, N.
    pub examples: usize,
    /// The networks, with random weights.
    pub networks: Vec<String>,
    /// The operators.
    pub operators: Vec<Terms>,
    /// Vectors that are multiplied together, K.
    pub directions: Vec<usize>,
    /// Examples in a mini-batch of training.
    pub training_batch: usize,
    /// MiB that products may take.
    pub memory_mib: usize,
    /// Seconds that one measurement may take, about.
    pub time_limit: f64,
    /// Seed of images, weights and vectors.
    pub seed: u64,
}

/// How fast one device is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Speed {
    /// How it came to be.
    pub origin: Origin,
    /// What is timed.
    pub settings: SpeedSettings,
    /// The networks that were measured so far, in the order of the settings.
    pub networks: Vec<NetworkSpeed>,
}

/// How fast the device is with one network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NetworkSpeed {
    /// The network.
    pub network: String,
    /// Number of parameters, p.
    pub parameters: usize,
    /// How products go through the network; none where they are not timed, or do not fit the memory.
    pub plan: Option<SpeedPlan>,
    /// Products with every operator: numbers of vectors within operators.
    pub products: Vec<ProductSpeed>,
    /// Steps of training; none where they are not timed, or not yet.
    pub training: Option<Timed>,
}

/// How products go through a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SpeedPlan {
    /// The most examples that go through at once.
    pub batch_size: usize,
    /// The most vectors that go through at once.
    pub directions: usize,
    /// Batches that are computed side by side.
    pub side_by_side: usize,
    /// Bytes that a product takes at its fullest moment, by the account of the network.
    pub bytes: usize,
    /// Multiplications followed by an addition in the forward pass of one example.
    pub multiply_adds: usize,
}

/// How fast products with one operator are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProductSpeed {
    /// The operator.
    pub operator: Terms,
    /// Vectors that are multiplied together, K.
    pub directions: usize,
    /// The time of all N examples.
    pub timed: Timed,
}

/// What came of timing something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Timed {
    /// It was done.
    Done(Times),
    /// It was not, for this reason.
    NotDone(String),
}

/// The times of something that was done several times.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Times {
    /// Seconds of the first time, with what the device compiles and tunes for it.
    pub first: f64,
    /// Seconds of each time after it, in order.
    pub repeats: Vec<f64>,
    /// Milliseconds per example and vector, of the times after the first.
    pub milliseconds: Spread,
    /// Examples times vectors a second, by the median.
    pub examples_per_second: f64,
    /// Thousand millions of floating-point operations a second, by the median: those of convolutions and matrix products, of
    /// which each multiplication and each addition is one; none where they are not counted.
    pub gflops: Option<f64>,
    /// Bytes that the device's allocator holds behind it; none where the backend does not say.
    pub reserved_bytes: Option<u64>,
}

/// The middle and the ends of several numbers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Spread {
    /// The median; of an even count the upper of the two in the middle.
    pub median: f64,
    /// The least.
    pub least: f64,
    /// The largest.
    pub largest: f64,
}

impl Record for Speed {
    type Settings = SpeedSettings;

    const KIND: &'static str = "speed";
    const FOLDER: &'static str = "";

    fn settings(&self) -> &SpeedSettings {
        &self.settings
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn stem(_: &SpeedSettings) -> String {
        "speed".into()
    }

    /// Its networks are not trained, and belong to no run.
    fn subjects(_: &SpeedSettings) -> Vec<&Subject> {
        Vec::new()
    }
}
