//! Sums over ranks that have the same bits at every rank and in every run.
//!
//! Every rank adds up one segment of the numbers, in the order of the ranks and in float64, and hands it to the others: a
//! reduce-scatter followed by an all-gather, 2 (R - 1)/R of the numbers through each rank. MPI's own reductions may add up in
//! another order at each rank and in each run; MPI 4.0, section 6.9.1, only advises against it.

use crate::ranks::Ranks;

/// Numbers that go over at once; what is copied on the way is a few times as much.
const AT_ONCE: usize = 1 << 24;

/// A type of numbers that are summed over ranks.
pub trait Number: bytemuck::Pod {
    /// The number in float64.
    fn widen(self) -> f64;
    /// The nearest number.
    fn narrow(wide: f64) -> Self;
}

impl Number for f32 {
    fn widen(self) -> f64 {
        self.into()
    }

    fn narrow(wide: f64) -> Self {
        wide as f32
    }
}

impl Number for f64 {
    fn widen(self) -> f64 {
        self
    }

    fn narrow(wide: f64) -> Self {
        wide
    }
}

impl Ranks {
    /// Replaces each number by its sum over ranks, which all must give as many.
    pub fn sum<T: Number>(&self, numbers: &mut [T]) {
        let size = self.size();
        for numbers in numbers.chunks_mut(AT_ONCE) {
            let length = numbers.len().div_ceil(size).max(1);
            let mut parts: Vec<Vec<u8>> = numbers
                .chunks(length)
                .map(|part| bytemuck::cast_slice(part).to_vec())
                .collect();
            parts.resize(size, Vec::new());
            let mut total: Vec<f64> = Vec::new();
            for part in self.transport.exchange(parts) {
                let part: Vec<T> = bytemuck::pod_collect_to_vec(&part);
                total.resize(part.len(), 0.0);
                for (total, number) in total.iter_mut().zip(part) {
                    *total += number.widen();
                }
            }
            let mine: Vec<T> = total.into_iter().map(T::narrow).collect();
            let all = self.transport.gather(bytemuck::cast_slice(&mine));
            for (numbers, part) in numbers.chunks_mut(length).zip(all) {
                numbers.copy_from_slice(&bytemuck::pod_collect_to_vec::<u8, T>(&part));
            }
        }
    }
}
