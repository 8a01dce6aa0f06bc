//! What every split of every data set can do.

use crate::error::DataError;
use crate::shape::ImageShape;
use std::fmt;

/// The label of a row of logits that does not count.
pub const IGNORED: u32 = u32::MAX;

/// One split of a data set: its labels at hand, its images when they are asked for.
///
/// In memory ([`crate::Split`]) or read from disk as they are needed, a split looks the same.
pub trait Images: fmt::Debug + Send + Sync {
    /// The shape of one image.
    fn shape(&self) -> ImageShape;

    /// The extents of one example, as its file has them; for images those of [`Images::shape`].
    fn extents(&self) -> Vec<usize> {
        let shape = self.shape();
        vec![shape.channels, shape.height, shape.width]
    }

    /// Whether the values are integers, as tokens are.
    fn has_integers(&self) -> bool {
        false
    }

    /// The number of classes of the data set, whether or not all occur here.
    fn classes(&self) -> usize;

    /// The label of each image, in `0..classes`. Of inputs with several rows of logits the labels of the rows, of which some
    /// may be [`IGNORED`].
    fn labels(&self) -> &[u32];

    /// Labels an example, m: one of an image, one a position of a sequence.
    fn rows_per_example(&self) -> usize {
        1
    }

    /// The normalised values of the images at `indices`, in that order, as evaluation and analysis see them:
    /// row-major `[indices.len(), channels, height, width]`. The same values every time.
    ///
    /// # Errors
    /// A file that cannot be read, by name.
    ///
    /// # Panics
    /// If an index is not below the number of images, as a slice does.
    fn read(&self, indices: &[usize]) -> Result<Vec<f32>, DataError>;

    /// As [`Images::read`], but as training sees the images in the epoch of `draw`. A split without augmentation
    /// shows the same as ever.
    ///
    /// # Errors
    /// As [`Images::read`].
    ///
    /// # Panics
    /// As [`Images::read`].
    fn read_augmented(&self, indices: &[usize], draw: Draw) -> Result<Vec<f32>, DataError> {
        let _ = draw;
        self.read(indices)
    }

    /// The SHA-256 of what [`Images::read`] gives for all images, of the labels and of the shape, as 64
    /// hexadecimal digits, or of what determines them.
    ///
    /// # Errors
    /// As [`Images::read`].
    fn fingerprint(&self) -> Result<String, DataError>;

    /// The number of images.
    fn len(&self) -> usize {
        self.labels().len() / self.rows_per_example()
    }

    /// Whether there are no images.
    fn is_empty(&self) -> bool {
        self.labels().is_empty()
    }

    /// How many rows each class has.
    fn class_counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.classes()];
        for &label in self.labels().iter().filter(|&&label| label != IGNORED) {
            counts[label as usize] += 1;
        }
        counts
    }

    /// The indices of the rows of one class, ascending.
    fn indices_of_class(&self, class: usize) -> Vec<usize> {
        let labels = self.labels().iter().enumerate();
        labels
            .filter(|&(_, &label)| label as usize == class)
            .map(|(index, _)| index)
            .collect()
    }
}

/// Names the random changes of one epoch: an image's change is a function of these, and of its place in the split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draw {
    /// The seed of the training.
    pub seed: u64,
    /// The epoch.
    pub epoch: u64,
}
