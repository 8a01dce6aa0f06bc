//! The ranks that a problem's examples are shared among.

use hesscope_ranks::{Ranks, Remote};

/// The ranks that a problem's examples are shared among, and this rank's place.
pub(super) struct Company {
    pub ranks: Ranks,
    /// What the others hold, where this rank leads them.
    pub remote: Option<Remote>,
    /// Rows of the data set before this rank's.
    pub first_row: usize,
    /// Examples of all ranks.
    pub examples: usize,
}
