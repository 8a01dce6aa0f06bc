//! The weights of a run at an epoch.

use crate::model::Model;

/// A network at an epoch of its training.
#[derive(Debug)]
pub struct Checkpoint {
    /// The epoch.
    pub epoch: usize,
    /// The network.
    pub network: Model,
    /// SHA-256 of the weights.
    pub sha256: String,
}
