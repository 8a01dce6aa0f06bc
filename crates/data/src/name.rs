//! The names of the data sets.

use crate::{DataError, ImageShape, synth_digits};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A data set that [`crate::load`] knows; written in kebab case, as in `fashion-mnist`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum DatasetName {
    /// Digits drawn by the program itself; see [`crate::synth_digits`].
    SynthDigits,
    /// Handwritten digits, read from the four official files.
    Mnist,
    /// Articles of clothing, read from four files in MNIST's format.
    FashionMnist,
}

impl DatasetName {
    /// Every data set there is.
    pub const ALL: [Self; 3] = [Self::SynthDigits, Self::Mnist, Self::FashionMnist];

    /// The name as users write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SynthDigits => "synth-digits",
            Self::Mnist => "mnist",
            Self::FashionMnist => "fashion-mnist",
        }
    }

    /// The shape of its images as [`crate::load`] gives them, so after padding.
    #[must_use]
    pub const fn shape(self) -> ImageShape {
        match self {
            Self::SynthDigits => synth_digits::SHAPE,
            Self::Mnist | Self::FashionMnist => ImageShape {
                channels: 1,
                height: 32,
                width: 32,
            },
        }
    }

    /// The names of its classes, in the order of their labels.
    #[must_use]
    pub const fn class_names(self) -> &'static [&'static str] {
        match self {
            Self::SynthDigits | Self::Mnist => &["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
            Self::FashionMnist => &[
                "T-shirt/top",
                "Trouser",
                "Pullover",
                "Dress",
                "Coat",
                "Sandal",
                "Shirt",
                "Sneaker",
                "Bag",
                "Ankle boot",
            ],
        }
    }

    /// The number of its classes.
    #[must_use]
    pub const fn classes(self) -> usize {
        self.class_names().len()
    }
}

impl fmt::Display for DatasetName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for DatasetName {
    type Err = DataError;

    fn from_str(name: &str) -> Result<Self, DataError> {
        Self::ALL
            .into_iter()
            .find(|known| known.as_str() == name)
            .ok_or_else(|| DataError::UnknownDataset {
                name: name.to_owned(),
                known: Self::ALL.map(Self::as_str).join(", "),
            })
    }
}

impl TryFrom<String> for DatasetName {
    type Error = DataError;

    fn try_from(name: String) -> Result<Self, DataError> {
        name.parse()
    }
}

impl From<DatasetName> for String {
    fn from(name: DatasetName) -> Self {
        name.as_str().to_owned()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn every_name_survives_text_and_json() {
        for name in DatasetName::ALL {
            assert_eq!(name.to_string().parse::<DatasetName>().unwrap(), name);
            let json = serde_json::to_string(&name).unwrap();
            assert_eq!(json, format!("\"{name}\""));
            assert_eq!(serde_json::from_str::<DatasetName>(&json).unwrap(), name);
        }
    }

    #[test]
    fn an_unknown_name_lists_the_known_ones() {
        let message = "unknown data set `MNIST`: choose one of synth-digits, mnist, fashion-mnist";
        let error = "MNIST".parse::<DatasetName>().unwrap_err();
        assert_eq!(error.to_string(), message);
        let error = serde_json::from_str::<DatasetName>("\"MNIST\"").unwrap_err();
        assert!(error.to_string().starts_with(message), "{error}");
    }
}
