//! Products of an operator with random probes, from which traces, norms and diagonals are estimated.

use serde::{Deserialize, Serialize};

use crate::error::snapshot_error::SnapshotError;
use crate::error::spectral_error::SpectralError;
use crate::operator::linear_operator::{LinearOperator, VectorOf, apply_checked};
use crate::operator::probes::{ProbeKind, Probes, next_block};
use crate::operator::vector_space::VectorSpace;
use crate::resume::estimation::{Estimation, unfinished};
use crate::resume::snapshot::{Snapshot, SnapshotRef};
use crate::resume::state::{OptionRules, read_state, write_state};

/// Options of [`hutchinson_trace`](crate::hutchinson_trace), [`diagonal`](crate::diagonal()) and
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
        SpectralError::require_positive("probes", self.probes)
    }

    /// How a snapshot may differ: probes can be added, and the size of blocks changes nothing.
    pub(crate) const RULES: OptionRules<'static> = OptionRules {
        may_grow: &["probes"],
        free: &["block_size"],
    };
}

/// What is made of the probes and their products, one after the other.
pub trait ProbeStatistic: Sized {
    /// The estimation's name in snapshots.
    const NAME: &'static str;
    /// What it comes to.
    type Output;

    /// Of no probe, on a space of `dim` dimensions.
    fn new(dim: usize) -> Self;

    /// Takes in a probe and its product; false where that is not finite.
    fn add<S: VectorSpace>(
        &mut self,
        space: &S,
        kind: ProbeKind,
        probe: &S::Vector,
        product: &S::Vector,
    ) -> bool;

    /// All of it, in numbers.
    fn numbers(&self) -> Vec<f64>;

    /// From its numbers after so many probes; `None` where they are not as many as they should be.
    fn from_numbers(dim: usize, probes: usize, numbers: Vec<f64>) -> Option<Self>;

    /// What it comes to.
    fn conclude(self) -> Self::Output;
}

/// An estimation from probes in progress: a step is one block of probes. `probes` may grow and `block_size` may change.
#[derive(Clone, Debug)]
pub struct ProbeEstimation<T> {
    options: HutchinsonOptions,
    dim: usize,
    progress: Progress,
    statistic: T,
}

/// How far the loop over the probes has come.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Progress {
    /// Blocks multiplied.
    blocks: usize,
    /// Probes multiplied.
    probes: usize,
}

impl<T: ProbeStatistic> ProbeEstimation<T> {
    /// Before the first step.
    pub fn begin<O: LinearOperator>(
        op: &O,
        options: &HutchinsonOptions,
    ) -> Result<Self, SpectralError> {
        options.check()?;
        Ok(Self {
            options: *options,
            dim: op.effective_dim(),
            progress: Progress::default(),
            statistic: T::new(op.space().dim()),
        })
    }
}

impl<O: LinearOperator, T: ProbeStatistic> Estimation<O> for ProbeEstimation<T> {
    type Options = HutchinsonOptions;
    type Output = T::Output;

    fn restore(
        op: &O,
        options: &HutchinsonOptions,
        snapshot: Snapshot<VectorOf<O>>,
    ) -> Result<Self, SpectralError> {
        options.check()?;
        let (dim, rules) = (op.effective_dim(), HutchinsonOptions::RULES);
        let progress: Progress = read_state(T::NAME, dim, options, rules, &snapshot.state)?;
        let statistic = T::from_numbers(op.space().dim(), progress.probes, snapshot.numbers)
            .ok_or_else(|| SnapshotError::state(T::NAME, "it has another number of numbers"))?;
        Ok(Self {
            options: *options,
            dim,
            progress,
            statistic,
        })
    }

    fn options(&self) -> &HutchinsonOptions {
        &self.options
    }

    fn snapshot(&self) -> Result<SnapshotRef<'_, VectorOf<O>>, SpectralError> {
        Ok(SnapshotRef {
            state: write_state(T::NAME, self.dim, &self.options, &self.progress)?,
            numbers: self.statistic.numbers(),
            ..SnapshotRef::default()
        })
    }

    fn is_finished(&self) -> bool {
        self.progress.probes >= self.options.probes
    }

    fn step(&mut self, op: &O) -> Result<(), SpectralError> {
        let (options, progress) = (&self.options, &mut self.progress);
        let left = options.probes.saturating_sub(progress.probes);
        if left == 0 {
            return Ok(());
        }
        let count = next_block(left, options.block_size);
        let probes = Probes::new(options.kind, options.seed);
        let block = probes.block(op.space(), progress.probes as u64, count);
        let products = apply_checked(op, &block)?;
        for (index, (probe, product)) in block.iter().zip(&products).enumerate() {
            let statistic = &mut self.statistic;
            if !statistic.add(op.space(), options.kind, probe, product) {
                let step = progress.blocks;
                return Err(SpectralError::NotFinite { step, index });
            }
        }
        progress.blocks += 1;
        progress.probes += count;
        Ok(())
    }

    fn finish(self, _: &O) -> Result<T::Output, SpectralError> {
        if Estimation::<O>::is_finished(&self) {
            Ok(self.statistic.conclude())
        } else {
            Err(unfinished())
        }
    }
}
