//! How bytes go between ranks.

/// Where a rank runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The name of the machine.
    pub host: String,
    /// The rank's number among those on the machine.
    pub local_rank: usize,
    /// The number of ranks on the machine.
    pub local_size: usize,
}

/// How bytes go between ranks. Every operation is collective: it returns when all ranks have called it.
pub trait Transport: Send + Sync {
    /// The number of this rank, from 0.
    fn rank(&self) -> usize;

    /// The number of ranks.
    fn size(&self) -> usize;

    /// Where this rank runs.
    fn place(&self) -> Place;

    /// What rank 0 gives, at every rank; what others give is dropped.
    fn broadcast(&self, bytes: Vec<u8>) -> Vec<u8>;

    /// Of the parts that rank 0 gives, one a rank, that of this rank; others give none.
    fn scatter(&self, parts: Vec<Vec<u8>>) -> Vec<u8>;

    /// What each rank gives, in their order, at every rank.
    fn gather(&self, bytes: &[u8]) -> Vec<Vec<u8>>;

    /// Of the parts that every rank gives, one a rank, those for this rank, in the order of the ranks that gave them.
    fn exchange(&self, parts: Vec<Vec<u8>>) -> Vec<Vec<u8>>;
}
