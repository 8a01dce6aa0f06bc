//! A split whose images are files.

use super::kept::Kept;
use super::pool::pool;
use crate::error::DataError;
use crate::images::{Draw, Images};
use crate::normalization::Normalization;
use crate::shape::ImageShape;
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::sync::{Arc, OnceLock};

/// The images of a split, their labels, and how bytes become values.
#[derive(Debug)]
pub(crate) struct TreeSplit {
    kept: Arc<Kept>,
    labels: Vec<u32>,
    classes: usize,
    normalization: Normalization,
    augment: bool,
    fingerprint: OnceLock<String>,
}

impl TreeSplit {
    /// `labels` has one class an image, each below `classes`; `normalization` is for three channels.
    pub fn new(
        kept: Arc<Kept>,
        labels: Vec<u32>,
        classes: usize,
        normalization: Normalization,
        augment: bool,
    ) -> Self {
        debug_assert_eq!(kept.len(), labels.len());
        Self {
            kept,
            labels,
            classes,
            normalization,
            augment,
            fingerprint: OnceLock::new(),
        }
    }

    /// Fills the values of the images, several at a time, from bytes that `pixels` gives for a place.
    fn fill<'a, B: AsRef<[u8]> + 'a>(
        &self,
        places: &[usize],
        pixels: impl Fn(usize) -> Result<B, DataError> + Sync,
    ) -> Result<Vec<f32>, DataError> {
        let shape = self.shape();
        let tables = self.normalization.tables();
        let mut values = vec![0.0; places.len() * shape.len()];
        pool()?.install(|| {
            let images = values.par_chunks_exact_mut(shape.len()).zip(places);
            images.try_for_each(|(image, &place)| {
                assert!(
                    place < self.labels.len(),
                    "image {place} of {}",
                    self.labels.len()
                );
                let bytes = pixels(place)?;
                let planes = image.chunks_exact_mut(shape.area());
                let from = bytes.as_ref().chunks_exact(shape.area());
                for ((plane, bytes), table) in planes.zip(from).zip(&tables) {
                    for (value, &byte) in plane.iter_mut().zip(bytes) {
                        *value = table[usize::from(byte)];
                    }
                }
                Ok::<_, DataError>(())
            })
        })?;
        Ok(values)
    }
}

impl Images for TreeSplit {
    fn shape(&self) -> ImageShape {
        let side = self.kept.sizes().cropped as usize;
        ImageShape {
            channels: 3,
            height: side,
            width: side,
        }
    }

    fn classes(&self) -> usize {
        self.classes
    }

    fn labels(&self) -> &[u32] {
        &self.labels
    }

    fn read(&self, indices: &[usize]) -> Result<Vec<f32>, DataError> {
        self.fill(indices, |place| self.kept.central(place))
    }

    fn read_augmented(&self, indices: &[usize], draw: Draw) -> Result<Vec<f32>, DataError> {
        if self.augment {
            self.fill(indices, |place| self.kept.random(place, draw))
        } else {
            self.read(indices)
        }
    }

    fn fingerprint(&self) -> Result<String, DataError> {
        if let Some(known) = self.fingerprint.get() {
            return Ok(known.clone());
        }
        let mut hash = Sha256::new();
        hash.update(b"hesscope tree 1");
        hash.update((self.classes as u64).to_le_bytes());
        for label in &self.labels {
            hash.update(label.to_le_bytes());
        }
        let Normalization { mean, std } = &self.normalization;
        for value in mean.iter().chain(std) {
            hash.update(value.to_le_bytes());
        }
        self.kept.fingerprint(&mut hash)?;
        let digits = hex::encode(hash.finalize());
        Ok(self.fingerprint.get_or_init(|| digits).clone())
    }
}
