//! The bounds that the rules share.

/// The version of the rules of one network and of grids.
pub const VERSION: u32 = 2;

/// The confidence level of every interval.
pub const LEVEL: f64 = 0.95;

/// Two subspaces are taken for the same where the mean squared cosine of their angles is at least this.
pub const SAME_SPACE: f64 = 0.9;

/// More than half is most.
pub const HALF: f64 = 0.5;
