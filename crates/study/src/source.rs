//! Data sets as training and products take them: the adapters from `hesscope-data` to `hesscope-models` and
//! `hesscope-hvp`.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use burn::tensor::TensorData;
use hesscope_data::{
    Batch, DataError, Dataset, DatasetName, IGNORED, Images, sequential_batches, shuffled_batches,
};
use hesscope_hvp::{Samples, SourceError, Targets};
use hesscope_models::{BatchError, BatchSource, HostBatch, HostBatches};

use hesscope_records::Split;

use crate::error::StudyError;
use crate::observer::{Event, Observer};
use crate::settings::{Settings, default_data_folder};

/// One split, shared with the thread that prefetches.
#[derive(Debug, Clone)]
pub struct Source {
    images: Arc<dyn Images>,
    fingerprint: Arc<OnceLock<String>>,
}

/// Both splits.
#[derive(Debug, Clone)]
pub struct Sources {
    /// The training examples.
    pub train: Source,
    /// The test examples.
    pub test: Source,
    /// The names of the classes, in the order of the labels.
    pub class_names: Vec<String>,
}

impl Sources {
    /// Loads the data set that the settings name.
    ///
    /// # Errors
    ///
    /// Data that cannot be had.
    pub fn load(settings: &Settings, observer: &dyn Observer) -> Result<Self, StudyError> {
        let Dataset {
            train,
            test,
            notices,
            class_names,
            ..
        } = hesscope_data::load(&settings.dataset_spec())
            .map_err(|error| remedy(settings.dataset, error))?;
        for notice in notices {
            observer.event(Event::Note(&notice));
        }
        Ok(Sources {
            train: Source::new(train),
            test: Source::new(test),
            class_names,
        })
    }

    /// The split of this name.
    pub fn split(&self, name: Split) -> &Source {
        match name {
            Split::Train => &self.train,
            Split::Test => &self.test,
        }
    }
}

/// Where the files are not said to be anywhere, they may be had by the command itself, but for those of ImageNet.
fn remedy(dataset: DatasetName, error: DataError) -> StudyError {
    let fetched = dataset.about().published.is_some() && dataset != DatasetName::IMAGENET;
    match error {
        DataError::DataDirNeeded { .. } if fetched => StudyError::setting(format!(
            "{}, or bring them into {} with `hesscope data fetch {dataset}`",
            in_keys(&error),
            default_data_folder(dataset.as_str()).display()
        )),
        DataError::Io { .. } => error.into(),
        error => StudyError::setting(in_keys(&error)),
    }
}

/// Fields of a request, and the keys of the settings that give them.
const KEYS: [(&str, &str); 9] = [
    ("train_per_class", "examples-per-class"),
    ("test_per_class", "test-examples-per-class"),
    ("label_noise", "label-noise"),
    ("image_size", "image-size"),
    ("skip_broken", "skip-broken"),
    ("cache_dir", "cache-dir"),
    ("without_test", "without-test"),
    ("without_normalization", "without-normalization"),
    ("data_dir", "data-dir"),
];

/// The sentence of an error with the keys of the settings, as users write them, in place of the fields of a request.
fn in_keys(error: &DataError) -> String {
    let sentence = error.to_string();
    let words = sentence.split(' ').map(|word| {
        let plain = word.trim_end_matches([':', ',']);
        let key = KEYS.iter().find(|(field, _)| *field == plain);
        key.map_or_else(
            || word.to_owned(),
            |(field, key)| word.replacen(field, key, 1),
        )
    });
    words.collect::<Vec<_>>().join(" ")
}

impl Source {
    /// A split.
    pub fn new(images: Arc<dyn Images>) -> Self {
        Source {
            images,
            fingerprint: Arc::default(),
        }
    }

    /// SHA-256 of images and labels, taken once.
    ///
    /// # Errors
    ///
    /// Images that cannot be read.
    pub fn fingerprint(&self) -> Result<String, StudyError> {
        if let Some(sum) = self.fingerprint.get() {
            return Ok(sum.clone());
        }
        let sum = self.images.fingerprint()?;
        Ok(self.fingerprint.get_or_init(|| sum).clone())
    }

    /// The extents of one example.
    pub fn extents(&self) -> Vec<usize> {
        self.images.extents()
    }

    /// Refuses examples that are none of images, as hesscope's own networks and their training need them.
    ///
    /// # Errors
    ///
    /// Integers, several labels an example, and labels that do not count.
    pub fn require_images(&self) -> Result<(), StudyError> {
        let what = if self.images.has_integers() {
            "inputs of integers"
        } else if self.images.rows_per_example() > 1 {
            "inputs with several labels each"
        } else if self.images.labels().contains(&IGNORED) {
            "inputs whose labels do not all count"
        } else {
            return Ok(());
        };
        Err(StudyError::setting(format!(
            "the files hold {what}, which hesscope's own networks do not take: give a model that does with --model"
        )))
    }

    /// The class of each row of logits.
    pub fn labels(&self) -> &[u32] {
        self.images.labels()
    }

    /// So many of the examples, evenly spaced over the split, in memory; all where there are fewer.
    ///
    /// # Errors
    ///
    /// Images that cannot be read.
    pub fn sample(&self, count: usize) -> Result<HostBatch, StudyError> {
        let all = self.images.len();
        let count = count.min(all);
        let places: Vec<usize> = (0..count).map(|i| i * all / count).collect();
        Ok(HostBatch {
            images: self.images.read(&places)?,
            labels: places
                .iter()
                .map(|&place| self.images.labels()[place])
                .collect(),
        })
    }
}

impl hesscope_hvp::Source for Source {
    fn len(&self) -> usize {
        self.images.len()
    }

    fn batch(&self, range: Range<usize>) -> Result<Samples, SourceError> {
        let indices: Vec<usize> = range.clone().collect();
        let values = self.images.read(&indices)?;
        let shape = [&[range.len()], &self.images.extents()[..]].concat();
        let inputs = if self.images.has_integers() {
            let integers: Vec<i64> = values.iter().map(|&value| value as i64).collect();
            TensorData::new(integers, shape)
        } else {
            TensorData::new(values, shape)
        };
        let rows = self.images.rows_per_example();
        let labels = self.images.labels()[range.start * rows..range.end * rows].to_vec();
        Ok(Samples {
            inputs,
            targets: Targets::Classes(labels),
            counted: None,
        })
    }
}

impl BatchSource for Source {
    fn len(&self) -> usize {
        self.images.len()
    }

    fn shape(&self) -> [usize; 3] {
        let shape = self.images.shape();
        [shape.channels, shape.height, shape.width]
    }

    fn classes(&self) -> usize {
        self.images.classes()
    }

    fn shuffled(&self, batch_size: usize, seed: u64, epoch: usize) -> HostBatches<'_> {
        let batches = shuffled_batches(self.images.clone(), batch_size, seed, epoch as u64);
        Box::new(batches.map(host))
    }

    fn sequential(&self, batch_size: usize) -> HostBatches<'_> {
        Box::new(sequential_batches(&*self.images, batch_size).map(host))
    }
}

/// A batch as the training takes it.
fn host(batch: Result<Batch, DataError>) -> Result<HostBatch, BatchError> {
    match batch {
        Ok(Batch { images, labels, .. }) => Ok(HostBatch { images, labels }),
        Err(error) => Err(BatchError::Read {
            sentence: error.to_string(),
        }),
    }
}
