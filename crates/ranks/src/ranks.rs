//! The ranks of a computation.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use crate::transport::{Place, Transport};

/// The ranks of a computation, seen from one of them.
#[derive(Clone)]
pub struct Ranks {
    pub(crate) transport: Arc<dyn Transport>,
    /// The number of the next object that the leader opens.
    pub(crate) next: Arc<AtomicU64>,
}

impl fmt::Debug for Ranks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rank {} of {}", self.rank(), self.size())
    }
}

impl Ranks {
    /// The ranks that a transport connects.
    pub fn new(transport: impl Transport + 'static) -> Self {
        Ranks {
            transport: Arc::new(transport),
            next: Arc::default(),
        }
    }

    /// The number of this rank, from 0.
    pub fn rank(&self) -> usize {
        self.transport.rank()
    }

    /// The number of ranks.
    pub fn size(&self) -> usize {
        self.transport.size()
    }

    /// Where this rank runs.
    pub fn place(&self) -> Place {
        self.transport.place()
    }

    /// Whether this is rank 0.
    pub fn is_leader(&self) -> bool {
        self.rank() == 0
    }

    /// This rank's share of `count` things that come in groups of `unit`: consecutive, and no two ranks' differ by more than a
    /// group. Empty where there are fewer groups than ranks and it is not this one's turn.
    pub fn share(&self, count: usize, unit: usize) -> Range<usize> {
        self.share_of(count, unit, self.rank())
    }

    /// The [share](Self::share) of another rank.
    pub fn share_of(&self, count: usize, unit: usize, rank: usize) -> Range<usize> {
        share(count, unit, rank, self.size())
    }

    /// What rank 0 gives, at every rank.
    pub fn broadcast(&self, bytes: Vec<u8>) -> Vec<u8> {
        self.transport.broadcast(bytes)
    }

    /// Of the parts that rank 0 gives, one a rank, that of this rank; others give none.
    pub fn scatter(&self, parts: Vec<Vec<u8>>) -> Vec<u8> {
        self.transport.scatter(parts)
    }

    /// What each rank gives, in their order, at every rank.
    pub fn gather(&self, bytes: &[u8]) -> Vec<Vec<u8>> {
        self.transport.gather(bytes)
    }
}

/// See [`Ranks::share`].
fn share(count: usize, unit: usize, rank: usize, size: usize) -> Range<usize> {
    let groups = count.div_ceil(unit.max(1));
    let bound = |rank: usize| (rank * groups / size * unit).min(count);
    bound(rank)..bound(rank + 1)
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn shares_follow_each_other_and_are_even() {
        for (count, unit, size) in [(10, 1, 3), (12, 4, 2), (7, 1, 7), (3, 1, 5), (20, 5, 3)] {
            let shares: Vec<_> = (0..size)
                .map(|rank| share(count, unit, rank, size))
                .collect();
            let mut next = 0;
            for share in &shares {
                assert_eq!(share.start, next);
                assert_eq!(share.start % unit, 0);
                next = share.end;
            }
            assert_eq!(next, count);
            let lengths = shares.iter().map(|share| share.len());
            let (least, most) = (lengths.clone().min(), lengths.max());
            assert!(most <= least.map(|least| least + unit), "{shares:?}");
        }
    }
}
