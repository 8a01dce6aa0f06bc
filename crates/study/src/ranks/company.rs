//! The ranks of this process, as MPI has one world for a process.

use std::sync::OnceLock;

use hesscope_ranks::Ranks;

static RANKS: OnceLock<Ranks> = OnceLock::new();

/// Has these ranks share the examples of every study from now on; this one leads. A second call changes nothing.
pub fn lead(ranks: Ranks) {
    RANKS.get_or_init(|| ranks);
}

/// The ranks that share examples; none where this process has them all.
pub fn current() -> Option<&'static Ranks> {
    RANKS.get().filter(|ranks| ranks.size() > 1)
}
