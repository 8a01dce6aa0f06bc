//! The registry of data sets: what each is called, what it is, and what reads it.
//!
//! A data set is added by a module with its reader, a name and an entry here; one that can be downloaded also by an entry
//! of the catalogue of `hesscope-fetch`.

mod arrays;
pub(crate) mod cifar;
mod mnist;
pub mod synth_digits;
pub mod tree;

use crate::dataset::Dataset;
use crate::defaults::Defaults;
use crate::error::DataError;
use crate::name::DatasetName;
use crate::setting_error::SettingError;
use crate::spec::DatasetSpec;
use hesscope_files::nearest;
use serde::{Deserialize, Deserializer, de};
use std::fmt;
use std::str::FromStr;

impl DatasetName {
    /// Digits drawn by the program itself; see [`synth_digits`].
    pub const SYNTH_DIGITS: Self = Self::new("synth-digits");
    /// Handwritten digits, read from the four official files.
    pub const MNIST: Self = Self::new("mnist");
    /// Articles of clothing, read from four files in MNIST's format.
    pub const FASHION_MNIST: Self = Self::new("fashion-mnist");
    /// Ten classes of small photographs, read from the official binary version.
    pub const CIFAR_10: Self = Self::new("cifar-10");
    /// A hundred classes of small photographs, or their 20 superclasses, read from the official binary version.
    pub const CIFAR_100: Self = Self::new("cifar-100");
    /// The ILSVRC tree: a folder for each synset.
    pub const IMAGENET: Self = Self::new("imagenet");
    /// Any tree with a folder of image files for each class.
    pub const FOLDER: Self = Self::new("folder");
    /// Images and labels as arrays in safetensors or npz files.
    pub const ARRAYS: Self = Self::new("arrays");
}

/// What is to be known of a data set before it is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    /// The name it is asked for by, as in `fashion-mnist`.
    pub name: DatasetName,
    /// The name its authors give it.
    pub title: &'static str,
    /// What it holds, in one line.
    pub description: &'static str,
    /// Where it comes from; `None` for what the user or the program makes.
    pub published: Option<Publication>,
}

/// Where a published data set comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Publication {
    /// Its licence, as far as its publishers state one.
    pub licence: &'static str,
    /// The page it is published on.
    pub source: &'static str,
    /// The publication to cite.
    pub citation: &'static str,
}

impl About {
    const fn unpublished(name: DatasetName, description: &'static str) -> Self {
        Self {
            name,
            title: name.as_str(),
            description,
            published: None,
        }
    }
}

/// One data set.
struct Entry {
    about: About,
    /// The settings it has beside those that all have, by their fields in [`DatasetSpec`].
    settings: &'static [&'static str],
    defaults: Defaults,
    read: fn(&DatasetSpec, &Defaults) -> Result<Dataset, DataError>,
}

const ENTRIES: [Entry; 8] = [
    Entry {
        about: About::unpublished(
            DatasetName::SYNTH_DIGITS,
            "drawn by the program itself, needs no files",
        ),
        settings: &[],
        defaults: Defaults::new(
            &[synth_digits::sets::MEAN],
            &[synth_digits::sets::STD],
            false,
        ),
        read: synth_digits::sets::load,
    },
    Entry {
        about: About {
            name: DatasetName::MNIST,
            title: "MNIST",
            description: "60,000 training and 10,000 test images of handwritten digits, 28x28 grey, 10 classes",
            published: Some(Publication {
                licence: "usually given as CC BY-SA 3.0, copyright Yann LeCun and Corinna Cortes; the authors' \
                          page, which no longer serves the files, states no licence",
                source: "http://yann.lecun.com/exdb/mnist/",
                citation: "Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, \"Gradient-based learning applied to \
                           document recognition\", Proceedings of the IEEE 86(11), 1998",
            }),
        },
        settings: &["without_test"],
        defaults: Defaults::new(&[0.1307], &[0.3081], false),
        read: |spec, defaults| mnist::load(&mnist::MNIST, spec, defaults),
    },
    Entry {
        about: About {
            name: DatasetName::FASHION_MNIST,
            title: "Fashion-MNIST",
            description: "60,000 training and 10,000 test images of articles of clothing, 28x28 grey, 10 classes",
            published: Some(Publication {
                licence: "MIT, copyright Zalando SE",
                source: "https://github.com/zalandoresearch/fashion-mnist",
                citation: "H. Xiao, K. Rasul, R. Vollgraf, \"Fashion-MNIST: a novel image dataset for \
                           benchmarking machine learning algorithms\", arXiv:1708.07747, 2017",
            }),
        },
        settings: &["without_test"],
        defaults: Defaults::new(&[0.5], &[0.5], true),
        read: |spec, defaults| mnist::load(&mnist::FASHION_MNIST, spec, defaults),
    },
    Entry {
        about: About {
            name: DatasetName::CIFAR_10,
            title: "CIFAR-10",
            description: "50,000 training and 10,000 test photographs, 32x32 colour, 10 classes",
            published: Some(CIFAR),
        },
        settings: &["without_test"],
        defaults: Defaults::new(
            &[125.3 / 255.0, 123.0 / 255.0, 113.9 / 255.0],
            &[63.0 / 255.0, 62.1 / 255.0, 66.7 / 255.0],
            true,
        ),
        read: |spec, defaults| cifar::reader::load(&cifar::reader::CIFAR_10, spec, defaults),
    },
    Entry {
        about: About {
            name: DatasetName::CIFAR_100,
            title: "CIFAR-100",
            description: "50,000 training and 10,000 test photographs, 32x32 colour, 100 classes in 20 groups",
            published: Some(CIFAR),
        },
        settings: &["coarse_labels", "without_test"],
        defaults: Defaults::new(
            &[129.3 / 255.0, 124.1 / 255.0, 112.4 / 255.0],
            &[68.2 / 255.0, 65.4 / 255.0, 70.4 / 255.0],
            true,
        ),
        read: |spec, defaults| cifar::reader::load(&cifar::reader::CIFAR_100, spec, defaults),
    },
    Entry {
        about: About {
            name: DatasetName::IMAGENET,
            title: "ImageNet (ILSVRC 2012)",
            description: "1,281,167 training and 50,000 validation photographs of many sizes, 1,000 classes",
            published: Some(Publication {
                licence: "for non-commercial research and education only, under the terms of access of \
                          image-net.org, which every user must accept",
                source: "https://www.image-net.org/download.php",
                citation: "O. Russakovsky et al., \"ImageNet large scale visual recognition challenge\", \
                           International Journal of Computer Vision 115(3), 2015",
            }),
        },
        settings: TREE_SETTINGS,
        defaults: Defaults::new(&[0.485, 0.456, 0.406], &[0.229, 0.224, 0.225], true),
        read: |spec, defaults| tree::read::load(&tree::layout::IMAGENET, spec, defaults),
    },
    Entry {
        about: About::unpublished(
            DatasetName::FOLDER,
            "your own images, a folder for each class",
        ),
        settings: TREE_SETTINGS,
        defaults: Defaults::MEASURED,
        read: |spec, defaults| tree::read::load(&tree::layout::FOLDER, spec, defaults),
    },
    Entry {
        about: About::unpublished(DatasetName::ARRAYS, "your own images as safetensors or npz"),
        settings: &["without_test"],
        defaults: Defaults::MEASURED,
        read: arrays::load,
    },
];

/// What CIFAR-10 and CIFAR-100 share.
const CIFAR: Publication = Publication {
    licence: "none stated; the authors ask that their report be cited",
    source: "https://www.cs.toronto.edu/~kriz/cifar.html",
    citation: "A. Krizhevsky, \"Learning multiple layers of features from tiny images\", technical \
               report, University of Toronto, 2009",
};

/// The settings of trees of image files.
const TREE_SETTINGS: &[&str] = &["image_size", "skip_broken", "cache_dir", "without_test"];

/// All data sets, in the order in which they are listed.
pub fn datasets() -> impl Iterator<Item = &'static About> {
    const { &ENTRIES }.iter().map(|entry| &entry.about)
}

/// Loads a data set: reads its files or draws its images, takes the classes and subsets, pads and normalises.
///
/// # Errors
/// A [`DataError`] whose sentence says which file, field or value is at fault and what to do.
pub fn load(spec: &DatasetSpec) -> Result<Dataset, DataError> {
    let entry = spec.name.entry();
    let dataset = spec.name;
    let special = [
        ("coarse_labels", spec.coarse_labels),
        ("image_size", spec.image_size.is_some()),
        ("skip_broken", spec.skip_broken),
        ("cache_dir", spec.cache_dir.is_some()),
        ("without_test", spec.without_test),
    ];
    for (field, given) in special {
        if given && !entry.settings.contains(&field) {
            return Err(SettingError::NotOfDataset { dataset, field }.into());
        }
    }
    if !(0.0..=1.0).contains(&spec.label_noise) {
        let value = spec.label_noise;
        return Err(SettingError::LabelNoiseRange { value }.into());
    }
    (entry.read)(spec, &entry.defaults)
}

impl DatasetName {
    /// What is to be known of the data set.
    #[must_use]
    pub fn about(self) -> &'static About {
        &self.entry().about
    }

    fn entry(self) -> &'static Entry {
        let mut entries = const { &ENTRIES }.iter();
        let found = entries.find(|entry| entry.about.name == self);
        // A test holds that every name has its entry.
        found.unwrap_or(&ENTRIES[0])
    }
}

impl FromStr for DatasetName {
    type Err = DataError;

    fn from_str(name: &str) -> Result<Self, DataError> {
        let mut known = datasets().map(|about| about.name);
        known.find(|known| known.as_str() == name).ok_or_else(|| {
            let known: Vec<&str> = datasets().map(|about| about.name.as_str()).collect();
            DataError::UnknownDataset {
                name: name.to_owned(),
                nearest: nearest(name, known.iter().copied()).map(String::from),
                known: known.join(", "),
            }
        })
    }
}

impl<'de> Deserialize<'de> for DatasetName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        name.parse().map_err(de::Error::custom)
    }
}

/// One field a line, without a line break at the end.
impl fmt::Display for About {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{} ({})\n  {}",
            self.title, self.name, self.description
        )?;
        if let Some(published) = &self.published {
            write!(out, "\n  licence: {}", published.licence)?;
            write!(out, "\n  source: {}", published.source)?;
            write!(out, "\n  cite: {}", published.citation)?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn every_name_survives_text_and_json() {
        for about in datasets() {
            let name = about.name;
            assert_eq!(name.about(), about);
            assert_eq!(name.to_string().parse::<DatasetName>().unwrap(), name);
            let json = serde_json::to_string(&name).unwrap();
            assert_eq!(json, format!("\"{name}\""));
            assert_eq!(serde_json::from_str::<DatasetName>(&json).unwrap(), name);
        }
    }

    #[test]
    fn an_unknown_name_lists_the_known_ones() {
        let known = "choose one of synth-digits, mnist, fashion-mnist, cifar-10, cifar-100, imagenet, folder, arrays";
        let meant = format!("unknown data set `MNIST`: did you mean `mnist`? else {known}");
        let error = "MNIST".parse::<DatasetName>().unwrap_err();
        assert_eq!(error.to_string(), meant);
        let error = serde_json::from_str::<DatasetName>("\"MNIST\"").unwrap_err();
        assert!(error.to_string().starts_with(&meant), "{error}");
        let error = "svhn".parse::<DatasetName>().unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("unknown data set `svhn`: {known}")
        );
    }

    #[test]
    fn no_two_entries_share_a_name_and_all_normalizations_fit_their_images() {
        for (number, entry) in ENTRIES.iter().enumerate() {
            let others = &ENTRIES[..number];
            assert!(
                others
                    .iter()
                    .all(|other| other.about.name != entry.about.name)
            );
            let spec = DatasetSpec::new(entry.about.name);
            if let Some((mean, _)) = entry.defaults.normalization {
                entry.defaults.normalization(&spec, mean.len()).unwrap();
            }
        }
    }
}
