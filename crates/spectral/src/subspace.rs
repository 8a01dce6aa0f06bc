//! Blocked subspace iteration with Rayleigh-Ritz.

use std::ops::Range;

use faer::Mat;
use serde::{Deserialize, Serialize};

use crate::error::SpectralError;
use crate::estimation::{
    Estimation, Keeper, NoKeeper, Snapshot, SnapshotRef, complete, run, unfinished,
};
use crate::operator::{LinearOperator, VectorOf, apply_checked};
use crate::orthogonalise::orthogonalise;
use crate::orthonormal::{orthonormalise, symmetric_eigen};
use crate::probes::{ProbeKind, Probes};
use crate::snapshot_error::SnapshotError;
use crate::space::VectorSpace;
use crate::state::{OptionRules, read_state, write_state};

/// Which end of the spectrum is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// The eigenvalues of largest modulus, in falling order of it.
    #[default]
    LargestMagnitude,
    /// The largest eigenvalues with their sign, in falling order, by iterating `A - c I` with c midway between `lower` and
    /// the least Ritz value of the block.
    LargestAlgebraic {
        /// A lower bound of the spectrum, as from [`spectral_range`](crate::spectral_range).
        lower: f64,
    },
}

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
    /// Which end is wanted.
    pub target: Target,
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
            target: Target::LargestMagnitude,
            seed: 0,
        }
    }
}

/// Approximate eigenpairs with orthonormal vectors.
#[derive(Clone, Debug)]
pub struct Eigenpairs<V> {
    /// The eigenvalues, in the order asked for.
    pub values: Vec<f64>,
    /// Unit eigenvectors, mutually orthogonal.
    pub vectors: Vec<V>,
    /// Residual norms `||A q - theta q||`: an eigenvalue of A lies within each.
    pub residuals: Vec<f64>,
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

/// Finds the k leading eigenpairs by blocked subspace iteration with Rayleigh-Ritz.
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
    let estimation = SubspaceEstimation::begin(op, options, warm_start)?;
    complete(op, estimation, NAME, &mut NoKeeper)
}

/// [`subspace_iteration`], gone on with from the snapshot `name` where the keeper has one, and kept there on the way.
///
/// `warm_start` is looked at only where there is no snapshot.
pub fn subspace_iteration_kept<O, K>(
    op: &O,
    options: &SubspaceOptions,
    warm_start: Option<&[VectorOf<O>]>,
    name: &str,
    keeper: &mut K,
) -> Result<SubspaceResult<VectorOf<O>>, SpectralError>
where
    O: LinearOperator,
    K: Keeper<O::Space> + ?Sized,
{
    run(op, options, name, keeper, || {
        SubspaceEstimation::begin(op, options, warm_start)
    })
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
    /// Random vectors drawn.
    drawn: u64,
    found: Option<Found>,
}

/// The numbers of a [`SubspaceResult`].
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Found {
    values: Vec<f64>,
    residuals: Vec<f64>,
    pair_converged: Vec<bool>,
    guard_values: Vec<f64>,
    guard_residuals: Vec<f64>,
}

impl<V: Clone> SubspaceEstimation<V> {
    /// Before the first iteration.
    pub fn begin<O>(
        op: &O,
        options: &SubspaceOptions,
        warm_start: Option<&[V]>,
    ) -> Result<Self, SpectralError>
    where
        O: LinearOperator,
        O::Space: VectorSpace<Vector = V>,
    {
        let dim = op.effective_dim();
        check(options, dim)?;
        let size = options.block_size(dim);
        let warm = warm_start.unwrap_or_default();
        let mut fill = Filler::new(op, options, 0);
        let block = fill.complete(warm.iter().take(size).cloned().collect(), size)?;
        Ok(Self {
            options: *options,
            dim,
            state: SubspaceState {
                iterations: 0,
                drawn: fill.next,
                found: None,
            },
            block,
        })
    }
}

impl<O, V> Estimation<O> for SubspaceEstimation<V>
where
    V: Clone,
    O: LinearOperator,
    O::Space: VectorSpace<Vector = V>,
{
    type Options = SubspaceOptions;
    type Output = SubspaceResult<V>;

    fn restore(
        op: &O,
        options: &SubspaceOptions,
        snapshot: Snapshot<V>,
    ) -> Result<Self, SpectralError> {
        let dim = op.effective_dim();
        check(options, dim)?;
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
        let (space, options, basis) = (op.space(), &self.options, &self.block);
        let size = basis.len();
        let products = apply_checked(op, basis)?;
        let ritz = Ritz::new(space, basis, &products, options, self.state.iterations)?;
        self.state.iterations += 1;
        let scale = ritz
            .values
            .iter()
            .fold(0.0_f64, |largest, theta| largest.max(theta.abs()));
        let pair_converged: Vec<bool> = ritz
            .residuals
            .iter()
            .map(|&residual| residual <= options.tolerance * scale)
            .collect();
        let converged = pair_converged.iter().all(|&done| done);
        if converged || self.state.iterations == options.max_iterations {
            let wanted = ritz.rotation.as_ref().subcols(0, options.pairs);
            let vectors = space.combine(basis, wanted);
            self.state.found = Some(Found {
                values: ritz.values[..options.pairs].to_vec(),
                guard_values: ritz.values[options.pairs..].to_vec(),
                guard_residuals: ritz.residual_norms(space, basis, &products, options.pairs..size),
                residuals: ritz.residuals,
                pair_converged,
            });
            self.block = vectors;
        } else {
            let mut fill = Filler::new(op, options, self.state.drawn);
            let next = ritz.next_block(space, basis, &products, options, scale);
            let block = fill.complete(next, size)?;
            self.state.drawn = fill.next;
            self.block = block;
        }
        Ok(())
    }

    fn finish(self, _: &O) -> Result<SubspaceResult<V>, SpectralError> {
        let Some(found) = self.state.found else {
            return Err(unfinished());
        };
        Ok(SubspaceResult {
            pairs: Eigenpairs {
                values: found.values,
                vectors: self.block,
                residuals: found.residuals,
            },
            converged: found.pair_converged.iter().all(|&done| done),
            pair_converged: found.pair_converged,
            iterations: self.state.iterations,
            guard_values: found.guard_values,
            guard_residuals: found.guard_residuals,
        })
    }
}

impl SubspaceOptions {
    /// Vectors iterated on a space of `dim` dimensions.
    fn block_size(&self, dim: usize) -> usize {
        self.pairs.saturating_add(self.oversampling).min(dim)
    }
}

fn check(options: &SubspaceOptions, dim: usize) -> Result<(), SpectralError> {
    if options.pairs == 0 || options.pairs > dim {
        let reason = format!("{} pairs of an operator of dimension {dim}", options.pairs);
        return Err(SpectralError::option("pairs", reason));
    }
    if options.max_iterations == 0 {
        return Err(SpectralError::option(
            "max_iterations",
            "must be at least 1",
        ));
    }
    if !(options.tolerance >= 0.0 && options.tolerance.is_finite()) {
        return Err(SpectralError::option(
            "tolerance",
            format!("{} is not a tolerance", options.tolerance),
        ));
    }
    if let Target::LargestAlgebraic { lower } = options.target
        && !lower.is_finite()
    {
        return Err(SpectralError::option(
            "target",
            "the lower bound of the spectrum is not finite",
        ));
    }
    Ok(())
}

/// The Rayleigh-Ritz pairs of one block.
struct Ritz {
    /// Ritz values of the whole block, those wanted first.
    values: Vec<f64>,
    /// Their coordinates in the block, column by column.
    rotation: Mat<f64>,
    /// Residual norms of the pairs wanted.
    residuals: Vec<f64>,
}

impl Ritz {
    fn new<S: VectorSpace>(
        space: &S,
        basis: &[S::Vector],
        products: &[S::Vector],
        options: &SubspaceOptions,
        step: usize,
    ) -> Result<Self, SpectralError> {
        let size = basis.len();
        let projected = space.gram(basis, products);
        for index in 0..size {
            if (0..size).any(|row| !projected[(row, index)].is_finite()) {
                return Err(SpectralError::NotFinite { step, index });
            }
        }
        let symmetric = Mat::from_fn(size, size, |i, j| {
            0.5 * (projected[(i, j)] + projected[(j, i)])
        });
        let (ascending, vectors) = symmetric_eigen(&symmetric)?;
        let mut order: Vec<usize> = (0..size).collect();
        match options.target {
            Target::LargestMagnitude => {
                order.sort_by(|&a, &b| ascending[b].abs().total_cmp(&ascending[a].abs()))
            }
            Target::LargestAlgebraic { .. } => order.reverse(),
        }
        let values: Vec<f64> = order.iter().map(|&i| ascending[i]).collect();
        let rotation = Mat::from_fn(size, size, |i, j| vectors[(i, order[j])]);
        let mut ritz = Self {
            values,
            rotation,
            residuals: Vec::new(),
        };
        ritz.residuals = ritz.residual_norms(space, basis, products, 0..options.pairs);
        Ok(ritz)
    }

    /// `||A q - theta q||` of these pairs; formed, not got from `||A q||^2 - theta^2`, which would lose half the digits.
    fn residual_norms<S: VectorSpace>(
        &self,
        space: &S,
        basis: &[S::Vector],
        products: &[S::Vector],
        pairs: Range<usize>,
    ) -> Vec<f64> {
        let size = basis.len();
        let both: Vec<S::Vector> = products.iter().chain(basis).cloned().collect();
        let coefficients = Mat::from_fn(2 * size, pairs.len(), |i, j| {
            let pair = pairs.start + j;
            if i < size {
                self.rotation[(i, pair)]
            } else {
                -self.values[pair] * self.rotation[(i - size, pair)]
            }
        });
        space
            .combine(&both, coefficients.as_ref())
            .iter()
            .map(|r| space.norm(r))
            .collect()
    }

    /// `(A - c I)` times the Ritz vectors; a Ritz vector that this sends to nothing is kept as it is.
    fn next_block<S: VectorSpace>(
        &self,
        space: &S,
        basis: &[S::Vector],
        products: &[S::Vector],
        options: &SubspaceOptions,
        scale: f64,
    ) -> Vec<S::Vector> {
        let size = basis.len();
        let shift = match options.target {
            Target::LargestMagnitude => 0.0,
            // The least Ritz value is at most lambda_b (Cauchy), so what is wanted lies in the farther half.
            Target::LargestAlgebraic { lower } => {
                (0.5 * (lower + self.values[size - 1])).max(lower)
            }
        };
        let mut next = if shift == 0.0 {
            space.combine(products, self.rotation.as_ref())
        } else {
            let both: Vec<S::Vector> = products.iter().chain(basis).cloned().collect();
            let coefficients = Mat::from_fn(2 * size, size, |i, j| {
                if i < size {
                    self.rotation[(i, j)]
                } else {
                    -shift * self.rotation[(i - size, j)]
                }
            });
            space.combine(&both, coefficients.as_ref())
        };
        // The image of a null vector is rounding error; the vector itself is worth more.
        let negligible = 16.0 * space.epsilon() * (scale + shift.abs());
        let lost: Vec<usize> = (0..size)
            .filter(|&j| space.norm(&next[j]) <= negligible)
            .collect();
        if !lost.is_empty() {
            let coefficients = Mat::from_fn(size, lost.len(), |i, j| self.rotation[(i, lost[j])]);
            for (j, vector) in lost
                .into_iter()
                .zip(space.combine(basis, coefficients.as_ref()))
            {
                next[j] = vector;
            }
        }
        next
    }
}

/// Makes blocks orthonormal and of full size.
struct Filler<'a, O> {
    op: &'a O,
    probes: Probes,
    next: u64,
}

impl<'a, O: LinearOperator> Filler<'a, O> {
    fn new(op: &'a O, options: &SubspaceOptions, next: u64) -> Self {
        Self {
            op,
            probes: Probes::new(ProbeKind::UnitSphere, options.seed),
            next,
        }
    }

    /// An orthonormal block of `size` vectors whose span contains that of `block`, orthogonal to the excluded vectors.
    fn complete(
        &mut self,
        mut block: Vec<VectorOf<O>>,
        size: usize,
    ) -> Result<Vec<VectorOf<O>>, SpectralError> {
        let space = self.op.space();
        let excluded = self.op.excluded();
        let missing = size - block.len();
        block.extend(self.draw(missing));
        if !excluded.is_empty() {
            for vector in &mut block {
                orthogonalise(space, &[excluded], vector, 0.0);
            }
        }
        let mut basis = orthonormalise(space, block)?;
        // Directions lost to dependence are replaced one by one.
        while basis.len() < size {
            for mut vector in self.draw(1) {
                let norm = orthogonalise(space, &[excluded, &basis], &mut vector, space.epsilon());
                if norm > space.epsilon() {
                    space.scale(1.0 / norm, &mut vector);
                    basis.push(vector);
                }
            }
        }
        Ok(basis)
    }

    fn draw(&mut self, count: usize) -> Vec<VectorOf<O>> {
        let block = self.probes.block(self.op.space(), self.next, count);
        self.next += count as u64;
        block
    }
}
