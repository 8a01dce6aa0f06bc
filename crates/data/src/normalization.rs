//! From bytes to normalised floating point.

use crate::setting_error::SettingError;
use serde::{Deserialize, Serialize};

/// How a byte becomes a value: `(byte / 255 - mean) / std`, channel by channel. A float read from a file stands in
/// place of `byte / 255`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Normalization {
    /// Subtracted from the channel's values in `[0, 1]`; one number a channel.
    pub mean: Vec<f32>,
    /// The difference is divided by this; one number a channel.
    pub std: Vec<f32>,
}

impl Normalization {
    /// That which changes nothing.
    pub(crate) fn none(channels: usize) -> Self {
        Normalization {
            mean: vec![0.0; channels],
            std: vec![1.0; channels],
        }
    }

    /// Refuses what does not fit images of so many channels, or would give values that are not finite.
    pub(crate) fn check(&self, channels: usize) -> Result<(), SettingError> {
        let (means, stds) = (self.mean.len(), self.std.len());
        if (means, stds) != (channels, channels) {
            return Err(SettingError::NormalizationLength {
                means,
                stds,
                channels,
            });
        }
        let bad_mean = |value: f32| !value.is_finite();
        let bad_std = |value: f32| !(value.is_normal() && value > 0.0);
        let find = |part, values: &[f32], bad: fn(f32) -> bool| {
            let channel = values.iter().position(|&value| bad(value))?;
            let value = values[channel];
            Some(SettingError::NormalizationValue {
                part,
                value,
                channel,
            })
        };
        match find("mean", &self.mean, bad_mean).or_else(|| find("std", &self.std, bad_std)) {
            Some(error) => Err(error),
            None => Ok(()),
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
