//! One split of a data set, in memory.

use super::fingerprint::fingerprint;
use super::labelled::gather;
use crate::error::DataError;
use crate::images::Images;
use crate::selection::subset::balanced_subset;
use crate::shape::ImageShape;
use std::fmt;

/// All images of one split as normalised float32, row-major `[n, channels, height, width]`, and
/// their labels.
#[derive(Clone, PartialEq)]
pub struct Split {
    images: Vec<f32>,
    labels: Vec<u32>,
    shape: ImageShape,
    classes: usize,
}

impl Split {
    /// Makes a split of `labels.len()` images of the given shape.
    ///
    /// `images` holds `labels.len() * shape.len()` values, row-major `[n, channels, height, width]`;
    /// each label is below `classes`.
    ///
    /// # Errors
    /// [`DataError::InvalidSplit`] if the parts do not fit each other, the shape is empty, there are no classes
    /// or a value is not finite.
    pub fn new(
        images: Vec<f32>,
        labels: Vec<u32>,
        shape: ImageShape,
        classes: usize,
    ) -> Result<Self, DataError> {
        let invalid = |problem: String| Err(DataError::InvalidSplit { problem });
        let values = [shape.channels, shape.height, shape.width, labels.len()]
            .into_iter()
            .try_fold(1usize, usize::checked_mul);
        if shape.channels == 0 || shape.height == 0 || shape.width == 0 {
            return invalid(format!("its image shape {shape} is empty"));
        }
        if classes == 0 {
            return invalid("it has no classes".into());
        }
        if values != Some(images.len()) {
            let (found, labels) = (images.len(), labels.len());
            return invalid(format!("{found} values are not {labels} images of {shape}"));
        }
        if let Some(index) = labels.iter().position(|&label| label as usize >= classes) {
            let label = labels[index];
            return invalid(format!(
                "example {index} has the label {label} where there are {classes} classes"
            ));
        }
        if let Some(index) = images.iter().position(|value| !value.is_finite()) {
            let (value, index) = (images[index], index / shape.len());
            return invalid(format!("image {index} has the value {value}"));
        }
        Ok(Self {
            images,
            labels,
            shape,
            classes,
        })
    }

    /// Reads a split of any kind into memory.
    ///
    /// # Errors
    /// As [`Images::read`].
    pub fn read_all(images: &dyn Images) -> Result<Self, DataError> {
        let all: Vec<usize> = (0..images.len()).collect();
        let (labels, shape) = (images.labels().to_vec(), images.shape());
        Self::new(images.read(&all)?, labels, shape, images.classes())
    }

    /// The values of one image, row-major `[channels, height, width]`.
    ///
    /// # Panics
    /// If `index` is not below the number of images, as a slice does.
    #[must_use]
    pub fn image(&self, index: usize) -> &[f32] {
        assert!(index < self.len(), "image {index} of {}", self.len());
        &self.images[index * self.shape.len()..][..self.shape.len()]
    }

    /// The values of all images, row-major `[n, channels, height, width]`.
    #[must_use]
    pub fn images(&self) -> &[f32] {
        &self.images
    }

    /// The images at `indices`, in that order; an index may occur more than once.
    ///
    /// # Panics
    /// If an index is not below the number of images, as a slice does.
    #[must_use]
    pub fn subset(&self, indices: &[usize]) -> Self {
        Self {
            images: gather(&self.images, self.shape.len(), indices),
            labels: gather(&self.labels, 1, indices),
            ..*self
        }
    }

    /// `per_class` images of every class, drawn by [`balanced_subset`].
    ///
    /// # Errors
    /// As [`balanced_subset`].
    pub fn balanced(&self, per_class: usize, seed: u64) -> Result<Self, DataError> {
        let indices = balanced_subset(&self.labels, self.classes, per_class, seed)?;
        Ok(self.subset(&indices))
    }
}

impl Images for Split {
    fn shape(&self) -> ImageShape {
        self.shape
    }

    fn classes(&self) -> usize {
        self.classes
    }

    fn labels(&self) -> &[u32] {
        &self.labels
    }

    fn read(&self, indices: &[usize]) -> Result<Vec<f32>, DataError> {
        Ok(gather(&self.images, self.shape.len(), indices))
    }

    fn fingerprint(&self) -> Result<String, DataError> {
        Ok(fingerprint(self, |index, hash| hash(self.image(index))))
    }
}

impl fmt::Debug for Split {
    /// Sizes only: the values would fill the terminal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Split")
            .field("len", &self.len())
            .field("shape", &self.shape)
            .field("classes", &self.classes)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    const SHAPE: ImageShape = ImageShape {
        channels: 1,
        height: 1,
        width: 2,
    };

    fn three() -> Split {
        let images = vec![0.0, 0.5, 1.0, 1.5, 2.0, 2.5];
        Split::new(images, vec![0, 2, 0], SHAPE, 3).unwrap()
    }

    #[test]
    fn gives_back_its_parts() {
        let split = three();
        assert_eq!((split.len(), split.classes()), (3, 3));
        assert_eq!(split.image(1), [1.0, 1.5]);
        assert_eq!(split.class_counts(), [2, 0, 1]);
        assert_eq!(split.indices_of_class(0), [0, 2]);
        let subset = split.subset(&[2, 1, 2]);
        assert_eq!(subset.images(), [2.0, 2.5, 1.0, 1.5, 2.0, 2.5]);
        assert_eq!(subset.labels(), [0, 2, 0]);
    }

    #[test]
    fn fingerprint_sees_every_part() {
        let split = three();
        let of = |images: &[f32], labels: &[u32], shape, classes| {
            Split::new(images.to_vec(), labels.to_vec(), shape, classes)
                .unwrap()
                .fingerprint()
                .unwrap()
        };
        let (images, labels) = (split.images(), split.labels());
        let tall = ImageShape {
            height: 2,
            width: 1,
            ..SHAPE
        };
        let mut negative_zero = images.to_vec();
        negative_zero[0] = -0.0;
        assert_eq!(of(images, labels, SHAPE, 3), split.fingerprint().unwrap());
        assert_eq!(split.fingerprint().unwrap().len(), 64);
        for other in [
            of(&negative_zero, labels, SHAPE, 3),
            of(images, &[2, 0, 0], SHAPE, 3),
            of(images, labels, tall, 3),
            of(images, labels, SHAPE, 4),
            split.subset(&[2, 1, 0]).fingerprint().unwrap(),
        ] {
            assert_ne!(other, split.fingerprint().unwrap());
        }
    }

    #[test]
    fn refuses_parts_that_do_not_fit() {
        let empty = ImageShape { width: 0, ..SHAPE };
        let huge = ImageShape {
            width: usize::MAX,
            height: 2,
            ..SHAPE
        };
        let cases = [
            (vec![], vec![0], empty, "its image shape 1x1x0 is empty"),
            (
                vec![0.0; 3],
                vec![0, 0],
                SHAPE,
                "3 values are not 2 images of 1x1x2",
            ),
            (vec![0.0; 3], vec![0, 0], huge, "3 values are not 2 images"),
            (
                vec![0.0; 4],
                vec![0, 3],
                SHAPE,
                "example 1 has the label 3 where there are 3 classes",
            ),
            (
                vec![0.0, 0.0, f32::NAN, 0.0],
                vec![0, 0],
                SHAPE,
                "image 1 has the value NaN",
            ),
        ];
        for (images, labels, shape, problem) in cases {
            let error = Split::new(images, labels, shape, 3).unwrap_err();
            assert!(error.to_string().contains(problem), "{error}");
        }
    }
}
