//! The data set as the training and the analysis want it.

use std::ops::Range;
use std::sync::Arc;

use burn::tensor::TensorData;
use hesscope_data::{Batch, DataError, Dataset, Images, sequential_batches, shuffled_batches};
use hesscope_hvp::{Samples, SourceError, Targets};
use hesscope_models::{BatchError, BatchSource, HostBatch, HostBatches};

use crate::data;
use crate::failure::Failure;
use crate::settings::{Settings, SplitName};

/// One split, shared with the thread that prefetches.
#[derive(Debug, Clone)]
pub struct Source(Arc<dyn Images>);

/// Both splits.
#[derive(Debug, Clone)]
pub struct Sources {
    pub train: Source,
    pub test: Source,
    /// The names of the classes, in the order of the labels.
    pub class_names: Vec<String>,
}

impl Sources {
    /// Loads the data set that the settings name.
    pub fn load(settings: &Settings) -> Result<Self, Failure> {
        let Dataset {
            train,
            test,
            notices,
            class_names,
            ..
        } = hesscope_data::load(&settings.dataset_spec())
            .map_err(|error| remedy(settings, error))?;
        for notice in notices {
            eprintln!("note: {notice}");
        }
        Ok(Sources {
            train: Source(train),
            test: Source(test),
            class_names,
        })
    }

    /// The split of this name.
    pub fn split(&self, name: SplitName) -> &Source {
        match name {
            SplitName::Train => &self.train,
            SplitName::Test => &self.test,
        }
    }
}

/// Where the files are not said to be anywhere, they may be had by the command itself.
fn remedy(settings: &Settings, error: DataError) -> Failure {
    let name = settings.dataset.as_str();
    match error {
        DataError::DataDirNeeded { .. } if data::is_fetched(name) => Failure::new(format!(
            "{error}, or bring them into {} with `hesscope data fetch {name}`",
            data::default_folder(name).display()
        )),
        error => error.into(),
    }
}

impl Source {
    /// SHA-256 of images and labels.
    pub fn fingerprint(&self) -> Result<String, Failure> {
        Ok(self.0.fingerprint()?)
    }
}

impl hesscope_hvp::Source for Source {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn batch(&self, range: Range<usize>) -> Result<Samples, SourceError> {
        let [channels, height, width] = self.shape();
        let indices: Vec<usize> = range.clone().collect();
        let images = self.0.read(&indices)?;
        let inputs = TensorData::new(images, [range.len(), channels, height, width]);
        Ok(Samples {
            inputs,
            targets: Targets::Classes(self.0.labels()[range].to_vec()),
            counted: None,
        })
    }
}

impl BatchSource for Source {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn shape(&self) -> [usize; 3] {
        let shape = self.0.shape();
        [shape.channels, shape.height, shape.width]
    }

    fn classes(&self) -> usize {
        self.0.classes()
    }

    fn shuffled(&self, batch_size: usize, seed: u64, epoch: usize) -> HostBatches<'_> {
        let batches = shuffled_batches(self.0.clone(), batch_size, seed, epoch as u64);
        Box::new(batches.map(host))
    }

    fn sequential(&self, batch_size: usize) -> HostBatches<'_> {
        Box::new(sequential_batches(&*self.0, batch_size).map(host))
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
