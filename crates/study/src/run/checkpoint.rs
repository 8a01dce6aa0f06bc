//! The weights of a run at an epoch.

use hesscope_models::Network;

/// A network at an epoch of its training.
#[derive(Debug)]
pub struct Checkpoint {
    /// The epoch.
    pub epoch: usize,
    /// The network.
    pub network: Network,
    /// SHA-256 of the checkpoint's content.
    pub sha256: String,
}
