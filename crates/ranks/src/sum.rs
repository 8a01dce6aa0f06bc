//! Sums over ranks that have the same bits at every rank and in every run.
//!
//! Every rank adds up one segment of the numbers, in the order of the ranks and in float64, and hands it to the others: a
//! reduce-scatter followed by an all-gather, 2 (R - 1)/R of the numbers through each rank. MPI's own reductions may add up in
//! another order at each rank and in each run; MPI 4.0, section 6.9.1, only advises against it.

use crate::number::{Number, bytes_of, numbers_of};
use crate::ranks::Ranks;

/// Numbers that go over at once; what is copied on the way is a few times as much.
const AT_ONCE: usize = 1 << 24;

impl Ranks {
    /// Replaces each number by its sum over ranks, which all must give as many.
    pub fn sum<T: Number>(&self, numbers: &mut [T]) {
        let size = self.size();
        for numbers in numbers.chunks_mut(AT_ONCE) {
            let length = numbers.len().div_ceil(size).max(1);
            let mut parts: Vec<Vec<u8>> = numbers.chunks(length).map(bytes_of).collect();
            parts.resize(size, Vec::new());
            let mut total: Vec<f64> = Vec::new();
            for part in self.transport.exchange(parts) {
                let part: Vec<T> = numbers_of(&part);
                total.resize(part.len(), 0.0);
                for (total, number) in total.iter_mut().zip(part) {
                    *total += number.widen();
                }
            }
            let mine: Vec<T> = total.into_iter().map(T::narrow).collect();
            let all = self.transport.gather(&bytes_of(&mine));
            for (numbers, part) in numbers.chunks_mut(length).zip(all) {
                numbers.copy_from_slice(&numbers_of::<T>(&part));
            }
        }
    }
}
