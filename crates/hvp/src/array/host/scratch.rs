//! Memory for results, from the pool where it has some.

use std::mem;
use std::ops::{Deref, DerefMut};
use std::sync::{MutexGuard, PoisonError};

use burn_dispatch::{BackendTensor, DispatchTensorKind};

use super::pool::{Pool, WORTHWHILE};
use super::real::{Real, is_double};
use crate::array::tensor::Array;

fn pool<T: Real>() -> MutexGuard<'static, Pool<T>> {
    T::pool().lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether buffers of so many numbers are kept.
fn is_kept<T>(len: usize) -> bool {
    len * size_of::<T>() >= WORTHWHILE
}

/// A buffer of the pool for `len` numbers.
fn pooled<T: Real>(len: usize) -> Option<Vec<T>> {
    if is_kept::<T>(len) {
        pool::<T>().take(len)
    } else {
        None
    }
}

/// A buffer of `len` numbers, whatever they are: all of them are written before any is read. It comes
/// from the pool where that has one not much too large.
pub(crate) fn scratch<T: Real>(len: usize) -> Vec<T> {
    let Some(mut buffer) = pooled(len) else {
        return vec![T::ZERO; len];
    };
    buffer.resize(len, T::ZERO);
    buffer
}

/// Memory for what is computed on the way, given to the pool when dropped. Its numbers are whatever they are: all are
/// written before any is read.
pub(crate) struct Workspace<T: Real> {
    /// As long as the workspace or longer, so that nothing is cleared when it is next lent.
    buffer: Vec<T>,
    len: usize,
}

/// A workspace of `len` numbers.
pub(crate) fn workspace<T: Real>(len: usize) -> Workspace<T> {
    let mut buffer = pooled(len).unwrap_or_default();
    if buffer.len() < len {
        buffer.resize(len, T::ZERO);
    }
    Workspace { buffer, len }
}

impl<T: Real> Deref for Workspace<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.buffer[..self.len]
    }
}

impl<T: Real> DerefMut for Workspace<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.buffer[..self.len]
    }
}

impl<T: Real> Drop for Workspace<T> {
    fn drop(&mut self) {
        give(mem::take(&mut self.buffer));
    }
}

/// Gives a buffer to the pool.
fn give<T: Real>(buffer: Vec<T>) {
    if is_kept::<T>(buffer.capacity()) {
        pool::<T>().put(buffer);
    }
}

/// Drops an array, and where it was the last to hold its memory gives that to the pool.
pub(crate) fn recycle(array: Option<Array>) {
    let Some(array) = array else { return };
    let double = is_double(&array);
    if let DispatchTensorKind::Flex(BackendTensor::Float(tensor)) = array.0.kind {
        if double {
            f64::reclaim(tensor).into_iter().for_each(give);
        } else {
            f32::reclaim(tensor).into_iter().for_each(give);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::host::results::array;

    #[test]
    fn memory_that_is_read_elsewhere_stays() {
        let array = array(vec![1.0f64, 2.0, 3.0], &[3]);
        let other = array.clone();
        recycle(Some(array));
        let mut taken = scratch::<f64>(3);
        taken.fill(9.0);
        assert_eq!(other.to_f64().expect("numbers"), [1.0, 2.0, 3.0]);
    }

    /// So many numbers as nothing else here has.
    const MANY: usize = 5_000_011;

    #[test]
    fn large_buffers_are_taken_again() {
        let first = scratch::<f64>(MANY);
        let at = first.as_ptr();
        give(first);
        let second = scratch::<f64>(MANY);
        assert_eq!(second.as_ptr(), at);
        recycle(Some(array(second, &[MANY])));
        let third = workspace::<f64>(MANY);
        assert_eq!(third.as_ptr(), at);
        drop(third);
        assert_eq!(workspace::<f64>(MANY - 10).as_ptr(), at);
    }

    #[test]
    fn small_buffers_are_left_to_the_allocator() {
        assert!(is_kept::<f64>(WORTHWHILE / 8) && !is_kept::<f64>(WORTHWHILE / 8 - 1));
        assert!(is_kept::<f32>(WORTHWHILE / 4) && !is_kept::<f32>(WORTHWHILE / 4 - 1));
    }

    #[test]
    fn buffers_have_the_length_asked_for() {
        for len in [0, 1, 1000, 700, 1001, 90_000, 70_000, 90_001, 90_000] {
            let buffer = scratch::<f32>(len);
            assert_eq!(buffer.len(), len);
            give(buffer);
        }
    }
}
