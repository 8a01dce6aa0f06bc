//! What is usual for a data set.

use crate::normalization::Normalization;
use crate::setting_error::SettingError;
use crate::spec::DatasetSpec;

/// What is done to a data set's images unless the request says otherwise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Defaults {
    /// Mean and standard deviation of each channel, in `[0, 1]`; measured over the training images if there are none.
    pub normalization: Option<(&'static [f32], &'static [f32])>,
    /// Whether images keep their meaning with left and right exchanged.
    pub flips: bool,
}

impl Defaults {
    /// Of the user's own images nothing is known.
    pub const MEASURED: Self = Self {
        normalization: None,
        flips: true,
    };

    pub const fn new(mean: &'static [f32], std: &'static [f32], flips: bool) -> Self {
        Self {
            normalization: Some((mean, std)),
            flips,
        }
    }

    /// The normalization of the request or else the usual one, fit for so many channels; `None` if it is to be
    /// measured.
    pub fn normalization(
        &self,
        spec: &DatasetSpec,
        channels: usize,
    ) -> Result<Option<Normalization>, SettingError> {
        let usual = self.normalization.map(|(mean, std)| Normalization {
            mean: mean.into(),
            std: std.into(),
        });
        if spec.without_normalization {
            if spec.normalization.is_some() {
                return Err(SettingError::NormalizationTwice);
            }
            return Ok(Some(Normalization::none(channels)));
        }
        let settled = spec.normalization.clone().or(usual);
        if let Some(normalization) = &settled {
            normalization.check(channels)?;
        }
        Ok(settled)
    }
}
