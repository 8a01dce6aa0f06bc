//! Sums over the ranks that a problem's examples are shared among.

use burn::tensor::TensorData;
use hesscope_ranks::Ranks;

use super::call::{Call, tell};
use super::definition::Problem;
use crate::array::Array;
use crate::error::HvpError;
use crate::over_ranks::sum_over_ranks;
use crate::precision::PrecisionExt;

impl Problem {
    /// The ranks that the examples are shared among, if they are.
    pub fn ranks(&self) -> Option<&Ranks> {
        self.company.as_ref().map(|company| &company.ranks)
    }

    /// Rows of the data set before those of this rank.
    pub(crate) fn first_row(&self) -> usize {
        self.company.as_ref().map_or(0, |company| company.first_row)
    }

    /// Has the members take part in the pass that follows, where this rank leads any.
    pub(crate) fn lead(
        &self,
        call: Call,
        directions: Option<&Array>,
        numbers: &[f64],
    ) -> Result<(), HvpError> {
        let remote = self
            .company
            .as_ref()
            .and_then(|company| company.remote.as_ref());
        remote.map_or(Ok(()), |remote| tell(remote, call, directions, numbers))
    }

    /// The sums over ranks of vectors that each has, which fail together.
    pub(crate) fn sum_over_ranks(
        &self,
        vectors: Result<Vec<Array>, HvpError>,
    ) -> Result<Vec<Array>, HvpError> {
        match self.ranks() {
            Some(ranks) => sum_over_ranks(ranks, vectors),
            None => vectors,
        }
    }

    /// The sums over ranks of numbers that each has as many of, which fail together.
    pub(crate) fn sum_numbers(
        &self,
        numbers: Result<Vec<f64>, HvpError>,
    ) -> Result<Vec<f64>, HvpError> {
        let Some(ranks) = self.ranks() else {
            return numbers;
        };
        let mut numbers = ranks.agree(numbers)?;
        ranks.sum(&mut numbers);
        Ok(numbers)
    }

    /// The numbers of all ranks, in their order, which fail together.
    pub(crate) fn gather_numbers(
        &self,
        numbers: Result<Vec<f64>, HvpError>,
    ) -> Result<Vec<f64>, HvpError> {
        let Some(ranks) = self.ranks() else {
            return numbers;
        };
        let numbers = ranks.agree(numbers)?;
        Ok(ranks.gather_numbers(&numbers))
    }

    /// The vectors of all ranks, in their order, which fail together.
    pub(crate) fn gather_vectors(
        &self,
        vectors: Result<Vec<Array>, HvpError>,
    ) -> Result<Vec<Array>, HvpError> {
        let Some(ranks) = self.ranks() else {
            return vectors;
        };
        let read = |vector: &Array| Ok(vector.to_data()?.as_bytes().to_vec());
        let read = vectors.and_then(|vectors| vectors.iter().map(read).collect());
        let read: Vec<Vec<u8>> = ranks.agree(read)?;
        let all = ranks.gather(&read.concat()).concat();
        let (precision, device) = (self.space.precision(), self.space.device());
        let dim = self.programs[0].dim();
        let vector = |bytes: &[u8]| {
            let data = TensorData::from_bytes_vec(bytes.to_vec(), [dim], precision.dtype());
            Array::from_data(data, precision, device)
        };
        Ok(all.chunks(dim * precision.bytes()).map(vector).collect())
    }
}
