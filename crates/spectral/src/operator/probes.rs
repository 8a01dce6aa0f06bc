//! Random probe vectors that are the same on every platform.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};

use crate::numeric::portable::ln_portable;
use crate::operator::vector_space::VectorSpace;

/// The law of a probe z of dimension p; each satisfies `E[z z^T]` proportional to the identity, so that
/// `E[z^T f(A) z] / E[z^T z] = tr f(A) / p`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProbeKind {
    /// Independent standard normal coordinates.
    #[default]
    Gaussian,
    /// Independent signs, +1 or -1 with equal probability (Hutchinson 1990).
    Rademacher,
    /// Uniform on the unit sphere: a Gaussian probe divided by its norm.
    UnitSphere,
}

/// A family of probes indexed by 0, 1, 2, ...
///
/// Probe k depends on the seed, the law, the dimension and k alone: not on how many probes are drawn, in which order,
/// or on the platform. Each has its own ChaCha12 stream; normal deviates use only operations that IEEE 754 rounds
/// exactly, because `ln` of the platform's library may differ in the last bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Probes {
    /// Seed of the family.
    pub seed: u64,
    /// Law of the probes.
    pub kind: ProbeKind,
}

impl Probes {
    /// The family of this law and seed.
    pub fn new(kind: ProbeKind, seed: u64) -> Self {
        Self { seed, kind }
    }

    /// Probe `index`, as float64 on the host.
    pub fn host(&self, dim: usize, index: u64) -> Vec<f64> {
        let mut rng = stream(self.seed, index);
        match self.kind {
            ProbeKind::Gaussian => gaussian(&mut rng, dim),
            ProbeKind::Rademacher => rademacher(&mut rng, dim),
            ProbeKind::UnitSphere => {
                let mut probe = gaussian(&mut rng, dim);
                let norm = probe.iter().map(|x| x * x).sum::<f64>().sqrt();
                probe.iter_mut().for_each(|x| *x /= norm);
                probe
            }
        }
    }

    /// Probe `index` as a vector of the space.
    pub fn vector<S: VectorSpace>(&self, space: &S, index: u64) -> S::Vector {
        space.from_host(&self.host(space.dim(), index))
    }

    /// Probes `start .. start + count`.
    pub fn block<S: VectorSpace>(&self, space: &S, start: u64, count: usize) -> Vec<S::Vector> {
        (start..)
            .take(count)
            .map(|index| self.vector(space, index))
            .collect()
    }
}

/// Vectors of the next block, where `left` are to come and at most `block_size` are multiplied at a time, zero for all.
pub(crate) fn next_block(left: usize, block_size: usize) -> usize {
    match block_size {
        0 => left,
        size => size.min(left),
    }
}

/// The generator of one probe: key from the seed, stream from the index.
pub(crate) fn stream(seed: u64, index: u64) -> ChaCha12Rng {
    stream_of(b"hesscope", seed, index)
}

/// A generator for what the label, of at most 24 bytes, says.
pub(crate) fn stream_of(label: &[u8], seed: u64, index: u64) -> ChaCha12Rng {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8..8 + label.len()].copy_from_slice(label);
    let mut rng = ChaCha12Rng::from_seed(key);
    rng.set_stream(index);
    rng
}

/// Uniform on the multiples of 2^-52 in [-1, 1).
fn symmetric_uniform(rng: &mut ChaCha12Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 * (1.0 / (1_u64 << 52) as f64) - 1.0
}

/// Marsaglia's polar method (Marsaglia & Bray 1964): two deviates from each accepted point of the unit disc.
pub(crate) fn gaussian(rng: &mut ChaCha12Rng, dim: usize) -> Vec<f64> {
    let mut values = Vec::with_capacity(dim + 1);
    while values.len() < dim {
        let (x, y) = (symmetric_uniform(rng), symmetric_uniform(rng));
        let square = x * x + y * y;
        if square > 0.0 && square < 1.0 {
            let factor = (-2.0 * ln_portable(square) / square).sqrt();
            values.extend([x * factor, y * factor]);
        }
    }
    values.truncate(dim);
    values
}

fn rademacher(rng: &mut ChaCha12Rng, dim: usize) -> Vec<f64> {
    let mut values = Vec::with_capacity(dim + 63);
    while values.len() < dim {
        let bits = rng.next_u64();
        values.extend((0..64).map(|bit| if bits >> bit & 1 == 1 { 1.0 } else { -1.0 }));
    }
    values.truncate(dim);
    values
}
