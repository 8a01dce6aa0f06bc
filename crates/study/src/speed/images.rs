//! The examples that are multiplied over and trained on, in memory.

use hesscope_models::{BatchSource, HostBatch};
use hesscope_spectral::{ProbeKind, Probes};

use super::request::SpeedRequest;
use crate::error::StudyError;
use crate::observer::Observer;
use crate::source::Sources;

/// Classes of random images.
const CLASSES: usize = 10;

/// Keeps the pixels apart from the vectors of the same seed.
const PIXELS: u64 = 0x7069_7865_6c73;

/// Examples in memory.
pub struct Images {
    /// Channels, height and width.
    pub input: [usize; 3],
    /// Number of classes.
    pub classes: usize,
    /// Pixels and labels.
    pub batch: HostBatch,
}

impl Images {
    /// Those of the request.
    pub fn of(request: &SpeedRequest, observer: &dyn Observer) -> Result<Self, StudyError> {
        match &request.data {
            None => Ok(Self::random(request.input, request.examples, request.seed)),
            Some(settings) => {
                let train = Sources::load(settings, observer)?.train;
                Ok(Images {
                    input: train.shape(),
                    classes: train.classes(),
                    batch: train.sample(request.examples)?,
                })
            }
        }
    }

    /// Normal pixels, of all classes in turn.
    fn random(input: [usize; 3], examples: usize, seed: u64) -> Self {
        let numbers = input.iter().product::<usize>();
        let probes = Probes::new(ProbeKind::Gaussian, seed ^ PIXELS);
        let image = |index| probes.host(numbers, index as u64);
        let pixels = (0..examples).flat_map(image).map(|pixel| pixel as f32);
        Images {
            input,
            classes: CLASSES,
            batch: HostBatch {
                images: pixels.collect(),
                labels: (0..examples).map(|i| (i % CLASSES) as u32).collect(),
            },
        }
    }

    /// The first examples, over and over where there are fewer.
    pub fn batch(&self, size: usize) -> HostBatch {
        let pixels = self.input.iter().product::<usize>();
        let all = self.batch.len();
        let places = || (0..size).map(|place| place % all);
        let image = |place: usize| &self.batch.images[place * pixels..(place + 1) * pixels];
        HostBatch {
            images: places().flat_map(image).copied().collect(),
            labels: places().map(|place| self.batch.labels[place]).collect(),
        }
    }
}
