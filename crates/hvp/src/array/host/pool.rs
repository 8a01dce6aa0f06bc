//! Buffers that were let go of, to be taken again.

use std::collections::BTreeMap;

/// Bytes the pool holds at most. A pass lets go of a few tensors at each operation and takes as many,
/// so that a few of the largest are enough.
const HELD: usize = 512 << 20;

/// Bytes of the smallest buffer that is worth keeping: the allocator hands out smaller ones from memory
/// it has touched before.
pub(super) const WORTHWHILE: usize = 32 << 10;

/// Buffers by capacity and, among equals, by age.
pub(crate) struct Pool<T> {
    buffers: BTreeMap<(usize, u64), Vec<T>>,
    /// Their capacities by age: there may be thousands of small ones.
    ages: BTreeMap<u64, usize>,
    bytes: usize,
    given: u64,
}

impl<T> Pool<T> {
    pub(super) const fn new() -> Self {
        Pool {
            buffers: BTreeMap::new(),
            ages: BTreeMap::new(),
            bytes: 0,
            given: 0,
        }
    }

    pub(super) fn bytes(buffer: &Vec<T>) -> usize {
        buffer.capacity() * size_of::<T>()
    }

    /// The smallest buffer of at least `len` numbers, if it is not more than twice as large.
    pub(super) fn take(&mut self, len: usize) -> Option<Vec<T>> {
        let fitting = (len, 0)..=(2 * len, u64::MAX);
        let key = *self.buffers.range(fitting).next()?.0;
        self.remove(key)
    }

    fn remove(&mut self, key: (usize, u64)) -> Option<Vec<T>> {
        let buffer = self.buffers.remove(&key)?;
        self.ages.remove(&key.1);
        self.bytes -= Self::bytes(&buffer);
        Some(buffer)
    }

    /// Keeps a buffer, and lets go of the oldest where there are too many.
    pub(super) fn put(&mut self, buffer: Vec<T>) {
        self.given += 1;
        self.bytes += Self::bytes(&buffer);
        self.ages.insert(self.given, buffer.capacity());
        self.buffers.insert((buffer.capacity(), self.given), buffer);
        while self.bytes > HELD {
            let oldest = self.ages.first_key_value();
            let Some(key) = oldest.map(|(&age, &capacity)| (capacity, age)) else {
                break;
            };
            self.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pool_gives_the_smallest_that_fits_and_is_not_much_too_large() {
        let mut pool = Pool::new();
        for len in [10, 30, 20] {
            pool.put(Vec::<f64>::with_capacity(len));
        }
        assert_eq!(pool.bytes, 60 * 8);
        assert!(pool.take(4).is_none() && pool.take(31).is_none());
        assert_eq!(pool.take(15).expect("twenty fit").capacity(), 20);
        assert_eq!(pool.take(15).expect("thirty fit").capacity(), 30);
        assert_eq!(pool.take(10).expect("ten fit").capacity(), 10);
        assert!(pool.take(10).is_none());
        assert_eq!(pool.bytes, 0);
        assert!(pool.ages.is_empty());
    }

    #[test]
    fn the_pool_lets_go_of_the_oldest() {
        let mut pool = Pool::new();
        let third = HELD / 3;
        // Capacities that tell them apart; nothing of this memory is touched.
        for len in [third, third - 8, third - 16, third - 24] {
            pool.put(Vec::<u8>::with_capacity(len));
        }
        let left: Vec<usize> = pool.buffers.keys().map(|key| key.0).collect();
        assert_eq!(left, [third - 24, third - 16, third - 8]);
        assert!(pool.bytes <= HELD);
        assert_eq!(pool.ages.len(), 3);
    }

    #[test]
    fn the_pool_holds_as_much_as_it_may() {
        let mut pool = Pool::new();
        pool.put(Vec::<u8>::with_capacity(HELD - 100));
        pool.put(Vec::with_capacity(100));
        assert_eq!(pool.bytes, HELD);
        pool.put(Vec::with_capacity(10));
        assert_eq!(pool.bytes, 110);
    }
}
