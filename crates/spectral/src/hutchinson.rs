//! Products of an operator with random probes, which the stochastic estimators of traces and diagonals share.

use serde::{Deserialize, Serialize};

use crate::error::SpectralError;
use crate::operator::{LinearOperator, VectorOf, apply_checked};
use crate::probes::{ProbeKind, Probes};
use crate::state::OptionRules;

/// Options of [`trace`](crate::trace()), [`diagonal`](crate::diagonal()) and
/// [`frobenius_norm`](crate::frobenius_norm()).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HutchinsonOptions {
    /// Number of probes, m.
    pub probes: usize,
    /// Law of the probes. Of the three, signs have the least variance for traces and diagonals: entries of the diagonal
    /// add nothing to it.
    pub kind: ProbeKind,
    /// Seed of the probes.
    pub seed: u64,
    /// Most probes multiplied in one block, zero for all of them. Memory grows with it; the result does not change.
    pub block_size: usize,
}

impl Default for HutchinsonOptions {
    /// 32 probes of signs, eight at a time.
    fn default() -> Self {
        Self {
            probes: 32,
            kind: ProbeKind::Rademacher,
            seed: 0,
            block_size: 8,
        }
    }
}

impl HutchinsonOptions {
    pub(crate) fn check(&self) -> Result<(), SpectralError> {
        if self.probes == 0 {
            return Err(SpectralError::option("probes", "must be at least 1"));
        }
        Ok(())
    }

    /// How a snapshot may differ: probes can be added, and the size of blocks changes nothing.
    pub(crate) const RULES: OptionRules<'static> = OptionRules {
        may_grow: &["probes"],
        free: &["block_size"],
    };
}

/// How far a loop over the probes has come.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Progress {
    /// Blocks multiplied.
    blocks: usize,
    /// Probes multiplied.
    pub(crate) probes: usize,
}

impl Progress {
    pub(crate) fn is_finished(self, options: &HutchinsonOptions) -> bool {
        self.probes >= options.probes
    }

    /// Multiplies the next block and calls `visit` with each probe's place, the probe z, and the product A z, in the
    /// order of the probes.
    pub(crate) fn step<O: LinearOperator>(
        &mut self,
        op: &O,
        options: &HutchinsonOptions,
        mut visit: impl FnMut(Place, &VectorOf<O>, &VectorOf<O>) -> Result<(), SpectralError>,
    ) -> Result<(), SpectralError> {
        if self.is_finished(options) {
            return Ok(());
        }
        let left = options.probes - self.probes;
        let count = match options.block_size {
            0 => left,
            size => size.min(left),
        };
        let probes = Probes::new(options.kind, options.seed);
        let block = probes.block(op.space(), self.probes as u64, count);
        let products = apply_checked(op, &block)?;
        let step = self.blocks;
        for (index, (probe, product)) in block.iter().zip(&products).enumerate() {
            visit(Place { step, index }, probe, product)?;
        }
        self.blocks += 1;
        self.probes += count;
        Ok(())
    }
}

/// Which block, and which vector of it.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    step: usize,
    index: usize,
}

impl Place {
    /// An error unless every value is finite.
    pub(crate) fn check_finite(self, values: &[f64]) -> Result<(), SpectralError> {
        if values.iter().all(|value| value.is_finite()) {
            return Ok(());
        }
        Err(SpectralError::NotFinite {
            step: self.step,
            index: self.index,
        })
    }
}
