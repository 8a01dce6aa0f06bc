//! From bytes to normalised floating point.

use serde::{Deserialize, Serialize};

/// How a byte becomes a value: `(byte / 255 - mean) / std`, channel by channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Normalization {
    /// Subtracted from the channel's values in `[0, 1]`; one number a channel.
    pub mean: Vec<f32>,
    /// The difference is divided by this; one number a channel.
    pub std: Vec<f32>,
}

impl Normalization {
    /// For images with one channel.
    pub(crate) fn grey(mean: f32, std: f32) -> Self {
        Self {
            mean: vec![mean],
            std: vec![std],
        }
    }

    /// The value of each of the 256 bytes, a table for every channel.
    pub(crate) fn tables(&self) -> Vec<[f32; 256]> {
        self.mean
            .iter()
            .zip(&self.std)
            .map(|(mean, std)| {
                let mut value = 0.0f32;
                [(); 256].map(|()| {
                    let normalised = (value / 255.0 - mean) / std;
                    value += 1.0;
                    normalised
                })
            })
            .collect()
    }
}
