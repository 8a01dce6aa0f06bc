//! The names of the data sets.

use crate::DataError;
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
    /// Ten classes of small photographs, read from the official binary version.
    #[doc(alias = "cifar-10")]
    Cifar10,
    /// A hundred classes of small photographs, or their 20 superclasses, read from the official binary version.
    #[doc(alias = "cifar-100")]
    Cifar100,
    /// The ILSVRC tree: a folder for each synset.
    Imagenet,
    /// Any tree with a folder of image files for each class.
    Folder,
    /// Images and labels as arrays in safetensors or npz files.
    Arrays,
}

impl DatasetName {
    /// Every data set there is.
    pub const ALL: [Self; 8] = [
        Self::SynthDigits,
        Self::Mnist,
        Self::FashionMnist,
        Self::Cifar10,
        Self::Cifar100,
        Self::Imagenet,
        Self::Folder,
        Self::Arrays,
    ];

    /// The name as users write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SynthDigits => "synth-digits",
            Self::Mnist => "mnist",
            Self::FashionMnist => "fashion-mnist",
            Self::Cifar10 => "cifar-10",
            Self::Cifar100 => "cifar-100",
            Self::Imagenet => "imagenet",
            Self::Folder => "folder",
            Self::Arrays => "arrays",
        }
    }

    /// Whether it is a tree of image files, which are read as they are needed.
    pub(crate) const fn is_tree(self) -> bool {
        matches!(self, Self::Imagenet | Self::Folder)
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
        let message = "unknown data set `MNIST`: choose one of synth-digits, mnist, fashion-mnist, cifar-10, cifar-100, imagenet, folder, arrays";
        let error = "MNIST".parse::<DatasetName>().unwrap_err();
        assert_eq!(error.to_string(), message);
        let error = serde_json::from_str::<DatasetName>("\"MNIST\"").unwrap_err();
        assert!(error.to_string().starts_with(message), "{error}");
    }
}
