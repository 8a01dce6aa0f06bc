//! Blocked subspace iteration with Rayleigh-Ritz.

use serde::{Deserialize, Serialize};

use crate::eigen::extreme::{Extreme, Found, check_pairs};
use crate::eigen::random_directions::RandomDirections;
use crate::eigen::rayleigh_ritz::RitzBlock;
use crate::error::snapshot_error::SnapshotError;
use crate::error::spectral_error::SpectralError;
use crate::operator::eigenpairs::Eigenpairs;
use crate::operator::linear_operator::{LinearOperator, OperatorOn, VectorOf, apply_checked};
use crate::operator::vector_space::VectorSpace;
use crate::resume::estimation::{Estimation, unfinished};
use crate::resume::snapshot::{Snapshot, SnapshotRef};
use crate::resume::state::{OptionRules, read_state, write_state};

/// Options of [`subspace_iteration`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SubspaceOptions {
    /// Number k of pairs wanted.
    pub pairs: usize,
    /// Guard vectors iterated beyond k (fewer where the dimension leaves no room).
    pub oversampling: usize,
    /// Most iterations, that is block products.
    pub max_iterations: usize,
    /// A pair has converged when `||A q - theta q|| <= tolerance |theta_1|`, theta_1 the Ritz value of largest modulus.
    pub tolerance: f64,
    /// Seed of the random starting block.
    pub seed: u64,
}

impl Default for SubspaceOptions {
    /// Ten pairs (the classes of CIFAR-10) and ten guards, for the papers' 128 iterations at most.
    fn default() -> Self {
        Self {
            pairs: 10,
            oversampling: 10,
            max_iterations: 128,
            tolerance: 1e-6,
            seed: 0,
        }
    }
}

/// What [`subspace_iteration`] found.
#[derive(Clone, Debug)]
pub struct SubspaceResult<V> {
    /// The k pairs.
    pub pairs: Eigenpairs<V>,
    /// Whether each met the tolerance.
    pub pair_converged: Vec<bool>,
    /// Whether all did.
    pub converged: bool,
    /// Block products made.
    pub iterations: usize,
    /// The guard vectors' Ritz values, in order: they bound the rate of convergence and show the gap after k.
    pub guard_values: Vec<f64>,
    /// Their residual norms, which meet no tolerance.
    pub guard_residuals: Vec<f64>,
}

/// Finds the k eigenpairs of largest modulus by blocked subspace iteration with Rayleigh-Ritz.
///
/// Each iteration takes one block product `Y = A X` of the orthonormal block X: `X^T Y` gives the Ritz pairs, the rotated
/// Y both their residuals and the next block (Parlett 1998, section 14.5; Saad, Numerical Methods for Large Eigenvalue
/// Problems, SIAM 2011, chapter 5). With k pairs wanted and b vectors iterated, pair i converges by the factor
/// `|lambda_(b+1) / lambda_i|` an iteration, which is why there are guard vectors.
///
/// `warm_start` vectors, as many as one likes up to the block's size, begin the block; random ones fill it up. Fewer
/// nonzero eigenvalues than k is no difficulty: the pairs left over are zeros with vanishing residual. A converged pair is
/// certainly an eigenpair to within its residual; that none of larger modulus is missing holds with probability one in
/// exact arithmetic and is not certified.
pub fn subspace_iteration<O: LinearOperator>(
    op: &O,
    options: &SubspaceOptions,
    warm_start: Option<&[VectorOf<O>]>,
) -> Result<SubspaceResult<VectorOf<O>>, SpectralError> {
    SubspaceEstimation::begin(op, options, warm_start)?.run(op)
}

const NAME: &str = "subspace_iteration";

/// [`subspace_iteration`] in progress: a step is one iteration.
#[derive(Clone, Debug)]
pub struct SubspaceEstimation<V> {
    options: SubspaceOptions,
    dim: usize,
    state: SubspaceState,
    /// The block to be multiplied next, or the vectors found.
    block: Vec<V>,
}

/// Everything but vectors.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct SubspaceState {
    iterations: usize,
    random: RandomDirections,
    /// Of the whole block, guards included.
    found: Option<Found>,
}

impl<V: Clone> SubspaceEstimation<V> {
    /// Before the first iteration.
    pub fn begin<O: OperatorOn<V>>(
        op: &O,
        options: &SubspaceOptions,
        warm_start: Option<&[V]>,
    ) -> Result<Self, SpectralError> {
        let dim = op.effective_dim();
        options.check(dim)?;
        let size = options.block_size(dim);
        let warm = warm_start.unwrap_or_default();
        let mut random = RandomDirections::new(options.seed);
        let block = random.complete(op, &[], warm.iter().take(size).cloned().collect(), size)?;
        Ok(Self {
            options: *options,
            dim,
            state: SubspaceState {
                iterations: 0,
                random,
                found: None,
            },
            block,
        })
    }
}

impl<V: Clone, O: OperatorOn<V>> Estimation<O> for SubspaceEstimation<V> {
    type Options = SubspaceOptions;
    type Output = SubspaceResult<V>;

    fn restore(
        op: &O,
        options: &SubspaceOptions,
        snapshot: Snapshot<V>,
    ) -> Result<Self, SpectralError> {
        let dim = op.effective_dim();
        options.check(dim)?;
        let state: SubspaceState =
            read_state(NAME, dim, options, OptionRules::default(), &snapshot.state)?;
        let expected = match state.found {
            Some(_) => options.pairs,
            None => options.block_size(dim),
        };
        if snapshot.moving.len() != expected {
            return Err(SnapshotError::state(NAME, "it has another number of vectors").into());
        }
        Ok(Self {
            options: *options,
            dim,
            state,
            block: snapshot.moving,
        })
    }

    fn options(&self) -> &SubspaceOptions {
        &self.options
    }

    fn snapshot(&self) -> Result<SnapshotRef<'_, V>, SpectralError> {
        Ok(SnapshotRef {
            state: write_state(NAME, self.dim, &self.options, &self.state)?,
            moving: self.block.iter().collect(),
            ..SnapshotRef::default()
        })
    }

    fn is_finished(&self) -> bool {
        self.state.found.is_some()
    }

    fn step(&mut self, op: &O) -> Result<(), SpectralError> {
        if self.state.found.is_some() {
            return Ok(());
        }
        let (space, options) = (op.space(), &self.options);
        let size = self.block.len();
        let products = apply_checked(op, &self.block)?;
        let which = Extreme::LargestMagnitude;
        let mut ritz = RitzBlock::new(space, &self.block, &products, which, self.state.iterations)?;
        self.state.iterations += 1;
        let found = Found {
            residuals: ritz.residuals(space, size),
            values: std::mem::take(&mut ritz.values),
        };
        let converged = found.converged(options.pairs, options.tolerance);
        let done = converged.iter().all(|&done| done);
        if done || self.state.iterations == options.max_iterations {
            self.block = ritz.vectors;
            self.block.truncate(options.pairs);
            self.state.found = Some(found);
            return Ok(());
        }
        // The image of a null vector is rounding error; the vector itself is worth more.
        let negligible = 16.0 * space.epsilon() * found.largest_modulus();
        for (image, vector) in ritz.products.iter_mut().zip(ritz.vectors) {
            if space.norm(image) <= negligible {
                *image = vector;
            }
        }
        let random = &mut self.state.random;
        self.block = random.complete(op, &[], ritz.products, size)?;
        Ok(())
    }

    fn finish(self, _: &O) -> Result<SubspaceResult<V>, SpectralError> {
        let Some(mut found) = self.state.found else {
            return Err(unfinished());
        };
        let pairs = self.options.pairs;
        let pair_converged = found.converged(pairs, self.options.tolerance);
        let guard_values = found.values.split_off(pairs);
        let guard_residuals = found.residuals.split_off(pairs);
        Ok(SubspaceResult {
            pairs: Eigenpairs {
                values: found.values,
                vectors: self.block,
                residuals: found.residuals,
            },
            converged: pair_converged.iter().all(|&done| done),
            pair_converged,
            iterations: self.state.iterations,
            guard_values,
            guard_residuals,
        })
    }
}

impl SubspaceOptions {
    fn check(&self, dim: usize) -> Result<(), SpectralError> {
        check_pairs(self.pairs, dim, self.tolerance)?;
        SpectralError::require_positive("max_iterations", self.max_iterations)
    }

    /// Vectors iterated on a space of `dim` dimensions.
    fn block_size(&self, dim: usize) -> usize {
        self.pairs.saturating_add(self.oversampling).min(dim)
    }
}
