//! From labelled images in memory to a data set: classes, subsets, wrong labels, normalisation.

use crate::labelled::Labelled;
use crate::memory::{Augmentation, MemoryImages};
use crate::{
    DataError, Dataset, DatasetSpec, Normalization, PerClass, classes, label_noise, subset,
};
use std::sync::Arc;

/// All that was read of a data set, and what it is like.
pub(crate) struct Parts {
    pub train: Labelled,
    pub test: Labelled,
    /// As many as there are classes.
    pub class_names: Vec<String>,
    /// The usual normalization of the data set; measured over the training images if there is none.
    pub normalization: Option<Normalization>,
    /// Pixels of value 0 that the data set gets on every side.
    pub border: usize,
    /// Whether its images keep their meaning with left and right exchanged.
    pub flips: bool,
    pub notices: Vec<String>,
}

impl Parts {
    /// Keeps the classes that the request lists, and the examples of each that it draws.
    pub fn select(mut self, spec: &DatasetSpec) -> Result<Self, DataError> {
        let count = self.class_names.len();
        let listed = classes::listed(spec.classes.as_deref(), &self.class_names)?;
        let new = classes::new_labels(&listed, count);
        let select = |images: Labelled, per_class: Option<PerClass>, field| {
            let per_class = per_class.and_then(PerClass::count);
            let chosen =
                subset::select(&images.labels, count, &listed, per_class, spec.seed, field)?;
            let mut images = images.take(&chosen);
            for label in &mut images.labels {
                *label = new[*label as usize].unwrap_or_default();
            }
            Ok::<_, DataError>(images)
        };
        self.train = select(self.train, spec.train_per_class, "train_per_class")?;
        self.test = select(self.test, spec.test_per_class, "test_per_class")?;
        self.class_names = classes::names_of(&listed, &self.class_names);
        Ok(self)
    }

    /// Replaces labels, settles the normalization and makes the splits.
    pub fn into_dataset(mut self, spec: &DatasetSpec) -> Result<Dataset, DataError> {
        let classes = self.class_names.len();
        label_noise::replace(
            &mut self.train.labels,
            classes,
            spec.label_noise,
            spec.noise_seed(),
        )?;
        let normalization = match spec.normalization.clone().or(self.normalization) {
            Some(given) => given,
            None => self.train.measure(),
        };
        normalization.check(self.train.shape.channels)?;
        let augmentation = spec.augment.then_some(Augmentation { flips: self.flips });
        let split = |images, augmentation| {
            MemoryImages::new(images, classes, self.border, &normalization, augmentation)
        };
        Ok(Dataset {
            name: spec.name,
            train: Arc::new(split(self.train, augmentation)),
            test: Arc::new(split(self.test, None)),
            class_names: self.class_names,
            normalization,
            notices: self.notices,
        })
    }
}
