//! Small data sets for the tests, drawn from a seed.
// Each test binary uses a part of this module.
#![allow(dead_code)]

use hesscope_models::{BatchSource, HostBatch, HostBatches, Provenance};
use rand::{Rng, RngExt, SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

/// Images and labels in memory.
pub struct Toy {
    pub shape: [usize; 3],
    pub classes: usize,
    pub images: Vec<Vec<f32>>,
    pub labels: Vec<u32>,
}

impl Toy {
    /// `n` images of noise, each brightened by 1.5 in a band of rows that tells its class.
    pub fn bands(shape: [usize; 3], classes: usize, n: usize, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let [c, h, w] = shape;
        let labels: Vec<u32> = (0..n).map(|i| (i % classes) as u32).collect();
        let mut image = |label: u32| -> Vec<f32> {
            (0..c * h * w)
                .map(|pixel| {
                    let row = pixel / w % h;
                    let bright = row * classes / h == label as usize;
                    noise(&mut rng) + if bright { 1.5 } else { 0.0 }
                })
                .collect()
        };
        let images = labels.iter().map(|&label| image(label)).collect();
        Self {
            shape,
            classes,
            images,
            labels,
        }
    }

    fn batch(&self, indices: &[usize]) -> HostBatch {
        HostBatch {
            images: indices
                .iter()
                .flat_map(|&i| self.images[i].iter().copied())
                .collect(),
            labels: indices.iter().map(|&i| self.labels[i]).collect(),
        }
    }

    fn batches(&self, order: Vec<usize>, size: usize) -> HostBatches<'_> {
        let chunks: Vec<Vec<usize>> = order.chunks(size).map(<[usize]>::to_vec).collect();
        Box::new(chunks.into_iter().map(|chunk| Ok(self.batch(&chunk))))
    }
}

fn noise(rng: &mut impl Rng) -> f32 {
    rng.random_range(-0.5..0.5)
}

impl BatchSource for Toy {
    fn len(&self) -> usize {
        self.labels.len()
    }

    fn shape(&self) -> [usize; 3] {
        self.shape
    }

    fn classes(&self) -> usize {
        self.classes
    }

    fn shuffled(&self, size: usize, seed: u64, epoch: usize) -> HostBatches<'_> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(epoch as u64);
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.shuffle(&mut rng);
        self.batches(order, size)
    }

    fn sequential(&self, size: usize) -> HostBatches<'_> {
        self.batches((0..self.len()).collect(), size)
    }
}

/// All values of a state, as the bits of their bytes.
pub fn bytes(state: &[hesscope_models::NamedTensor]) -> Vec<(String, Vec<u8>)> {
    state
        .iter()
        .map(|t| (t.path.clone(), t.data.as_bytes().to_vec()))
        .collect()
}

/// A run and data that are told by a word.
pub fn provenance(word: &str) -> Provenance {
    Provenance {
        run_sha256: format!("run {word}"),
        train_sha256: format!("training data {word}"),
        test_sha256: format!("test data {word}"),
    }
}
