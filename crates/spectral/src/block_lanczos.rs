//! Block Lanczos: Ritz values with their multiplicities, up to the size of the block.

use faer::Mat;
use serde::{Deserialize, Serialize};

use crate::error::SpectralError;
use crate::estimation::{
    Estimation, Keeper, NoKeeper, Snapshot, SnapshotRef, complete, resume, unfinished,
};
use crate::fresh::Fresh;
use crate::lanczos::Breakdown;
use crate::operator::{LinearOperator, VectorOf, apply_checked};
use crate::orthogonalise::{orthogonalise_collecting, project_out};
use crate::orthonormal::symmetric_eigen;
use crate::snapshot_error::SnapshotError;
use crate::space::VectorSpace;
use crate::state::{OptionRules, read_state, write_state};

/// What is left of a vector counts as nothing when at most this many `eps ||A||`.
const BREAKDOWN_FACTOR: f64 = 100.0;

/// Options of [`block_lanczos`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BlockLanczosOptions {
    /// Steps m, at least 1, each a product with one block.
    pub steps: usize,
    /// What happens when a block vanishes.
    pub breakdown: Breakdown,
    /// Whether the result holds the Lanczos vectors, from which Ritz vectors are formed.
    pub keep_basis: bool,
    /// Seed of the random vectors of restarts.
    pub seed: u64,
}

impl Default for BlockLanczosOptions {
    fn default() -> Self {
        Self {
            steps: 32,
            breakdown: Breakdown::Stop,
            keep_basis: false,
            seed: 0,
        }
    }
}

/// What [`block_lanczos`] found; n is the number of vectors multiplied.
#[derive(Clone, Debug)]
pub struct BlockLanczosRun<V> {
    /// Eigenvalues of T, ascending.
    pub ritz_values: Vec<f64>,
    /// `||B_m s||` with s the last block of the eigenvector of T: an eigenvalue of A lies within this of each Ritz value
    /// (to rounding it is `||A y - theta y||`).
    pub residual_bounds: Vec<f64>,
    /// The symmetric n x n matrix T of the diagonal blocks `A_j` and the blocks `B_j` beside them: zero farther from the
    /// diagonal than the size of the first block.
    pub projected: Mat<f64>,
    /// Sizes of the blocks multiplied, n in all; they shrink where a block has lost rank.
    pub block_sizes: Vec<usize>,
    /// Steps after which the recursion went on from random vectors.
    pub restarts: Vec<usize>,
    /// Whether the last block left nothing over, so that the Lanczos vectors span an invariant subspace.
    pub invariant: bool,
    /// Whether they span the whole (effective) space, so that the Ritz values are the spectrum.
    pub complete: bool,
    /// The n Lanczos vectors where they were asked for.
    pub basis: Option<Vec<V>>,
}

impl<V: Clone> BlockLanczosRun<V> {
    /// The Ritz vectors of these Ritz values (indices into [`ritz_values`](Self::ritz_values)), orthonormal.
    ///
    /// An error without a kept basis, or for an index out of range.
    pub fn ritz_vectors<S>(&self, space: &S, indices: &[usize]) -> Result<Vec<V>, SpectralError>
    where
        S: VectorSpace<Vector = V>,
    {
        let Some(basis) = &self.basis else {
            let reason = "Ritz vectors need the Lanczos vectors kept";
            return Err(SpectralError::option("keep_basis", reason));
        };
        if let Some(&index) = indices.iter().find(|&&index| index >= basis.len()) {
            let reason = format!("{index} is out of range");
            return Err(SpectralError::option("indices", reason));
        }
        let (_, vectors) = symmetric_eigen(&self.projected)?;
        let coefficients = Mat::from_fn(basis.len(), indices.len(), |row, column| {
            vectors[(row, indices[column])]
        });
        Ok(space.combine(basis, coefficients.as_ref()))
    }
}

/// Block Lanczos from the span of the starting vectors, one product with a block a step.
///
/// From an orthonormal block `X_1` of the starts, `X_(j+1) B_j = A X_j - X_j A_j - X_(j-1) B_(j-1)^T` gives a block
/// tridiagonal T (Golub & Underwood, "The block Lanczos method for computing eigenvalues", 1977; Golub & Van Loan, Matrix
/// Computations, 4th ed., section 10.3.6). Every product is made orthogonal to all Lanczos vectors by at least three
/// passes of classical Gram-Schmidt. The factorisation of what is left goes vector by vector: one of which no more than
/// `100 eps ||A||` remains is dropped, so that the next block is smaller and `B_j` upper trapezoidal, which makes T a band
/// matrix no wider than the blocks (Ruhe, "Implementation aspects of band Lanczos algorithms", Math. Comp. 33, 1979).
///
/// With b starts in general position eigenvalues of multiplicity up to b appear with it; further copies need
/// [`Breakdown::Restart`], which goes on from b random vectors when nothing is left, and, run to the end, gives the
/// whole spectrum. A Ritz value with its residual bound holds an eigenvalue; that none is missing is not certified unless
/// [`complete`](BlockLanczosRun::complete).
///
/// Starts need not be orthonormal, nor independent unless all vanish; they are first projected off the operator's
/// [`excluded`](LinearOperator::excluded) vectors.
pub fn block_lanczos<O: LinearOperator>(
    op: &O,
    starts: &[VectorOf<O>],
    options: &BlockLanczosOptions,
) -> Result<BlockLanczosRun<VectorOf<O>>, SpectralError> {
    let estimation = BlockLanczosEstimation::begin(op, starts, options)?;
    complete(op, estimation, NAME, &mut NoKeeper)
}

/// [`block_lanczos`], gone on with from the snapshot `name` where the keeper has one, and kept there on the way.
///
/// The starts must be those of the snapshot: their number and norms are checked. More steps than before go on to the bits
/// of that many at once.
pub fn block_lanczos_kept<O, K>(
    op: &O,
    starts: &[VectorOf<O>],
    options: &BlockLanczosOptions,
    name: &str,
    keeper: &mut K,
) -> Result<BlockLanczosRun<VectorOf<O>>, SpectralError>
where
    O: LinearOperator,
    K: Keeper<O::Space> + ?Sized,
{
    let estimation: BlockLanczosEstimation<_> = resume(op, options, name, keeper, || {
        BlockLanczosEstimation::begin(op, starts, options)
    })?;
    let norms: Vec<f64> = starts.iter().map(|start| op.space().norm(start)).collect();
    if norms != estimation.state.start_norms {
        return Err(SnapshotError::Options {
            estimation: NAME,
            differences: "the starting vectors are others here".to_owned(),
        }
        .into());
    }
    complete(op, estimation, name, keeper)
}

const NAME: &str = "block_lanczos";

/// [`block_lanczos`] in progress: a step is one product with a block. `steps` may grow.
#[derive(Clone, Debug)]
pub struct BlockLanczosEstimation<V> {
    options: BlockLanczosOptions,
    dim: usize,
    state: State,
    /// All blocks made, the one to be multiplied next the last.
    basis: Vec<V>,
    /// Column c of T from the diagonal on, for the vectors multiplied: down to the end of the block after its own.
    columns: Vec<Vec<f64>>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct State {
    /// Norms of the starts as they were given.
    start_norms: Vec<f64>,
    /// Sizes of the blocks of the basis.
    block_sizes: Vec<usize>,
    /// Blocks multiplied.
    steps: usize,
    norm: f64,
    restarts: Vec<usize>,
    fresh: Fresh,
}

impl State {
    /// Lengths of the columns of T.
    fn column_lengths(&self) -> Vec<usize> {
        let mut lengths = Vec::new();
        for (j, &size) in self.block_sizes[..self.steps].iter().enumerate() {
            let next = self.block_sizes.get(j + 1).copied().unwrap_or(0);
            lengths.extend((0..size).map(|c| size - c + next));
        }
        lengths
    }
}

fn check(options: &BlockLanczosOptions) -> Result<(), SpectralError> {
    if options.steps == 0 {
        return Err(SpectralError::option("steps", "must be at least 1"));
    }
    Ok(())
}

impl<V: Clone> BlockLanczosEstimation<V> {
    /// Before the first step.
    pub fn begin<O>(
        op: &O,
        starts: &[V],
        options: &BlockLanczosOptions,
    ) -> Result<Self, SpectralError>
    where
        O: LinearOperator,
        O::Space: VectorSpace<Vector = V>,
    {
        check(options)?;
        let space = op.space();
        let mut estimation = Self {
            options: *options,
            dim: op.effective_dim(),
            state: State {
                start_norms: starts.iter().map(|start| space.norm(start)).collect(),
                block_sizes: Vec::new(),
                steps: 0,
                norm: 0.0,
                restarts: Vec::new(),
                fresh: Fresh::new(options.seed),
            },
            basis: Vec::new(),
            columns: Vec::new(),
        };
        for (index, start) in starts.iter().enumerate() {
            let given = estimation.state.start_norms[index];
            if !given.is_finite() {
                return Err(SpectralError::NotFinite { step: 0, index });
            }
            let negligible = BREAKDOWN_FACTOR * space.epsilon() * given;
            estimation.take(op, start.clone(), negligible);
        }
        if estimation.basis.is_empty() {
            let (what, index) = ("starting vector", 0);
            return Err(SpectralError::ZeroVector { what, index });
        }
        estimation.state.block_sizes.push(estimation.basis.len());
        Ok(estimation)
    }

    /// Adds what of the vector is orthogonal to the basis, unless negligible; returns its coordinates in the basis then.
    fn take<O>(&mut self, op: &O, mut vector: V, negligible: f64) -> Vec<f64>
    where
        O: LinearOperator,
        O::Space: VectorSpace<Vector = V>,
    {
        let space = op.space();
        let (mut coordinates, norm) =
            orthogonalise_collecting(space, op.excluded(), &self.basis, &mut vector, negligible);
        if norm > negligible && self.basis.len() < self.dim {
            space.scale(1.0 / norm, &mut vector);
            self.basis.push(vector);
            coordinates.push(norm);
        }
        coordinates
    }

    /// Whether there is a block to be multiplied.
    fn has_next(&self) -> bool {
        self.state.block_sizes.len() > self.state.steps
    }

    /// As many random vectors as there were at first, `B_j = 0`.
    fn restart<O>(&mut self, op: &O) -> Result<(), SpectralError>
    where
        O: LinearOperator,
        O::Space: VectorSpace<Vector = V>,
    {
        let order = self.basis.len();
        let size = self.state.block_sizes[0].min(self.dim - order);
        for _ in 0..size {
            let vector = self.state.fresh.vector(op, &[&self.basis])?;
            self.basis.push(vector);
        }
        let last = self.state.block_sizes[self.state.steps - 1];
        for column in &mut self.columns[order - last..] {
            column.extend(std::iter::repeat_n(0.0, size));
        }
        self.state.block_sizes.push(size);
        self.state.restarts.push(self.state.steps);
        Ok(())
    }

    /// Entry (row, column) of T or, below it, of `B_m`.
    fn entry(&self, row: usize, column: usize) -> f64 {
        let (low, high) = (row.min(column), row.max(column));
        self.columns[low].get(high - low).copied().unwrap_or(0.0)
    }
}

impl<O, V> Estimation<O> for BlockLanczosEstimation<V>
where
    V: Clone,
    O: LinearOperator,
    O::Space: VectorSpace<Vector = V>,
{
    type Options = BlockLanczosOptions;
    type Output = BlockLanczosRun<V>;

    fn restore(
        op: &O,
        options: &BlockLanczosOptions,
        snapshot: Snapshot<V>,
    ) -> Result<Self, SpectralError> {
        check(options)?;
        let rules = OptionRules {
            may_grow: &["steps"],
            free: &["keep_basis"],
        };
        let dim = op.effective_dim();
        let state: State = read_state(NAME, dim, options, rules, &snapshot.state)?;
        let blocks = state.block_sizes.len();
        if blocks == 0 || !(blocks - 1..=blocks).contains(&state.steps) {
            return Err(SnapshotError::state(NAME, "it has another number of blocks").into());
        }
        let lengths = state.column_lengths();
        if snapshot.settled.len() != state.block_sizes.iter().sum::<usize>()
            || snapshot.numbers.len() != lengths.iter().sum::<usize>()
        {
            let reason = "it has another number of Lanczos vectors or entries of T";
            return Err(SnapshotError::state(NAME, reason).into());
        }
        let mut numbers = snapshot.numbers.into_iter();
        let columns = lengths
            .iter()
            .map(|&length| numbers.by_ref().take(length).collect())
            .collect();
        Ok(Self {
            options: *options,
            dim,
            state,
            basis: snapshot.settled,
            columns,
        })
    }

    fn snapshot(&self) -> Result<SnapshotRef<'_, V>, SpectralError> {
        Ok(SnapshotRef {
            state: write_state(NAME, self.dim, &self.options, &self.state)?,
            settled: self.basis.iter().collect(),
            numbers: self.columns.concat(),
            ..SnapshotRef::default()
        })
    }

    fn is_finished(&self) -> bool {
        let goes_on = self.has_next()
            || (self.options.breakdown == Breakdown::Restart && self.basis.len() < self.dim);
        self.state.steps >= self.options.steps || !goes_on
    }

    fn step(&mut self, op: &O) -> Result<(), SpectralError> {
        if Estimation::<O>::is_finished(self) {
            return Ok(());
        }
        if !self.has_next() {
            self.restart(op)?;
        }
        let space = op.space();
        let (start, end) = (self.columns.len(), self.basis.len());
        let block = &self.basis[start..end];
        let mut products = apply_checked(op, block)?;
        for (index, product) in products.iter().enumerate() {
            let norm = space.norm(product);
            if !norm.is_finite() {
                let step = self.state.steps;
                return Err(SpectralError::NotFinite { step, index });
            }
            self.state.norm = self.state.norm.max(norm);
        }
        let diagonal = space.gram(block, &products);
        project_out(space, op.excluded(), &mut products);
        project_out(space, &self.basis, &mut products);
        let negligible = BREAKDOWN_FACTOR * space.epsilon() * self.state.norm;
        for (c, product) in products.into_iter().enumerate() {
            let mut column: Vec<f64> = (c..end - start)
                .map(|i| 0.5 * (diagonal[(i, c)] + diagonal[(c, i)]))
                .collect();
            column.extend(&self.take(op, product, negligible)[end..]);
            self.columns.push(column);
        }
        let next = self.basis.len() - end;
        for (c, column) in self.columns[start..].iter_mut().enumerate() {
            column.resize(end - start - c + next, 0.0);
        }
        if next > 0 {
            self.state.block_sizes.push(next);
        }
        self.state.steps += 1;
        Ok(())
    }

    fn finish(mut self, _: &O) -> Result<BlockLanczosRun<V>, SpectralError> {
        let (order, steps) = (self.columns.len(), self.state.steps);
        if !Estimation::<O>::is_finished(&self) {
            return Err(unfinished());
        }
        let projected = Mat::from_fn(order, order, |i, j| self.entry(i, j));
        let (ritz_values, vectors) = symmetric_eigen(&projected)?;
        let last = order - self.state.block_sizes[steps - 1];
        let residual_bounds = (0..order)
            .map(|pair| {
                let square: f64 = (order..self.basis.len())
                    .map(|row| {
                        (last..order)
                            .map(|c| self.entry(row, c) * vectors[(c, pair)])
                            .sum::<f64>()
                            .powi(2)
                    })
                    .sum();
                square.sqrt()
            })
            .collect();
        let invariant = !self.has_next();
        self.basis.truncate(order);
        self.state.block_sizes.truncate(steps);
        Ok(BlockLanczosRun {
            ritz_values,
            residual_bounds,
            projected,
            block_sizes: self.state.block_sizes,
            restarts: self.state.restarts,
            invariant,
            complete: order == self.dim,
            basis: self.options.keep_basis.then_some(self.basis),
        })
    }
}
