//! Stochastic Lanczos quadrature.

use serde::{Deserialize, Serialize};

use crate::density::spectral_density::SpectralDensity;
use crate::eigen::lanczos::LanczosEstimation;
use crate::eigen::lanczos_options::{Breakdown, LanczosOptions, Reorthogonalisation};
use crate::eigen::lanczos_run::LanczosRun;
use crate::error::spectral_error::SpectralError;
use crate::numeric::quadrature::Quadrature;
use crate::operator::linear_operator::{LinearOperator, OperatorOn};
use crate::operator::probes::{ProbeKind, Probes, next_block};
use crate::resume::estimation::{Estimation, unfinished};
use crate::resume::snapshot::{Snapshot, SnapshotRef};
use crate::resume::state::{OptionRules, read_state, write_state};

/// Options of [`slq`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SlqOptions {
    /// Number of probes.
    pub probes: usize,
    /// Lanczos steps a probe.
    pub steps: usize,
    /// Law of the probes.
    pub kind: ProbeKind,
    /// Seed of the probes.
    pub seed: u64,
    /// Reorthogonalisation of the recursions.
    pub reorthogonalisation: Reorthogonalisation,
    /// What a breakdown does.
    pub breakdown: Breakdown,
    /// Most probes run in one block, zero for all of them. Memory grows with it; the result does not change.
    pub block_size: usize,
}

impl Default for SlqOptions {
    /// The papers' 128 steps without reorthogonalisation, on eight probes in one block.
    fn default() -> Self {
        Self {
            probes: 8,
            steps: 128,
            kind: ProbeKind::Gaussian,
            seed: 0,
            reorthogonalisation: Reorthogonalisation::None,
            breakdown: Breakdown::Stop,
            block_size: 0,
        }
    }
}

impl SlqOptions {
    fn check(&self) -> Result<(), SpectralError> {
        SpectralError::require_positive("probes", self.probes)?;
        self.lanczos().check()
    }

    /// The options of one block's recursions.
    pub(crate) fn lanczos(&self) -> LanczosOptions {
        LanczosOptions {
            steps: self.steps,
            reorthogonalisation: self.reorthogonalisation,
            breakdown: self.breakdown,
            keep_basis: false,
            seed: self.seed,
        }
    }

    /// Whether one recursion gives the whole spectrum of `dim` eigenvalues.
    fn is_exact(&self, dim: usize) -> bool {
        self.reorthogonalisation == Reorthogonalisation::Full
            && self.breakdown == Breakdown::Restart
            && self.steps >= dim
    }
}

/// Estimates the spectral density by stochastic Lanczos quadrature.
///
/// For a random unit vector z with `E[z z^T] = I/p`, `E[z^T f(A) z] = tr f(A) / p`, and m Lanczos steps from z give the
/// m-point Gauss quadrature of the measure behind `z^T f(A) z`: nodes are the Ritz values, weights the squared first
/// components of T's eigenvectors. Ubaru, Chen & Saad, "Fast estimation of tr(f(A)) via stochastic Lanczos quadrature",
/// SIMAX 2017; for the Hessian of deep networks, Papyan, "Measurements of three-level hierarchical structure in the
/// outliers in the spectrum of deepnet Hessians", 2019, and Ghorbani, Krishnan & Xiao 2019.
///
/// With [`Reorthogonalisation::Full`], [`Breakdown::Restart`] and as many steps as dimensions, T is orthogonally similar
/// to A, so its eigenvalues are the spectrum: one probe is run, its nodes get weight 1/p each whatever the probe, and the
/// result is marked `exact`. On an operator with [`excluded`](LinearOperator::excluded) vectors, p is the dimension
/// without them.
///
/// Each probe's weights are normalised to sum to 1. For Gaussian and spherical probes that keeps the estimate unbiased;
/// so it does for signs, except on an operator with excluded vectors, where it costs a bias of relative order 1/p.
pub fn slq<O: LinearOperator>(
    op: &O,
    options: &SlqOptions,
) -> Result<SpectralDensity, SpectralError> {
    SlqEstimation::begin(op, options)?.run(op)
}

const NAME: &str = "slq";

/// [`slq`] in progress: a step is one Lanczos step of one block of probes.
///
/// `probes` may grow, and `block_size` may change for the blocks not yet begun.
#[derive(Clone, Debug)]
pub struct SlqEstimation<V> {
    options: SlqOptions,
    dim: usize,
    quadratures: Vec<Quadrature>,
    /// Blocks finished, by which the series of a snapshot is told.
    blocks: u64,
    block: Option<LanczosEstimation<V>>,
}

/// Everything but vectors.
#[derive(Serialize, Deserialize)]
struct SlqState {
    quadratures: Vec<Quadrature>,
    blocks: u64,
    /// State of the block in progress.
    block: Option<String>,
}

impl<V: Clone> SlqEstimation<V> {
    /// Before the first step.
    pub fn begin<O: OperatorOn<V>>(op: &O, options: &SlqOptions) -> Result<Self, SpectralError> {
        options.check()?;
        let mut estimation = Self {
            options: *options,
            dim: op.effective_dim(),
            quadratures: Vec::new(),
            blocks: 0,
            block: None,
        };
        estimation.begin_block(op)?;
        Ok(estimation)
    }

    fn exact(&self) -> bool {
        self.dim == 0 || self.options.is_exact(self.dim)
    }

    /// Number of probes to run.
    fn probes(&self) -> usize {
        match (self.dim, self.exact()) {
            (0, _) => 0,
            (_, true) => 1,
            (_, false) => self.options.probes,
        }
    }

    /// Begins the next block where none is in progress and probes are left.
    fn begin_block<O: OperatorOn<V>>(&mut self, op: &O) -> Result<(), SpectralError> {
        let start = self.quadratures.len();
        let left = self.probes().saturating_sub(start);
        if self.block.is_some() || left == 0 {
            return Ok(());
        }
        let size = next_block(left, self.options.block_size);
        let probes = Probes::new(self.options.kind, self.options.seed);
        let block = probes.block(op.space(), start as u64, size);
        self.block = Some(LanczosEstimation::begin(
            op,
            &block,
            &self.options.lanczos(),
        )?);
        Ok(())
    }
}

impl<V: Clone, O: OperatorOn<V>> Estimation<O> for SlqEstimation<V> {
    type Options = SlqOptions;
    type Output = SpectralDensity;

    fn restore(op: &O, options: &SlqOptions, snapshot: Snapshot<V>) -> Result<Self, SpectralError> {
        options.check()?;
        let dim = op.effective_dim();
        let rules = OptionRules {
            may_grow: &["probes"],
            free: &["block_size"],
        };
        let state: SlqState = read_state(NAME, dim, options, rules, &snapshot.state)?;
        let block = match state.block {
            Some(text) => {
                let block = Snapshot {
                    state: text,
                    ..snapshot
                };
                Some(LanczosEstimation::restore(op, &options.lanczos(), block)?)
            }
            None => None,
        };
        let mut estimation = Self {
            options: *options,
            dim,
            quadratures: state.quadratures,
            blocks: state.blocks,
            block,
        };
        estimation.begin_block(op)?;
        Ok(estimation)
    }

    fn options(&self) -> &SlqOptions {
        &self.options
    }

    fn snapshot(&self) -> Result<SnapshotRef<'_, V>, SpectralError> {
        let block = match &self.block {
            Some(block) => Some(Estimation::<O>::snapshot(block)?),
            None => None,
        };
        let state = SlqState {
            quadratures: self.quadratures.clone(),
            blocks: self.blocks,
            block: block.as_ref().map(|block| block.state.clone()),
        };
        Ok(SnapshotRef {
            state: write_state(NAME, self.dim, &self.options, &state)?,
            series: self.blocks,
            ..block.unwrap_or_default()
        })
    }

    fn is_finished(&self) -> bool {
        self.block.is_none()
    }

    fn step(&mut self, op: &O) -> Result<(), SpectralError> {
        let Some(mut block) = self.block.take() else {
            return Ok(());
        };
        block.step(op)?;
        if Estimation::<O>::is_finished(&block) {
            self.quadratures
                .extend(block.finish(op)?.into_iter().map(quadrature));
            self.blocks += 1;
            self.begin_block(op)
        } else {
            self.block = Some(block);
            Ok(())
        }
    }

    fn finish(self, _: &O) -> Result<SpectralDensity, SpectralError> {
        if self.block.is_some() {
            return Err(unfinished());
        }
        Ok(SpectralDensity {
            dim: self.dim,
            exact: self.exact(),
            quadratures: self.quadratures,
            atoms: Vec::new(),
        })
    }
}

/// The quadrature of a run: Gauss weights, or equal ones where the run is complete.
pub(crate) fn quadrature<V>(run: LanczosRun<V>) -> Quadrature {
    let weights = if run.complete {
        vec![1.0 / run.ritz_values.len() as f64; run.ritz_values.len()]
    } else {
        let total: f64 = run.weights.iter().sum();
        run.weights.iter().map(|weight| weight / total).collect()
    };
    Quadrature {
        nodes: run.ritz_values,
        weights,
    }
}
