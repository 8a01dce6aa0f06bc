//! From the request for a data set to a tree.

use super::{Request, cache, kept::Limits, read};
use crate::{DataError, Dataset, DatasetName, DatasetSpec, Normalization, PerClass};
use std::sync::Arc;

/// Loads `imagenet` or `folder`.
///
/// # Errors
/// A [`DataError`] whose sentence says which file, field or value is at fault and what to do.
pub(crate) fn load(spec: &DatasetSpec) -> Result<Dataset, DataError> {
    let imagenet = spec.name == DatasetName::Imagenet;
    let default_size = if imagenet { IMAGENET_SIDE } else { FOLDER_SIDE };
    let cache_dir = spec.cache_dir.clone();
    let normalization = spec.normalization.clone();
    let tree = read(&Request {
        dataset: spec.name.as_str(),
        data_dir: spec.data_dir.clone(),
        train_per_class: spec.train_per_class.and_then(PerClass::count),
        test_per_class: spec.test_per_class.and_then(PerClass::count),
        seed: spec.seed,
        classes: spec.classes.clone(),
        label_noise: spec.label_noise,
        noise_seed: spec.noise_seed(),
        augment: spec.augment,
        image_size: spec.image_size.unwrap_or(default_size),
        skip_broken: spec.skip_broken,
        cache_dir: cache_dir.or_else(|| cache::default_dir(|name| std::env::var_os(name))),
        normalization: normalization.or_else(|| imagenet.then(imagenet_normalization)),
        limits: Limits::default(),
    })?;
    Ok(Dataset {
        name: spec.name,
        train: Arc::new(tree.train),
        test: Arc::new(tree.test),
        class_names: tree.class_names,
        normalization: tree.normalization,
        notices: tree.notices,
    })
}

/// Side of an image where `image_size` is left out, as published networks for ImageNet have it.
const IMAGENET_SIDE: usize = 224;
/// Side of an image of any other tree where `image_size` is left out: that of the small data sets' networks.
const FOLDER_SIDE: usize = 32;

/// The usual one, of RGB values in `[0, 1]`.
fn imagenet_normalization() -> Normalization {
    Normalization::rgb([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
}
