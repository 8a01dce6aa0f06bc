//! Subspace iteration with a Chebyshev filter.

use faer::Mat;
use serde::{Deserialize, Serialize};

use crate::ends::End;
use crate::error::SpectralError;
use crate::estimation::{Estimation, Keeper, NoKeeper, Snapshot, SnapshotRef, run};
use crate::operator::{LinearOperator, VectorOf, apply_checked};
use crate::orthonormal::symmetric_eigen;
use crate::snapshot_error::SnapshotError;
use crate::space::VectorSpace;
use crate::state::{OptionRules, read_state, write_state};
use crate::subspace::Eigenpairs;
use crate::thick_restart::{EigenResult, attainable, check_tolerance, columns, unfinished};
use crate::window::{
    NEGLIGIBLE, Window, block_orthonormal, flattened, formed_residuals, from_flat, random_block,
};

/// Options of [`chebyshev`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChebyshevOptions {
    /// Number k of pairs wanted.
    pub pairs: usize,
    /// Guard vectors filtered beyond k (fewer where the dimension leaves no room).
    pub oversampling: usize,
    /// Which ones: [`End::LargestAlgebraic`] or [`End::SmallestAlgebraic`].
    pub end: End,
    /// Degree of the filter: block products an iteration.
    pub degree: usize,
    /// Most iterations.
    pub max_iterations: usize,
    /// Lanczos steps from which the interval to damp is first taken.
    pub range_steps: usize,
    /// A pair has converged when `||A q - theta q|| <= tolerance ||A||`, `||A||` being the largest `||A x||` of a unit
    /// vector met. Raised to 32 eps of the space.
    pub tolerance: f64,
    /// Seed of the random starts.
    pub seed: u64,
}

impl Default for ChebyshevOptions {
    /// The ten largest to 1e-10 with ten guards, degree 10 (the paper takes 8 to 20).
    fn default() -> Self {
        Self {
            pairs: 10,
            oversampling: 10,
            end: End::LargestAlgebraic,
            degree: 10,
            max_iterations: 100,
            range_steps: 12,
            tolerance: 1e-10,
            seed: 0,
        }
    }
}

/// Finds the k leading eigenpairs of one end by subspace iteration with a Chebyshev polynomial of A.
///
/// Zhou, Saad, Tiago & Chelikowsky, "Self-consistent-field calculations using Chebyshev-filtered subspace iteration",
/// J. Comput. Phys. 219 (2006), Algorithm 3.2 and, for the scaling that keeps the filter near 1 at the wanted end,
/// section 3: the polynomial is small on the interval to damp and grows fastest outside. The interval's far end is the
/// extreme Ritz value of a few Lanczos steps widened by its residual (Zhou & Li 2011), and moves out should a Ritz value of the block ever
/// lie beyond it; its near end is the last Ritz value of the block, updated each iteration. The Rayleigh-Ritz product
/// is at the same time the filter's first, so an iteration makes `degree` block products.
///
/// Certified: each pair's residual, formed from the products; for the order, as for [`subspace_iteration`](crate::subspace_iteration),
/// probability one in exact arithmetic. Repeated eigenvalues are found up to the block's size.
pub fn chebyshev<O: LinearOperator>(
    op: &O,
    options: &ChebyshevOptions,
) -> Result<EigenResult<VectorOf<O>>, SpectralError> {
    chebyshev_kept(op, options, NAME, &mut NoKeeper)
}

/// [`chebyshev`], gone on with from the snapshot `name` where the keeper has one, and kept there on the way.
pub fn chebyshev_kept<O, K>(
    op: &O,
    options: &ChebyshevOptions,
    name: &str,
    keeper: &mut K,
) -> Result<EigenResult<VectorOf<O>>, SpectralError>
where
    O: LinearOperator,
    K: Keeper<O::Space> + ?Sized,
{
    run(op, options, name, keeper, || {
        ChebyshevEstimation::begin(op, options)
    })
}

const NAME: &str = "chebyshev";

/// [`chebyshev`] in progress: a step is one block product.
#[derive(Clone, Debug)]
pub struct ChebyshevEstimation<V> {
    options: ChebyshevOptions,
    dim: usize,
    state: State,
    /// The recursion that finds the first interval.
    window: Window<V>,
    /// The block one degree back; the block found at the end.
    before: Vec<V>,
    /// The block to be multiplied next.
    block: Vec<V>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
enum Phase {
    /// Lanczos steps for the interval.
    Range,
    /// The block has been filtered to this degree, at least 1.
    Filter(usize),
    /// The block is orthonormal, and its Ritz pairs are next.
    Ritz,
    Done,
}

/// Everything but vectors and matrices.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct State {
    phase: Phase,
    steps: usize,
    products: usize,
    iterations: usize,
    drawn: u64,
    scale: f64,
    window: usize,
    next: usize,
    coupling: (usize, usize),
    /// Where the interval to damp ends on the far side.
    far: f64,
    /// Where it ends on the near side.
    near: f64,
    /// The wanted extreme, where the filter is scaled to 1.
    extreme: f64,
    /// sigma of the paper's recursion.
    sigma: f64,
    values: Vec<f64>,
    residuals: Vec<f64>,
}

impl ChebyshevOptions {
    fn check(&self, dim: usize) -> Result<(), SpectralError> {
        if self.pairs == 0 || self.pairs > dim {
            let reason = format!("{} pairs of an operator of dimension {dim}", self.pairs);
            return Err(SpectralError::option("pairs", reason));
        }
        if !matches!(self.end, End::LargestAlgebraic | End::SmallestAlgebraic) {
            let reason = "a Chebyshev filter serves one end: take the largest or the smallest with their sign, or both in \
                          turn";
            return Err(SpectralError::option("end", reason));
        }
        for (option, value) in [
            ("degree", self.degree),
            ("max_iterations", self.max_iterations),
            ("range_steps", self.range_steps),
        ] {
            if value == 0 {
                return Err(SpectralError::option(option, "must be at least 1"));
            }
        }
        check_tolerance(self.tolerance)
    }

    fn block_size(&self, dim: usize) -> usize {
        self.pairs.saturating_add(self.oversampling).min(dim)
    }

    /// The extreme on the far side, and that on the wanted one.
    fn far_and_wanted(&self, low: f64, high: f64) -> (f64, f64) {
        match self.end {
            End::SmallestAlgebraic => (high, low),
            _ => (low, high),
        }
    }
}

impl State {
    fn centre(&self) -> f64 {
        0.5 * (self.near + self.far)
    }

    /// Half the interval's width, with the sign of the wanted side.
    fn half(&self) -> f64 {
        0.5 * (self.near - self.far)
    }
}

impl<V: Clone> ChebyshevEstimation<V> {
    /// Before the first step.
    pub fn begin<O>(op: &O, options: &ChebyshevOptions) -> Result<Self, SpectralError>
    where
        O: LinearOperator,
        O::Space: VectorSpace<Vector = V>,
    {
        let dim = op.effective_dim();
        options.check(dim)?;
        let mut drawn = 0;
        let start = random_block(op, &[op.excluded()], options.seed, &mut drawn, 1);
        Ok(Self {
            options: *options,
            dim,
            state: State {
                phase: Phase::Range,
                steps: 0,
                products: 0,
                iterations: 0,
                drawn,
                scale: 0.0,
                window: 0,
                next: 0,
                coupling: (0, 0),
                far: 0.0,
                near: 0.0,
                extreme: 0.0,
                sigma: 0.0,
                values: Vec::new(),
                residuals: Vec::new(),
            },
            window: Window::new(start),
            before: Vec::new(),
            block: Vec::new(),
        })
    }

    /// One Lanczos step; after the last, the interval and a random block.
    fn range<O>(&mut self, op: &O) -> Result<(), SpectralError>
    where
        O: LinearOperator,
        O::Space: VectorSpace<Vector = V>,
    {
        self.state.products += self.window.next.len();
        self.window.expand(op, &[op.excluded()], self.state.steps)?;
        self.state.steps += 1;
        self.state.scale = self.window.scale;
        let steps = self.window.basis.len();
        if steps < self.options.range_steps.min(self.dim) && !self.window.next.is_empty() {
            return Ok(());
        }
        let ritz = self.window.ritz()?;
        let last = ritz.values.len() - 1;
        let low = ritz.values[0] - ritz.bounds[0];
        let high = ritz.values[last] + ritz.bounds[last];
        (self.state.far, self.state.extreme) = self.options.far_and_wanted(low, high);
        // The middle of the Ritz values to begin with: half of them are damped.
        self.state.near = ritz.values[last / 2];
        self.window = Window::new(Vec::new());
        self.block = random_block(
            op,
            &[op.excluded()],
            self.options.seed,
            &mut self.state.drawn,
            self.options.block_size(self.dim),
        );
        self.state.phase = Phase::Ritz;
        Ok(())
    }

    /// Rayleigh-Ritz on the block, and the filter's first degree.
    fn ritz<O>(&mut self, op: &O) -> Result<(), SpectralError>
    where
        O: LinearOperator,
        O::Space: VectorSpace<Vector = V>,
    {
        let space = op.space();
        let products = self.multiply(op)?;
        let inner = space.gram(&self.block, &products);
        let size = self.block.len();
        let projected = Mat::from_fn(size, size, |i, j| 0.5 * (inner[(i, j)] + inner[(j, i)]));
        let (ascending, vectors) = symmetric_eigen(&projected)?;
        let order = self.options.end.order(&ascending);
        let values: Vec<f64> = order.iter().map(|&i| ascending[i]).collect();
        let rotation = columns(&vectors, &order);
        let block = space.combine(&self.block, rotation.as_ref());
        let products = space.combine(&products, rotation.as_ref());
        let pairs = self.options.pairs;
        let residuals =
            formed_residuals(space, &block[..pairs], &products[..pairs], &values[..pairs]);
        self.state.iterations += 1;
        let enough = attainable(space, self.options.tolerance) * self.state.scale;
        let converged = residuals.iter().all(|&residual| residual <= enough);
        self.state.residuals = residuals;
        self.state.values = values[..pairs].to_vec();
        if converged || self.state.iterations == self.options.max_iterations {
            self.before = block;
            self.before.truncate(pairs);
            self.block.clear();
            self.state.phase = Phase::Done;
            return Ok(());
        }
        self.update_interval(&values);
        self.before = block;
        let half = self.state.half();
        let negligible = NEGLIGIBLE * space.epsilon() * self.state.scale;
        if half.abs() <= negligible {
            // Nothing is left to damp; the products are a plain power step.
            self.state.sigma = 0.0;
            self.block = products;
            return self.orthonormalised(op);
        }
        self.state.sigma = half / (self.state.extreme - self.state.centre());
        self.block = self.filtered(space, products, self.state.sigma / half, 0.0);
        self.next_degree(op, 1)
    }

    /// The far end moves out if the block has gone beyond it, the near end to the block's last Ritz value.
    fn update_interval(&mut self, values: &[f64]) {
        let last = values[values.len() - 1];
        let first = values[0];
        let sign = match self.options.end {
            End::SmallestAlgebraic => -1.0,
            _ => 1.0,
        };
        let width = (first - last).abs();
        if sign * (last - self.state.far) <= 0.0 {
            self.state.far = last - sign * 0.1 * width;
        }
        // In the first iterations the block is random and its Ritz values say little: keep at least half the interval.
        if self.state.iterations > 1 {
            self.state.near = last;
        }
        if sign * (first - self.state.near) <= 0.0 {
            self.state.near = 0.5 * (self.state.far + first);
        }
        self.state.extreme = first;
    }

    /// `factor (A X - c X) - back X_before`, X the block just multiplied.
    fn filtered<S: VectorSpace<Vector = V>>(
        &self,
        space: &S,
        products: Vec<V>,
        factor: f64,
        back: f64,
    ) -> Vec<V> {
        let centre = self.state.centre();
        // At the first degree the block just multiplied is `before`.
        let current = if back == 0.0 {
            &self.before
        } else {
            &self.block
        };
        products
            .into_iter()
            .enumerate()
            .map(|(index, mut product)| {
                space.scale(factor, &mut product);
                space.axpy(-factor * centre, &current[index], &mut product);
                if back != 0.0 {
                    space.axpy(-back, &self.before[index], &mut product);
                }
                product
            })
            .collect()
    }

    fn filter<O>(&mut self, op: &O, degree: usize) -> Result<(), SpectralError>
    where
        O: LinearOperator,
        O::Space: VectorSpace<Vector = V>,
    {
        let products = self.multiply(op)?;
        let half = self.state.half();
        let gamma = 2.0 * (self.state.extreme - self.state.centre()) / half;
        let sigma = 1.0 / (gamma - self.state.sigma);
        let next = self.filtered(
            op.space(),
            products,
            2.0 * sigma / half,
            self.state.sigma * sigma,
        );
        self.state.sigma = sigma;
        self.before = std::mem::replace(&mut self.block, next);
        self.next_degree(op, degree + 1)
    }

    fn next_degree<O>(&mut self, op: &O, degree: usize) -> Result<(), SpectralError>
    where
        O: LinearOperator,
        O::Space: VectorSpace<Vector = V>,
    {
        if degree == self.options.degree {
            return self.orthonormalised(op);
        }
        self.state.phase = Phase::Filter(degree);
        Ok(())
    }

    /// Makes the filtered block orthonormal, random vectors in place of what has become dependent.
    fn orthonormalised<O>(&mut self, op: &O) -> Result<(), SpectralError>
    where
        O: LinearOperator,
        O::Space: VectorSpace<Vector = V>,
    {
        let space = op.space();
        let size = self.options.block_size(self.dim);
        let mut block = std::mem::take(&mut self.block);
        // Unit vectors, so that what counts as nothing does not depend on the filter's value.
        for (index, vector) in block.iter_mut().enumerate() {
            let norm = space.norm(vector);
            if !norm.is_finite() {
                let step = self.state.steps;
                return Err(SpectralError::NotFinite { step, index });
            }
            if norm > 0.0 {
                space.scale(1.0 / norm, vector);
            }
        }
        let negligible = NEGLIGIBLE * space.epsilon();
        let mut block = block_orthonormal(space, &[op.excluded()], &[], block, negligible);
        let missing = size - block.len();
        let outside = [op.excluded(), &block[..]];
        let fill = random_block(
            op,
            &outside,
            self.options.seed,
            &mut self.state.drawn,
            missing,
        );
        block.extend(fill);
        self.block = block;
        self.before.clear();
        self.state.phase = Phase::Ritz;
        Ok(())
    }

    fn multiply<O>(&mut self, op: &O) -> Result<Vec<V>, SpectralError>
    where
        O: LinearOperator,
        O::Space: VectorSpace<Vector = V>,
    {
        let products = apply_checked(op, &self.block)?;
        for (index, product) in products.iter().enumerate() {
            let norm = op.space().norm(product);
            if !norm.is_finite() {
                let step = self.state.steps;
                return Err(SpectralError::NotFinite { step, index });
            }
            if self.state.phase == Phase::Ritz {
                self.state.scale = self.state.scale.max(norm);
            }
        }
        self.state.steps += 1;
        self.state.products += self.block.len();
        Ok(products)
    }
}

impl<O, V> Estimation<O> for ChebyshevEstimation<V>
where
    V: Clone,
    O: LinearOperator,
    O::Space: VectorSpace<Vector = V>,
{
    type Options = ChebyshevOptions;
    type Output = EigenResult<V>;

    fn restore(
        op: &O,
        options: &ChebyshevOptions,
        snapshot: Snapshot<V>,
    ) -> Result<Self, SpectralError> {
        let dim = op.effective_dim();
        options.check(dim)?;
        let state: State = read_state(NAME, dim, options, OptionRules::default(), &snapshot.state)?;
        let size = options.block_size(dim);
        let (before, block) = match state.phase {
            Phase::Range => (0, 0),
            Phase::Filter(_) => (size, size),
            Phase::Ritz => (0, size),
            Phase::Done => (options.pairs, 0),
        };
        let (basis, (rows, width)) = (state.window, state.coupling);
        let mut vectors = snapshot.moving;
        if vectors.len() != before + block + state.next + basis
            || snapshot.numbers.len() != basis * basis + rows * width
        {
            return Err(SnapshotError::state(NAME, "it has another number of vectors").into());
        }
        let basis_vectors = vectors.split_off(before + block + state.next);
        let next = vectors.split_off(before + block);
        let block = vectors.split_off(before);
        let (projected, coupling) = snapshot.numbers.split_at(basis * basis);
        Ok(Self {
            options: *options,
            dim,
            window: Window {
                basis: basis_vectors,
                next,
                projected: from_flat(basis, basis, projected),
                coupling: from_flat(rows, width, coupling),
                scale: state.scale,
            },
            state,
            before: vectors,
            block,
        })
    }

    fn snapshot(&self) -> Result<SnapshotRef<'_, V>, SpectralError> {
        let mut state = self.state.clone();
        state.window = self.window.basis.len();
        state.next = self.window.next.len();
        state.coupling = (self.window.coupling.nrows(), self.window.coupling.ncols());
        let blocks = self.before.iter().chain(&self.block);
        Ok(SnapshotRef {
            state: write_state(NAME, self.dim, &self.options, &state)?,
            moving: blocks
                .chain(&self.window.next)
                .chain(&self.window.basis)
                .collect(),
            numbers: flattened(&self.window.projected)
                .chain(flattened(&self.window.coupling))
                .collect(),
            ..SnapshotRef::default()
        })
    }

    fn is_finished(&self) -> bool {
        self.state.phase == Phase::Done
    }

    fn step(&mut self, op: &O) -> Result<(), SpectralError> {
        match self.state.phase {
            Phase::Range => self.range(op),
            Phase::Ritz => self.ritz(op),
            Phase::Filter(degree) => self.filter(op, degree),
            Phase::Done => Ok(()),
        }
    }

    fn finish(self, op: &O) -> Result<EigenResult<V>, SpectralError> {
        if self.state.phase != Phase::Done {
            return Err(unfinished());
        }
        let enough = attainable(op.space(), self.options.tolerance) * self.state.scale;
        let pair_converged: Vec<bool> = self.state.residuals.iter().map(|&r| r <= enough).collect();
        Ok(EigenResult {
            converged: pair_converged.iter().all(|&done| done),
            pair_converged,
            pairs: Eigenpairs {
                values: self.state.values,
                vectors: self.before,
                residuals: self.state.residuals,
            },
            steps: self.state.steps,
            products: self.state.products,
        })
    }
}
