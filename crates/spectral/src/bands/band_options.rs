//! Options of the bands.

use serde::{Deserialize, Serialize};

use crate::error::spectral_error::SpectralError;
use crate::statistics::bounded::{check_level, check_replicates};

/// Options of the bands.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BandOptions {
    /// Confidence level, between 0 and 1.
    pub level: f64,
    /// Whether the band is to hold at all points of the grid at once rather than at each by itself. Approximate: with four
    /// probes on isolated eigenvalues it held 75% of whole curves at level 0.95.
    pub simultaneous: bool,
    /// Whether the operator is known to have no eigenvalue below zero, so that negative nodes are rounding.
    pub psd: bool,
    /// Bootstrap replicates, for simultaneous bands.
    pub replicates: usize,
    /// Seed of the replicates.
    pub seed: u64,
}

impl Default for BandOptions {
    /// A pointwise band of 95%.
    fn default() -> Self {
        Self {
            level: 0.95,
            simultaneous: false,
            psd: false,
            replicates: 1000,
            seed: 0,
        }
    }
}

impl BandOptions {
    pub(crate) fn check(&self) -> Result<(), SpectralError> {
        check_level(self.level)?;
        if self.simultaneous {
            check_replicates(self.replicates)?;
        }
        Ok(())
    }
}
