//! What the training loop needs of a data set.

use thiserror::Error;

/// A mini-batch in host memory.
#[derive(Debug, Clone, PartialEq)]
pub struct HostBatch {
    /// Pixels of all images, row-major `[n, channels, height, width]`.
    pub images: Vec<f32>,
    /// Class of each image, below the number of classes.
    pub labels: Vec<u32>,
}

/// Mini-batches as they are read. Nothing follows an error.
pub type HostBatches<'a> = Box<dyn Iterator<Item = Result<HostBatch, BatchError>> + 'a>;

/// A split of a data set, cut into mini-batches. The caller adapts its own data set to it.
pub trait BatchSource {
    /// Examples in the split.
    fn len(&self) -> usize;
    /// Whether the split has no example.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Shape of one image: channels, height, width.
    fn shape(&self) -> [usize; 3];
    /// The number of classes.
    fn classes(&self) -> usize;
    /// Every example once, in an order that depends on `(seed, epoch)` alone, and so does every random change made to the
    /// images. Exact resume rests on this.
    fn shuffled(&self, batch_size: usize, seed: u64, epoch: usize) -> HostBatches<'_>;
    /// Every example once, in the split's own order.
    fn sequential(&self, batch_size: usize) -> HostBatches<'_>;
}

/// Data that do not fit the network or contradict themselves.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum BatchError {
    /// A split without examples.
    #[error("the {split} split has no examples: choose at least one example per class")]
    Empty {
        /// Which split.
        split: &'static str,
    },
    /// A batch that could not be read.
    #[error("{sentence}")]
    Read {
        /// What went wrong, and what to do about it.
        sentence: String,
    },
    /// A batch that the network could not be computed on.
    #[error("{sentence}")]
    Computation {
        /// What went wrong.
        sentence: String,
    },
    /// Pixels and labels do not agree.
    #[error(
        "a batch of {labels} labels holds {pixels} pixels where {expected} belong: the data set is inconsistent"
    )]
    Pixels {
        /// Labels in the batch.
        labels: usize,
        /// Pixels in the batch.
        pixels: usize,
        /// Pixels there should be.
        expected: usize,
    },
    /// A label out of range.
    #[error("the label {label} is out of range for {classes} classes: check the data set's labels")]
    Label {
        /// The label.
        label: u32,
        /// The number of classes.
        classes: usize,
    },
    /// The data are not what the network was built for.
    #[error(
        "the {split} split has images of {found:?} in {found_classes} classes but the network takes {wanted:?} in {wanted_classes}: choose the data set the network was built for"
    )]
    Mismatch {
        /// Which split.
        split: &'static str,
        /// Its image shape.
        found: [usize; 3],
        /// Its number of classes.
        found_classes: usize,
        /// The network's image shape.
        wanted: [usize; 3],
        /// The network's number of classes.
        wanted_classes: usize,
    },
}

/// Checks that a split is not empty and has the images and classes a network takes.
pub(crate) fn check_split(
    source: &dyn BatchSource,
    split: &'static str,
    wanted: [usize; 3],
    wanted_classes: usize,
) -> Result<(), BatchError> {
    let (found, found_classes) = (source.shape(), source.classes());
    if source.is_empty() {
        Err(BatchError::Empty { split })
    } else if (found, found_classes) != (wanted, wanted_classes) {
        Err(BatchError::Mismatch {
            split,
            found,
            found_classes,
            wanted,
            wanted_classes,
        })
    } else {
        Ok(())
    }
}

impl HostBatch {
    /// The number of examples.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether the batch has no example.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Checks pixel count and label range.
    pub fn check(&self, shape: [usize; 3], classes: usize) -> Result<(), BatchError> {
        let expected = self.len() * shape.iter().product::<usize>();
        if self.images.len() != expected {
            return Err(BatchError::Pixels {
                labels: self.len(),
                pixels: self.images.len(),
                expected,
            });
        }
        match self.labels.iter().find(|&&label| label as usize >= classes) {
            Some(&label) => Err(BatchError::Label { label, classes }),
            None => Ok(()),
        }
    }
}
