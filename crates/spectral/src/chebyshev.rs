//! Subspace iteration with a Chebyshev filter: extreme eigenpairs by blocks.

use serde::{Deserialize, Serialize};

use crate::error::SpectralError;
use crate::estimation::{
    Estimation, Keeper, NoKeeper, Snapshot, SnapshotRef, complete, run, unfinished,
};
use crate::extreme::{Extreme, ExtremePairs, Found, RitzPairs, check_pairs, residual_norms};
use crate::fresh::Fresh;
use crate::lanczos::{LanczosEstimation, LanczosOptions, Reorthogonalisation};
use crate::operator::{LinearOperator, VectorOf, apply_checked};
use crate::orthogonalise::project_out;
use crate::range::SpectralRange;
use crate::snapshot_error::SnapshotError;
use crate::space::VectorSpace;
use crate::state::{OptionRules, read_state, write_state};

/// Share of the width added to the bounds that the first Lanczos steps give.
const MARGIN: f64 = 0.01;

/// Least half-width of the damped interval, over the distance of the leading Ritz value from its centre.
const LEAST_WIDTH: f64 = 1e-6;

/// A gap between the last Ritz value wanted and the block's last counts as none below this share of what is made then.
const NO_GAP: f64 = 0.01;

/// Options of [`chebyshev_subspace`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChebyshevOptions {
    /// Number k of pairs wanted.
    pub pairs: usize,
    /// Guard vectors iterated beyond k (fewer where the dimension leaves no room).
    pub oversampling: usize,
    /// Which end is wanted.
    pub which: Extreme,
    /// Most products with the block an iteration, that is the largest degree of the filter.
    pub degree: usize,
    /// Lanczos steps that bound the spectrum at first.
    pub bound_steps: usize,
    /// Most iterations.
    pub max_iterations: usize,
    /// A pair has converged when `||A q - theta q|| <= tolerance ||A||`, with the largest Ritz value met for the norm.
    pub tolerance: f64,
    /// Seed of the random vectors.
    pub seed: u64,
}

impl Default for ChebyshevOptions {
    fn default() -> Self {
        Self {
            pairs: 10,
            oversampling: 10,
            which: Extreme::LargestAlgebraic,
            degree: 10,
            bound_steps: 12,
            max_iterations: 100,
            tolerance: 1e-10,
            seed: 0,
        }
    }
}

impl ChebyshevOptions {
    fn check(&self, dim: usize) -> Result<(), SpectralError> {
        check_pairs(self.pairs, dim, self.tolerance)?;
        for (option, value) in [
            ("degree", self.degree),
            ("bound_steps", self.bound_steps),
            ("max_iterations", self.max_iterations),
        ] {
            if value == 0 {
                return Err(SpectralError::option(option, "must be at least 1"));
            }
        }
        Ok(())
    }

    /// Vectors iterated, those locked included, on a space of `dim` dimensions.
    fn block_size(&self, dim: usize) -> usize {
        self.pairs.saturating_add(self.oversampling).min(dim)
    }

    fn lanczos(&self) -> LanczosOptions {
        LanczosOptions {
            steps: self.bound_steps,
            reorthogonalisation: Reorthogonalisation::Full,
            seed: self.seed,
            ..LanczosOptions::default()
        }
    }
}

/// Finds k extreme eigenpairs by subspace iteration with a Chebyshev filter, one product with a block a step.
///
/// A few Lanczos steps bound the spectrum (Zhou & Li, "Bounding the spectrum of large Hermitian matrices", 2011). Then
/// every iteration takes Rayleigh-Ritz on the block and multiplies the Ritz vectors by a polynomial in A that is at most
/// one on the unwanted interval and grows fastest outside: the Chebyshev polynomial of that interval, scaled by its value
/// at the leading Ritz value so that nothing overflows (Zhou, Saad, Tiago & Chelikowsky, "Self-consistent-field
/// calculations using Chebyshev-filtered subspace iteration", J. Comput. Phys. 219, 2006, algorithm 4.1 and section 4.1).
/// The first of the filter's products is Rayleigh-Ritz's own.
///
/// The interval reaches from the bound of the far end to the last Ritz value of the block, which by Cauchy is no better
/// than the eigenvalue of that rank, so that none of the eigenvalues wanted is damped; for the largest moduli it is
/// `[-c, c]`, c the least modulus of the block's Ritz values. It is updated at every iteration, the bound too where a
/// Ritz value passes it; where the block leaves no gap to the last wanted, its edge is moved off by `1 / degree^2` of the
/// width. The degree is lowered where the filter would magnify the leading vector beyond the last wanted
/// one by more than `eps^(-1/2)`, or beyond the guards by more than `1 / eps`, which would drown those in rounding.
///
/// Leading pairs that have converged are locked: the rest is kept orthogonal to them, and they no longer limit the degree.
/// A block holds eigenvalues of multiplicity up to its size. Each pair is certainly one within its residual
/// ([`ExtremePairs`]); that none is missing holds with probability one in exact arithmetic and is not certified.
///
/// `warm_start` vectors, as many as one likes up to the block's size, begin the block; random ones fill it up.
pub fn chebyshev_subspace<O: LinearOperator>(
    op: &O,
    options: &ChebyshevOptions,
    warm_start: Option<&[VectorOf<O>]>,
) -> Result<ExtremePairs<VectorOf<O>>, SpectralError> {
    let estimation = ChebyshevEstimation::begin(op, options, warm_start)?;
    complete(op, estimation, NAME, &mut NoKeeper)
}

/// [`chebyshev_subspace`], gone on with from the snapshot `name` where the keeper has one, and kept there on the way.
///
/// `warm_start` is looked at only where there is no snapshot.
pub fn chebyshev_subspace_kept<O, K>(
    op: &O,
    options: &ChebyshevOptions,
    warm_start: Option<&[VectorOf<O>]>,
    name: &str,
    keeper: &mut K,
) -> Result<ExtremePairs<VectorOf<O>>, SpectralError>
where
    O: LinearOperator,
    K: Keeper<O::Space> + ?Sized,
{
    run(op, options, name, keeper, || {
        ChebyshevEstimation::begin(op, options, warm_start)
    })
}

const NAME: &str = "chebyshev_subspace";

/// [`chebyshev_subspace`] in progress: a step is one product, of a vector while the spectrum is bounded, then of the block.
#[derive(Clone, Debug)]
pub struct ChebyshevEstimation<V> {
    options: ChebyshevOptions,
    dim: usize,
    state: State,
    /// The recursion that bounds the spectrum, while it goes on.
    bounding: Option<LanczosEstimation<V>>,
    /// Converged pairs' vectors; those found once finished.
    locked: Vec<V>,
    /// The block to be multiplied next.
    block: Vec<V>,
    /// Within a filter, the block of one degree less.
    previous: Vec<V>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct State {
    /// The recursion's own state, in a snapshot taken while the spectrum is bounded.
    bounding: Option<String>,
    /// Bounds of the spectrum.
    lower: f64,
    upper: f64,
    /// Largest modulus of a Ritz value.
    norm: f64,
    /// Vectors multiplied.
    products: usize,
    iterations: usize,
    fresh: Fresh,
    filter: Option<Filter>,
    locked: Found,
    found: Option<Found>,
}

/// A filter in progress.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Filter {
    centre: f64,
    half_width: f64,
    degree: usize,
    /// Degree reached.
    reached: usize,
    /// The scaling factor sigma of the first degree, and of the last.
    first: f64,
    sigma: f64,
}

impl Filter {
    /// The filter of degree at most `degree` that damps `[low, high]` and is one at `leading`, where the magnification of
    /// `leading` beyond `last` is at most `contrast`, and beyond the interval its square.
    fn new(low: f64, high: f64, leading: f64, last: f64, degree: usize, contrast: f64) -> Self {
        let centre = 0.5 * (low + high);
        let distance = (leading - centre).abs();
        let half_width = (0.5 * (high - low))
            .max(LEAST_WIDTH * distance)
            .max(f64::MIN_POSITIVE);
        // The logarithm of T_d(x) = cosh(d acosh x), outside [-1, 1].
        let growth = |value: f64, degree: usize| {
            let x = ((value - centre) / half_width).abs().max(1.0);
            let exponent = degree as f64 * x.acosh();
            exponent + (-2.0 * exponent).exp().ln_1p() - std::f64::consts::LN_2
        };
        let degree = (1..=degree)
            .rev()
            .find(|&d| {
                let most = growth(leading, d);
                most - growth(last, d) <= contrast.ln() && most <= 2.0 * contrast.ln()
            })
            .unwrap_or(1);
        // A leading value inside the interval would make the scale worthless; its edge does.
        let signed = if distance < half_width {
            half_width
        } else {
            leading - centre
        };
        let sigma = half_width / signed;
        Self {
            centre,
            half_width,
            degree,
            reached: 0,
            first: sigma,
            sigma,
        }
    }

    /// The next degree from `A X_i`, `X_i` and `X_(i-1)`.
    fn advance<S: VectorSpace>(
        &mut self,
        space: &S,
        mut products: Vec<S::Vector>,
        current: &[S::Vector],
        previous: &[S::Vector],
    ) -> Vec<S::Vector> {
        let (scale, next_sigma) = if self.reached == 0 {
            (self.first / self.half_width, self.first)
        } else {
            let next = 1.0 / (2.0 / self.first - self.sigma);
            (2.0 * next / self.half_width, next)
        };
        for (product, x) in products.iter_mut().zip(current) {
            space.axpy(-self.centre, x, product);
            space.scale(scale, product);
        }
        if self.reached > 0 {
            for (product, x) in products.iter_mut().zip(previous) {
                space.axpy(-self.sigma * next_sigma, x, product);
            }
        }
        self.sigma = next_sigma;
        self.reached += 1;
        products
    }
}

impl<V: Clone> ChebyshevEstimation<V> {
    /// Before the first product.
    pub fn begin<O>(
        op: &O,
        options: &ChebyshevOptions,
        warm_start: Option<&[V]>,
    ) -> Result<Self, SpectralError>
    where
        O: LinearOperator,
        O::Space: VectorSpace<Vector = V>,
    {
        let dim = op.effective_dim();
        options.check(dim)?;
        let size = options.block_size(dim);
        let mut fresh = Fresh::new(options.seed);
        let start = fresh.vector(op, &[])?;
        let warm = warm_start.unwrap_or_default();
        let warm: Vec<V> = warm.iter().take(size).cloned().collect();
        let block = fresh.complete(op, &[], warm, size)?;
        let none = Found {
            values: Vec::new(),
            residuals: Vec::new(),
        };
        Ok(Self {
            options: *options,
            dim,
            state: State {
                bounding: None,
                lower: 0.0,
                upper: 0.0,
                norm: 0.0,
                products: 0,
                iterations: 0,
                fresh,
                filter: None,
                locked: none,
                found: None,
            },
            bounding: Some(LanczosEstimation::begin(op, &[start], &options.lanczos())?),
            locked: Vec::new(),
            block,
            previous: Vec::new(),
        })
    }

    /// A step of the recursion that bounds the spectrum.
    fn bound<O>(&mut self, op: &O) -> Result<(), SpectralError>
    where
        O: LinearOperator,
        O::Space: VectorSpace<Vector = V>,
    {
        let Some(lanczos) = &mut self.bounding else {
            return Ok(());
        };
        lanczos.step(op)?;
        self.state.products += 1;
        if !Estimation::<O>::is_finished(lanczos) {
            return Ok(());
        }
        let Some(lanczos) = self.bounding.take() else {
            return Ok(());
        };
        let run = lanczos.finish(op)?.remove(0);
        let range = SpectralRange::of_run(&run, MARGIN);
        (self.state.lower, self.state.upper) = (range.lower, range.upper);
        self.state.norm = range.ritz_min.abs().max(range.ritz_max.abs());
        Ok(())
    }

    /// Rayleigh-Ritz on the block, given its products, and the first degree of the next filter.
    fn rayleigh_ritz<O>(&mut self, op: &O, products: &[V]) -> Result<(), SpectralError>
    where
        O: LinearOperator,
        O::Space: VectorSpace<Vector = V>,
    {
        let (space, options) = (op.space(), self.options);
        let (which, size) = (options.which, self.block.len());
        let step = self.state.iterations;
        let ritz = RitzPairs::of_block(space, &self.block, products, which, step)?;
        let mut vectors = ritz.rotate(space, &self.block, size);
        let mut products = ritz.rotate(space, products, size);
        let mut values = ritz.values;
        let state = &mut self.state;
        state.iterations += 1;
        state.norm = values.iter().fold(state.norm, |norm, x| norm.max(x.abs()));
        let missing = options.pairs - self.locked.len();
        let mut residuals =
            residual_norms(space, &vectors[..missing], &products[..missing], &values);
        let threshold = options.tolerance * state.norm;
        let ended = state.iterations == options.max_iterations;
        let done = if ended {
            missing
        } else {
            let converged = residuals.iter().take_while(|&&r| r <= threshold);
            converged.count()
        };
        // Leading pairs are locked in order, so that none wanted is passed over.
        self.locked.extend(vectors.drain(..done));
        products.drain(..done);
        state.locked.values.extend(values.drain(..done));
        state.locked.residuals.extend(residuals.drain(..done));
        if done == missing {
            self.block.clear();
            self.finish_locked();
            return Ok(());
        }
        let filter = self.filter(&values, missing - done, space.epsilon());
        self.block = vectors;
        self.previous.clear();
        self.state.filter = Some(filter);
        self.filtered(op, products)
    }

    /// The filter for the Ritz values of the block, of which the first `wanted` are.
    fn filter(&mut self, values: &[f64], wanted: usize, epsilon: f64) -> Filter {
        let (leading, last) = (values[0], values[wanted - 1]);
        let state = &mut self.state;
        let middle = 0.5 * (state.lower + state.upper);
        let margin = MARGIN * (state.upper - state.lower);
        let far = match self.options.which {
            Extreme::LargestAlgebraic => state.lower,
            Extreme::SmallestAlgebraic => state.upper,
            Extreme::LargestMagnitude => 0.0,
        };
        // A block without guards, or within one eigenspace, leaves no gap for the polynomial to grow in: make one in
        // which it grows by cosh(2).
        let room = (last - far) / (self.options.degree as f64).powi(2);
        let mut edge = values[values.len() - 1];
        let gap = self.options.which.key(last) - self.options.which.key(edge);
        if gap < NO_GAP * room.abs() {
            edge = last - room;
        }
        let (low, high) = match self.options.which {
            Extreme::LargestAlgebraic if edge > state.lower => (state.lower, edge),
            // A Ritz value beyond the bound: the bound was none.
            Extreme::LargestAlgebraic => {
                state.lower = edge - margin;
                (state.lower, middle.min(last))
            }
            Extreme::SmallestAlgebraic if edge < state.upper => (edge, state.upper),
            Extreme::SmallestAlgebraic => {
                state.upper = edge + margin;
                (middle.max(last), state.upper)
            }
            Extreme::LargestMagnitude => (-edge.abs(), edge.abs()),
        };
        let contrast = epsilon.sqrt().recip();
        Filter::new(low, high, leading, last, self.options.degree, contrast)
    }

    /// The next degree of the filter, given the products of the block; the next orthonormal block after the last.
    fn filtered<O>(&mut self, op: &O, products: Vec<V>) -> Result<(), SpectralError>
    where
        O: LinearOperator,
        O::Space: VectorSpace<Vector = V>,
    {
        let Some(mut filter) = self.state.filter else {
            return Ok(());
        };
        let space = op.space();
        let mut next = filter.advance(space, products, &self.block, &self.previous);
        // Rounding along the locked vectors would grow faster than what is wanted.
        project_out(space, &self.locked, &mut next);
        self.previous = std::mem::replace(&mut self.block, next);
        if filter.reached < filter.degree {
            self.state.filter = Some(filter);
            return Ok(());
        }
        self.state.filter = None;
        self.previous.clear();
        let size = self.block.len();
        let filtered = std::mem::take(&mut self.block);
        self.block = self
            .state
            .fresh
            .complete(op, &self.locked, filtered, size)?;
        Ok(())
    }

    /// Puts the locked pairs in order: one locked later may be better by rounding, or found late.
    fn finish_locked(&mut self) {
        let order = self.options.which.order(&self.state.locked.values);
        let sorted = |values: &[f64]| order.iter().map(|&i| values[i]).collect();
        self.state.found = Some(Found {
            values: sorted(&self.state.locked.values),
            residuals: sorted(&self.state.locked.residuals),
        });
        self.locked = order.iter().map(|&i| self.locked[i].clone()).collect();
    }
}

impl<O, V> Estimation<O> for ChebyshevEstimation<V>
where
    V: Clone,
    O: LinearOperator,
    O::Space: VectorSpace<Vector = V>,
{
    type Options = ChebyshevOptions;
    type Output = ExtremePairs<V>;

    fn restore(
        op: &O,
        options: &ChebyshevOptions,
        snapshot: Snapshot<V>,
    ) -> Result<Self, SpectralError> {
        let dim = op.effective_dim();
        options.check(dim)?;
        let rules = OptionRules::default();
        let mut state: State = read_state(NAME, dim, options, rules, &snapshot.state)?;
        let locked = state.locked.values.len();
        let size = options.block_size(dim);
        let (in_block, twice) = (size.saturating_sub(locked), state.filter.is_some());
        let expected = match (&state.found, twice) {
            (Some(_), _) => 0,
            (None, true) => 2 * in_block,
            (None, false) => in_block,
        };
        let mut moving = snapshot.moving;
        let wrong = || SnapshotError::state(NAME, "it has another number of vectors");
        if moving.len() < expected {
            return Err(wrong().into());
        }
        let others = moving.split_off(expected);
        let previous = if twice {
            moving.split_off(in_block)
        } else {
            Vec::new()
        };
        let (bounding, locked_vectors) = match state.bounding.take() {
            Some(text) => {
                let inner = Snapshot {
                    state: text,
                    settled: snapshot.settled,
                    moving: others,
                    numbers: snapshot.numbers,
                    ..Snapshot::default()
                };
                let lanczos = LanczosEstimation::restore(op, &options.lanczos(), inner)?;
                (Some(lanczos), Vec::new())
            }
            None if !others.is_empty() => return Err(wrong().into()),
            None => (None, snapshot.settled),
        };
        if locked_vectors.len() != locked {
            return Err(wrong().into());
        }
        Ok(Self {
            options: *options,
            dim,
            state,
            bounding,
            locked: locked_vectors,
            block: moving,
            previous,
        })
    }

    fn snapshot(&self) -> Result<SnapshotRef<'_, V>, SpectralError> {
        let mut state = self.state.clone();
        let mut moving: Vec<&V> = self.block.iter().chain(&self.previous).collect();
        let (settled, series, numbers) = match &self.bounding {
            Some(lanczos) => {
                let inner = Estimation::<O>::snapshot(lanczos)?;
                state.bounding = Some(inner.state);
                moving.extend(inner.moving);
                (inner.settled, 0, inner.numbers)
            }
            // Once finished the locked vectors may be in another order.
            None => {
                let series = if state.found.is_some() { 2 } else { 1 };
                (self.locked.iter().collect(), series, Vec::new())
            }
        };
        Ok(SnapshotRef {
            state: write_state(NAME, self.dim, &self.options, &state)?,
            settled,
            series,
            moving,
            numbers,
        })
    }

    fn is_finished(&self) -> bool {
        self.state.found.is_some()
    }

    fn step(&mut self, op: &O) -> Result<(), SpectralError> {
        if self.state.found.is_some() {
            return Ok(());
        }
        if self.bounding.is_some() {
            return self.bound(op);
        }
        let products = apply_checked(op, &self.block)?;
        self.state.products += self.block.len();
        if self.state.filter.is_some() {
            self.filtered(op, products)
        } else {
            self.rayleigh_ritz(op, &products)
        }
    }

    fn finish(self, _: &O) -> Result<ExtremePairs<V>, SpectralError> {
        let Some(found) = self.state.found else {
            return Err(unfinished());
        };
        let State { products, norm, .. } = self.state;
        Ok(found.with(self.locked, self.options.tolerance, products, norm))
    }
}
