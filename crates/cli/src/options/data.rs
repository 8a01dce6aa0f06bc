//! Which of the data are taken, and how they are changed.

use std::ops::Not;

use serde::Serialize;
use serde_with::skip_serializing_none;

use super::value::{SettingsPath, count};

/// Which of the data are taken, and how they are changed: the table `data`.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, clap::Args, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct DataOptions {
    /// Classes to take, by name or number, separated by commas [default: all]
    #[arg(long, value_name = "NAMES")]
    classes: Option<Vec<String>>,
    /// Share of the training labels to replace by other ones, from 0 to 1 [default: 0]
    #[arg(long, value_name = "SHARE")]
    label_noise: Option<f64>,
    /// Train on randomly cropped and flipped images
    #[arg(long)]
    #[serde(skip_serializing_if = "Not::not")]
    augment: bool,
    /// Take the 20 coarse classes of cifar-100 rather than the 100 fine ones
    #[arg(long)]
    #[serde(skip_serializing_if = "Not::not")]
    coarse_labels: bool,
    /// Pixels along a side, for images read from folders [default: 224, or 32 of folder]
    #[arg(long, value_name = "PIXELS", value_parser = count)]
    image_size: Option<usize>,
    /// Leave out images that cannot be read, and name them
    #[arg(long)]
    #[serde(skip_serializing_if = "Not::not")]
    skip_broken: bool,
    /// Do without test images, and test on those of training
    #[arg(long)]
    #[serde(skip_serializing_if = "Not::not")]
    without_test: bool,
    /// Take images as they are, without subtracting a mean and dividing by a deviation
    #[arg(long)]
    #[serde(skip_serializing_if = "Not::not")]
    without_normalization: bool,
    /// Folder for decoded images [default: the system's folder for caches]
    #[arg(long, value_name = "DIR")]
    cache_dir: Option<SettingsPath>,
}
