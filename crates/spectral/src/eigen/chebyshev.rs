//! Subspace iteration with a Chebyshev filter: extreme eigenpairs by blocks.

use serde::{Deserialize, Serialize};

use crate::eigen::chebyshev_filter::ChebyshevFilter;
use crate::eigen::extreme::{Extreme, ExtremePairs, Found, check_pairs};
use crate::eigen::lanczos::LanczosEstimation;
use crate::eigen::lanczos_options::{LanczosOptions, Reorthogonalisation};
use crate::eigen::random_directions::RandomDirections;
use crate::eigen::range::SpectralRange;
use crate::eigen::rayleigh_ritz::RitzBlock;
use crate::error::snapshot_error::SnapshotError;
use crate::error::spectral_error::SpectralError;
use crate::operator::linear_operator::{LinearOperator, OperatorOn, VectorOf, apply_checked};
use crate::operator::orthogonalise::project_out;
use crate::operator::vector_space::VectorSpace;
use crate::resume::estimation::{Estimation, unfinished};
use crate::resume::snapshot::{Snapshot, SnapshotRef};
use crate::resume::state::{OptionRules, read_state, write_state};

/// Share of the width added to the bounds that the first Lanczos steps give.
const MARGIN: f64 = 0.01;

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
            SpectralError::require_positive(option, value)?;
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
    ChebyshevEstimation::begin(op, options, warm_start)?.run(op)
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
    random: RandomDirections,
    filter: Option<ChebyshevFilter>,
    locked: Found,
    found: Option<Found>,
}

impl<V: Clone> ChebyshevEstimation<V> {
    /// Before the first product.
    pub fn begin<O: OperatorOn<V>>(
        op: &O,
        options: &ChebyshevOptions,
        warm_start: Option<&[V]>,
    ) -> Result<Self, SpectralError> {
        let dim = op.effective_dim();
        options.check(dim)?;
        let size = options.block_size(dim);
        let mut random = RandomDirections::new(options.seed);
        let start = random.vector(op, &[])?;
        let warm = warm_start.unwrap_or_default();
        let warm: Vec<V> = warm.iter().take(size).cloned().collect();
        let block = random.complete(op, &[], warm, size)?;
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
                random,
                filter: None,
                locked: Found::default(),
                found: None,
            },
            bounding: Some(LanczosEstimation::begin(op, &[start], &options.lanczos())?),
            locked: Vec::new(),
            block,
            previous: Vec::new(),
        })
    }

    /// A step of the recursion that bounds the spectrum.
    fn bound<O: OperatorOn<V>>(&mut self, op: &O) -> Result<(), SpectralError> {
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
    fn rayleigh_ritz<O: OperatorOn<V>>(
        &mut self,
        op: &O,
        products: &[V],
    ) -> Result<(), SpectralError> {
        let (space, options) = (op.space(), self.options);
        let (which, step) = (options.which, self.state.iterations);
        let mut ritz = RitzBlock::new(space, &self.block, products, which, step)?;
        let missing = options.pairs - self.locked.len();
        let mut residuals = ritz.residuals(space, missing);
        let state = &mut self.state;
        state.iterations += 1;
        let values = ritz.values.iter();
        state.norm = values.fold(state.norm, |norm, x| norm.max(x.abs()));
        let threshold = options.tolerance * state.norm;
        let ended = state.iterations == options.max_iterations;
        let done = if ended {
            missing
        } else {
            let converged = residuals.iter().take_while(|&&r| r <= threshold);
            converged.count()
        };
        // Leading pairs are locked in order, so that none wanted is passed over.
        self.locked.extend(ritz.vectors.drain(..done));
        ritz.products.drain(..done);
        state.locked.values.extend(ritz.values.drain(..done));
        state.locked.residuals.extend(residuals.drain(..done));
        if done == missing {
            self.block.clear();
            self.finish_locked();
            return Ok(());
        }
        let filter = self.filter(&ritz.values, missing - done, space.epsilon());
        self.block = ritz.vectors;
        self.previous.clear();
        self.state.filter = Some(filter);
        self.filtered(op, ritz.products)
    }

    /// The filter for the Ritz values of the block, of which the first `wanted` are.
    fn filter(&mut self, values: &[f64], wanted: usize, epsilon: f64) -> ChebyshevFilter {
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
        ChebyshevFilter::new(low, high, leading, last, self.options.degree, contrast)
    }

    /// The next degree of the filter, given the products of the block; the next orthonormal block after the last.
    fn filtered<O: OperatorOn<V>>(
        &mut self,
        op: &O,
        products: Vec<V>,
    ) -> Result<(), SpectralError> {
        let Some(mut filter) = self.state.filter else {
            return Ok(());
        };
        let space = op.space();
        let mut next = filter.advance(space, products, &self.block, &self.previous);
        // Rounding along the locked vectors would grow faster than what is wanted.
        project_out(space, &self.locked, &mut next);
        self.previous = std::mem::replace(&mut self.block, next);
        if !filter.is_finished() {
            self.state.filter = Some(filter);
            return Ok(());
        }
        self.state.filter = None;
        self.previous.clear();
        let size = self.block.len();
        let filtered = std::mem::take(&mut self.block);
        self.block = self
            .state
            .random
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

impl<V: Clone, O: OperatorOn<V>> Estimation<O> for ChebyshevEstimation<V> {
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

    fn options(&self) -> &ChebyshevOptions {
        &self.options
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
