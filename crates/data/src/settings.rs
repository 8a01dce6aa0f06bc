//! Settings of a data set that cannot be used, one sentence each.

use crate::{DatasetName, DatasetSpec};

/// Why a [`DatasetSpec`] cannot be met, whatever the files hold.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingError {
    /// A setting that other data sets have.
    #[error("{dataset} has no setting {field}: leave it out")]
    NotOfDataset {
        /// The data set.
        dataset: DatasetName,
        /// The field of the request.
        field: &'static str,
    },

    /// Text that is no number of examples.
    #[error(
        "`{text}` is not a number of examples per class: give a number, `all`, or one of paper-1 to paper-20"
    )]
    PerClassText {
        /// The text.
        text: String,
    },

    /// All examples of a data set that is drawn without end.
    #[error("{field} is `all`, but {dataset} can draw any number: give a number")]
    PerClassEndless {
        /// The data set.
        dataset: DatasetName,
        /// The field of the request.
        field: &'static str,
    },

    /// A list of classes without any.
    #[error("classes is an empty list: name at least one class, or leave it out to use all")]
    NoClasses,

    /// A class that the data set does not have.
    #[error(
        "classes names `{class}`, which is no class here: give a label from 0 to {last} or a name such as `{example}`"
    )]
    UnknownClass {
        /// The class as given.
        class: String,
        /// The largest label.
        last: usize,
        /// The name of the first class.
        example: String,
    },

    /// A class listed twice.
    #[error("classes names `{class}` a second time: list each class once")]
    ClassTwice {
        /// The class as given the second time.
        class: String,
    },

    /// A share of labels that is none.
    #[error("label_noise is {value}, but it is a share of the labels: choose a number from 0 to 1")]
    LabelNoiseRange {
        /// The value given.
        value: f64,
    },

    /// Labels to be replaced by others where there are no others.
    #[error(
        "label_noise needs a second class to draw from: choose at least two classes or leave it out"
    )]
    LabelNoiseOneClass,

    /// A normalization for another number of channels.
    #[error(
        "normalization has {means} mean(s) and {stds} std(s) for images of {channels} channel(s): give one of each a channel"
    )]
    NormalizationLength {
        /// Numbers in `mean`.
        means: usize,
        /// Numbers in `std`.
        stds: usize,
        /// Channels of an image.
        channels: usize,
    },

    /// A normalization that would give values that are not finite.
    #[error(
        "normalization has the {part} {value} for channel {channel}: give finite means and finite stds above 0"
    )]
    NormalizationValue {
        /// `mean` or `std`.
        part: &'static str,
        /// The value given.
        value: f32,
        /// The channel, from 0.
        channel: usize,
    },
}

/// Refuses what can be refused before any file is opened.
pub(crate) fn check(spec: &DatasetSpec) -> Result<(), SettingError> {
    let dataset = spec.name;
    let is_tree = dataset.is_tree();
    let foreign = [
        (
            "coarse_labels",
            spec.coarse_labels && dataset != DatasetName::Cifar100,
        ),
        ("image_size", spec.image_size.is_some() && !is_tree),
        ("skip_broken", spec.skip_broken && !is_tree),
        ("cache_dir", spec.cache_dir.is_some() && !is_tree),
    ];
    if let Some((field, _)) = foreign.into_iter().find(|&(_, given)| given) {
        return Err(SettingError::NotOfDataset { dataset, field });
    }
    if !(0.0..=1.0).contains(&spec.label_noise) {
        return Err(SettingError::LabelNoiseRange {
            value: spec.label_noise,
        });
    }
    Ok(())
}
