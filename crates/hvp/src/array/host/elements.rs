//! Elementwise passes in which K directions share a tensor without directions.

use rayon::prelude::*;

use super::numbers::Numbers;
use super::real::Real;
use super::results::array;
use super::scratch::scratch;
use super::wide::wide;
use crate::array::tensor::Array;

/// Numbers a task handles at least.
pub(super) const GRAIN: usize = 1 << 14;

/// Tasks of so many numbers each that a thread does at least.
pub(super) fn tasks_of(numbers: usize) -> usize {
    (GRAIN / numbers.max(1)).max(1)
}

/// The elements of `a` [K, …] where those of `x` […] are above zero, and zero elsewhere.
pub(crate) fn where_positive<T: Real>(a: &Array, x: &Array) -> Array {
    let (values, gate) = (Numbers::<T>::of(a), Numbers::<T>::of(x));
    let mut out = scratch(values.len());
    if !gate.is_empty() {
        // Pieces of one direction each: the gate is as long as a direction.
        out.par_chunks_mut(gate.len())
            .zip(values.par_chunks(gate.len()))
            .for_each(|(out, values)| {
                out.par_chunks_mut(GRAIN)
                    .zip(values.par_chunks(GRAIN))
                    .zip(gate.par_chunks(GRAIN))
                    .for_each(|((out, values), gate)| {
                        wide(
                            #[inline(always)]
                            || {
                                for ((out, &value), &x) in out.iter_mut().zip(values).zip(gate) {
                                    *out = if x > T::ZERO { value } else { T::ZERO };
                                }
                            },
                        );
                    });
            });
    }
    array(out, &a.shape())
}

#[cfg(test)]
mod tests {
    use super::{GRAIN, tasks_of};

    #[test]
    fn small_tasks_go_together() {
        assert_eq!(tasks_of(0), GRAIN);
        assert_eq!(tasks_of(1), GRAIN);
        assert_eq!(tasks_of(100), 163);
        assert_eq!(tasks_of(GRAIN - 1), 1);
        assert_eq!(tasks_of(3 * GRAIN), 1);
    }
}
