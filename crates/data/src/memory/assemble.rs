//! From labelled images in memory to a data set: classes, subsets, wrong labels, normalisation.

use super::images::MemoryImages;
use super::labelled::Labelled;
use crate::dataset::Dataset;
use crate::defaults::Defaults;
use crate::error::DataError;
use crate::per_class::PerClass;
use crate::selection::{classes, label_noise, subset};
use crate::setting_error::SettingError;
use crate::spec::DatasetSpec;
use std::sync::Arc;

/// All that was read of a data set.
pub(crate) struct Parts {
    pub train: Labelled,
    /// `None` if test images are done without.
    pub test: Option<Labelled>,
    /// As many as there are classes.
    pub class_names: Vec<String>,
    /// Pixels of value 0 that the data set gets on every side.
    pub border: usize,
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
        self.test = match self.test {
            Some(test) => Some(select(test, spec.test_per_class, "test_per_class")?),
            None if spec.test_per_class.is_some() => return Err(SettingError::NothingToTest.into()),
            None => None,
        };
        self.class_names = classes::names_of(&listed, &self.class_names);
        Ok(self)
    }

    /// Replaces labels, settles the normalization and makes the splits.
    pub fn into_dataset(
        mut self,
        spec: &DatasetSpec,
        defaults: &Defaults,
    ) -> Result<Dataset, DataError> {
        let classes = self.class_names.len();
        let test = self.test.unwrap_or_else(|| {
            self.notices.push(
                "test images are done without, so the training images are tested on, and test results say nothing of new images".into(),
            );
            self.train.clone()
        });
        for (split, images) in [("training", &self.train), ("test", &test)] {
            self.notices.extend(classes::empty_notice(
                &images.labels,
                &self.class_names,
                split,
            ));
        }
        label_noise::replace(
            &mut self.train.labels,
            classes,
            spec.label_noise,
            spec.noise_seed(),
        )?;
        let normalization = match defaults.normalization(spec, self.train.shape.channels)? {
            Some(settled) => settled,
            None => self.train.measure(),
        };
        normalization.check(self.train.shape.channels)?;
        let flips = spec.augment.then_some(defaults.flips);
        let split =
            |images, flips| MemoryImages::new(images, classes, self.border, &normalization, flips);
        Ok(Dataset {
            name: spec.name,
            train: Arc::new(split(self.train, flips)),
            test: Arc::new(split(test, None)),
            class_names: self.class_names,
            normalization,
            notices: self.notices,
        })
    }
}
