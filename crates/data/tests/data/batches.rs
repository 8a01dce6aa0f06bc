//! Batches visit each image once, in an order that seed and epoch decide alone.

use hesscope_data::{
    Batch, DataError, ImageShape, Images, Split, epoch_order, sequential_batches, shuffled_batches,
};
use proptest::prelude::*;
use std::sync::Arc;

const SHAPE: ImageShape = ImageShape {
    channels: 1,
    height: 1,
    width: 2,
};

fn split(len: usize) -> Arc<Split> {
    let images = (0..2 * len).map(|value| value as f32).collect();
    let labels = (0..len as u32).map(|index| index % 3).collect();
    Arc::new(Split::new(images, labels, SHAPE, 3).unwrap())
}

fn all(batches: impl Iterator<Item = Result<Batch, DataError>>) -> Vec<Batch> {
    batches.collect::<Result<_, _>>().unwrap()
}

fn check(split: &Split, batches: &[Batch], batch_size: usize, order: &[usize]) {
    assert_eq!(batches.len(), split.len().div_ceil(batch_size));
    let visited: Vec<usize> = batches.iter().flat_map(|b| b.indices.clone()).collect();
    assert_eq!(visited, order);
    for (number, batch) in batches.iter().enumerate() {
        let size = batch_size.min(split.len() - number * batch_size);
        assert_eq!((batch.len(), batch.is_empty()), (size, false));
        let expected = split.subset(&batch.indices);
        assert_eq!(batch.images, expected.images());
        assert_eq!(batch.labels, expected.labels());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn each_image_once(
        len in 0usize..40,
        batch_size in prop_oneof![1usize..50, Just(usize::MAX)],
        seed in any::<u64>(),
        epoch in any::<u64>(),
    ) {
        let split = split(len);
        let order = epoch_order(len, seed, epoch);
        let mut sorted = order.clone();
        sorted.sort_unstable();
        let natural: Vec<usize> = (0..len).collect();
        prop_assert_eq!(&sorted, &natural);

        let iterator = shuffled_batches(split.clone(), batch_size, seed, epoch);
        prop_assert_eq!(iterator.size_hint().1, Some(len.div_ceil(batch_size)));
        check(&split, &all(iterator), batch_size, &order);
        let iterator = sequential_batches(&*split, batch_size);
        prop_assert_eq!(iterator.size_hint().1, Some(len.div_ceil(batch_size)));
        check(&split, &all(iterator), batch_size, &natural);
    }
}

#[test]
fn one_order_is_pinned_and_others_differ() {
    let order = epoch_order(10, 3, 4);
    assert_eq!(order, [8, 5, 4, 1, 0, 2, 6, 9, 7, 3]);
    assert_ne!(order, epoch_order(10, 3, 5));
    assert_ne!(order, epoch_order(10, 4, 4));
    assert_ne!(order, epoch_order(10, 4, 3));
}

#[test]
fn an_interrupted_epoch_resumes_exactly() {
    let split = split(100);
    let whole = all(shuffled_batches(split.clone(), 8, 1, 2));
    let rest = all(shuffled_batches(split, 8, 1, 2).skip(5));
    assert_eq!(rest, whole[5..]);
}

#[test]
fn the_thread_ends_with_the_iterator() {
    let split = split(1000);
    for taken in [0, 1, 7, 500, 501] {
        let mut iterator = shuffled_batches(split.clone(), 2, 0, 0);
        let count = iterator.by_ref().take(taken).count();
        assert_eq!(count, taken.min(500));
        assert_eq!(iterator.size_hint().1, Some(500 - count));
        drop(iterator);
        // The thread's share of the split is gone, so the thread has ended.
        assert_eq!(Arc::strong_count(&split), 1);
    }
    let mut iterator = shuffled_batches(split.clone(), 2, 0, 0);
    assert_eq!(iterator.by_ref().count(), 500);
    assert!(iterator.next().is_none());
    assert_eq!(Arc::strong_count(&split), 1);
}

#[test]
#[should_panic(expected = "batch_size is 0")]
fn no_shuffled_batches_of_nothing() {
    drop(shuffled_batches(split(3), 0, 0, 0));
}

#[test]
#[should_panic(expected = "batch_size is 0")]
fn no_sequential_batches_of_nothing() {
    let _ = sequential_batches(&*split(3), 0);
}

/// A split whose image 5 cannot be read.
#[derive(Debug)]
struct Broken(Arc<Split>);

impl Images for Broken {
    fn shape(&self) -> ImageShape {
        self.0.shape()
    }

    fn classes(&self) -> usize {
        self.0.classes()
    }

    fn labels(&self) -> &[u32] {
        self.0.labels()
    }

    fn read(&self, indices: &[usize]) -> Result<Vec<f32>, DataError> {
        if indices.contains(&5) {
            let path = "image 5".into();
            let source = std::io::Error::other("broken");
            return Err(DataError::Io { path, source });
        }
        self.0.read(indices)
    }

    fn fingerprint(&self) -> Result<String, DataError> {
        self.0.fingerprint()
    }
}

#[test]
fn nothing_follows_an_error() {
    let split = Arc::new(Broken(split(12)));
    let outcomes: Vec<bool> = sequential_batches(&*split, 2).map(|b| b.is_ok()).collect();
    assert_eq!(outcomes, [true, true, false]);
    let place = epoch_order(12, 0, 0).iter().position(|&i| i == 5).unwrap() / 2;
    let outcomes: Vec<bool> = shuffled_batches(split.clone(), 2, 0, 0)
        .map(|b| b.is_ok())
        .collect();
    assert_eq!(outcomes.len(), place + 1);
    assert_eq!(outcomes.iter().filter(|&&good| !good).count(), 1);
    assert_eq!(Arc::strong_count(&split), 1);
}
