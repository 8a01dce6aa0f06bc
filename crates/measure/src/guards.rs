//! How many vectors a subspace iteration carries beyond the pairs asked for.

/// Vectors beyond the leading pairs that the subspace iteration carries along.
pub const GUARDS: usize = 6;
