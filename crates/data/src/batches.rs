//! Walking a split in mini-batches.

use crate::error::DataError;
use crate::images::{Draw, Images};
use crate::stream::Stream;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::JoinHandle;

/// How many finished batches wait for the consumer.
const PREFETCHED: usize = 2;

/// Some images of a split.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// Normalised values, row-major `[batch, channels, height, width]`.
    pub images: Vec<f32>,
    /// The label of each image.
    pub labels: Vec<u32>,
    /// Where each image lies in the split.
    pub indices: Vec<usize>,
}

impl Batch {
    fn read(
        split: &dyn Images,
        indices: Vec<usize>,
        draw: Option<Draw>,
    ) -> Result<Self, DataError> {
        let images = match draw {
            Some(draw) => split.read_augmented(&indices, draw)?,
            None => split.read(&indices)?,
        };
        let labels = split.labels();
        Ok(Self {
            images,
            labels: indices.iter().map(|&index| labels[index]).collect(),
            indices,
        })
    }

    /// The number of images.
    #[must_use]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are no images; never so for a batch of this module's iterators.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }
}

/// The order in which an epoch visits the `len` images of a split: a pure function of its arguments.
#[must_use]
pub fn epoch_order(len: usize, seed: u64, epoch: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..len).collect();
    Stream::new("epoch order", &[seed, epoch]).draw_to_front(&mut order, len);
    order
}

/// One epoch of training: every image once, in [`epoch_order`], with the split's augmentation, read ahead of the
/// consumer by a thread. Nothing follows an error.
///
/// The last batch is smaller if `batch_size` does not divide the number of images. Dropping the
/// iterator early stops the thread.
///
/// # Panics
/// If `batch_size` is 0.
#[must_use]
pub fn shuffled_batches(
    split: Arc<dyn Images>,
    batch_size: usize,
    seed: u64,
    epoch: u64,
) -> ShuffledBatches {
    assert!(batch_size > 0, "batch_size is 0: choose at least 1");
    let remaining = split.len().div_ceil(batch_size);
    let (sender, receiver) = sync_channel(PREFETCHED);
    let worker = std::thread::spawn(move || {
        for indices in epoch_order(split.len(), seed, epoch).chunks(batch_size) {
            let batch = Batch::read(&*split, indices.to_vec(), Some(Draw { seed, epoch }));
            let failed = batch.is_err();
            if sender.send(batch).is_err() || failed {
                return;
            }
        }
    });
    ShuffledBatches {
        receiver: Some(receiver),
        worker: Some(worker),
        remaining,
    }
}

/// The iterator of [`shuffled_batches`].
#[derive(Debug)]
pub struct ShuffledBatches {
    receiver: Option<Receiver<Result<Batch, DataError>>>,
    worker: Option<JoinHandle<()>>,
    remaining: usize,
}

impl ShuffledBatches {
    /// Waits for the thread, which ends at once when nobody receives, and hands on a panic of its own.
    fn stop(&mut self) {
        self.receiver = None;
        if let Some(worker) = self.worker.take()
            && let Err(panic) = worker.join()
            && !std::thread::panicking()
        {
            std::panic::resume_unwind(panic);
        }
    }
}

impl Iterator for ShuffledBatches {
    type Item = Result<Batch, DataError>;

    fn next(&mut self) -> Option<Result<Batch, DataError>> {
        let batch = self.receiver.as_ref()?.recv().ok();
        match &batch {
            Some(Ok(_)) => self.remaining -= 1,
            Some(Err(_)) => self.remaining = 0,
            None => self.stop(),
        }
        batch
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        // At most: an error ends the epoch early.
        (0, Some(self.remaining))
    }
}

impl std::iter::FusedIterator for ShuffledBatches {}

impl Drop for ShuffledBatches {
    fn drop(&mut self) {
        self.stop();
    }
}

/// All images in their own order, without augmentation; nothing follows an error. The last batch is smaller if `batch_size` does not divide their
/// number.
///
/// # Panics
/// If `batch_size` is 0.
#[must_use]
pub fn sequential_batches(split: &dyn Images, batch_size: usize) -> SequentialBatches<'_> {
    assert!(batch_size > 0, "batch_size is 0: choose at least 1");
    SequentialBatches {
        split,
        batch_size,
        next: 0,
    }
}

/// The iterator of [`sequential_batches`].
#[derive(Debug, Clone)]
pub struct SequentialBatches<'a> {
    split: &'a dyn Images,
    batch_size: usize,
    next: usize,
}

impl Iterator for SequentialBatches<'_> {
    type Item = Result<Batch, DataError>;

    fn next(&mut self) -> Option<Result<Batch, DataError>> {
        let end = self
            .split
            .len()
            .min(self.next.saturating_add(self.batch_size));
        let indices: Vec<usize> = (self.next..end).collect();
        self.next = end;
        if indices.is_empty() {
            return None;
        }
        let batch = Batch::read(self.split, indices, None);
        if batch.is_err() {
            self.next = self.split.len();
        }
        Some(batch)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let batches = (self.split.len() - self.next).div_ceil(self.batch_size);
        (0, Some(batches))
    }
}

impl std::iter::FusedIterator for SequentialBatches<'_> {}
