//! The pieces of vectors that a rank has, and what is done with them.

use std::collections::HashMap;
use std::ops::Range;

use burn::tensor::{Device, TensorData};
use faer::Mat;
use hesscope_ranks::{Member, Ranks};
use hesscope_spectral::VectorSpace;
use serde::{Deserialize, Serialize};

use super::device;
use super::parameters::ParameterSpace;
use crate::array::Array;
use crate::precision::{Precision, PrecisionExt};

/// A vector, at every rank.
pub(super) type Id = u64;

/// What all ranks do with their pieces.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Step {
    /// A vector of rank 0's is cut.
    Scatter(Id),
    /// The pieces are brought together.
    Gather(Id),
    Zeros(Id),
    /// Inner products of all pairs.
    Gram(Vec<Id>, Vec<Id>),
    /// Combinations: coefficients [basis, results], column by column.
    Combine(Vec<Id>, Vec<f64>, Vec<Id>),
    /// `result = y + alpha x`.
    Axpy {
        alpha: f64,
        x: Id,
        y: Id,
        result: Id,
    },
    /// `result = alpha x`.
    Scale {
        alpha: f64,
        x: Id,
        result: Id,
    },
}

/// What rank 0 tells.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Message {
    /// Vectors that are no longer needed.
    pub dropped: Vec<Id>,
    pub step: Step,
}

/// One rank's pieces of vectors, and the means to share work on them with the other ranks.
#[derive(Clone, Debug)]
pub(super) struct Cut {
    pub ranks: Ranks,
    /// The space of the pieces of this rank.
    pub piece: ParameterSpace,
    /// Numbers of a whole vector.
    pub dim: usize,
}

impl Cut {
    pub fn new(ranks: Ranks, dim: usize, precision: Precision, device: Device) -> Self {
        let numbers = ranks.share(dim, 1).len();
        Cut {
            ranks,
            piece: ParameterSpace::new(numbers, precision, device),
            dim,
        }
    }

    fn bytes_of(&self, rank: usize) -> Range<usize> {
        let Range { start, end } = self.ranks.share_of(self.dim, 1, rank);
        let bytes = self.piece.precision().bytes();
        start * bytes..end * bytes
    }

    /// This rank's piece of a vector of rank 0's, which others give none of.
    pub fn scatter(&self, vector: Option<&Array>) -> Array {
        let parts = vector.map_or_else(Vec::new, |vector| {
            let data = device::read(vector);
            let part = |rank| data.as_bytes()[self.bytes_of(rank)].to_vec();
            (0..self.ranks.size()).map(part).collect()
        });
        self.array(self.ranks.scatter(parts), &self.piece)
    }

    /// The pieces of all ranks, one behind another.
    pub fn gather(&self, piece: &Array) -> Vec<u8> {
        self.ranks.gather(device::read(piece).as_bytes()).concat()
    }

    /// Numbers of a space as an array on its device.
    pub fn array(&self, bytes: Vec<u8>, space: &ParameterSpace) -> Array {
        let precision = space.precision();
        let data = TensorData::from_bytes_vec(bytes, [space.dim()], precision.dtype());
        Array::from_data(data, precision, space.device())
    }

    /// Inner products of whole vectors, the same bits at every rank.
    pub fn gram(&self, a: &[Array], b: &[Array]) -> Mat<f64> {
        let gram = self.piece.gram(a, b);
        let numbers = (0..b.len()).flat_map(|j| (0..a.len()).map(move |i| (i, j)));
        let mut numbers: Vec<f64> = numbers.map(|place| gram[place]).collect();
        self.ranks.sum(&mut numbers);
        Mat::from_fn(a.len(), b.len(), |i, j| numbers[j * a.len() + i])
    }
}

/// What a rank other than 0 holds of the vectors of a space.
pub struct Pieces {
    cut: Cut,
    held: HashMap<Id, Array>,
}

impl Pieces {
    /// No vector yet of a space of `dim` numbers, on this rank's device.
    pub fn new(ranks: Ranks, dim: usize, precision: Precision, device: Device) -> Self {
        Pieces {
            cut: Cut::new(ranks, dim, precision, device),
            held: HashMap::new(),
        }
    }

    /// The pieces of vectors.
    ///
    /// # Panics
    ///
    /// For a vector that rank 0 never made.
    fn of(&self, ids: &[Id]) -> Vec<Array> {
        ids.iter().map(|id| self.held[id].clone()).collect()
    }
}

impl Member for Pieces {
    fn answer(&mut self, message: &[u8]) {
        let Message { dropped, step } =
            serde_json::from_slice(message).expect("all ranks run one version");
        for id in dropped {
            self.held.remove(&id);
        }
        let piece = &self.cut.piece;
        let made = match step {
            Step::Scatter(id) => vec![(id, self.cut.scatter(None))],
            Step::Gather(id) => {
                self.cut.gather(&self.held[&id]);
                Vec::new()
            }
            Step::Zeros(id) => vec![(id, piece.zeros())],
            Step::Gram(a, b) => {
                self.cut.gram(&self.of(&a), &self.of(&b));
                Vec::new()
            }
            Step::Combine(basis, coefficients, results) => {
                let rows = basis.len();
                let coefficients =
                    Mat::from_fn(rows, results.len(), |i, j| coefficients[j * rows + i]);
                let combined = piece.combine(&self.of(&basis), coefficients.as_ref());
                results.into_iter().zip(combined).collect()
            }
            Step::Axpy {
                alpha,
                x,
                y,
                result,
            } => {
                let mut sum = self.held[&y].clone();
                piece.axpy(alpha, &self.held[&x], &mut sum);
                vec![(result, sum)]
            }
            Step::Scale { alpha, x, result } => {
                let mut scaled = self.held[&x].clone();
                piece.scale(alpha, &mut scaled);
                vec![(result, scaled)]
            }
        };
        self.held.extend(made);
    }
}
