//! Thick-restart Lanczos: a few extreme eigenpairs with a bounded number of vectors.

use faer::Mat;
use serde::{Deserialize, Serialize};

use crate::eigen::extreme::{Extreme, ExtremePairs, Found, check_pairs};
use crate::eigen::random_directions::RandomDirections;
use crate::eigen::rayleigh_ritz::{RitzBlock, RitzPairs};
use crate::error::snapshot_error::SnapshotError;
use crate::error::spectral_error::SpectralError;
use crate::operator::linear_operator::{LinearOperator, OperatorOn, VectorOf, apply_checked};
use crate::operator::orthogonalise::orthogonalise_collecting;
use crate::operator::orthonormalise::polish;
use crate::operator::vector_space::VectorSpace;
use crate::resume::estimation::{Estimation, unfinished};
use crate::resume::snapshot::{Snapshot, SnapshotRef};
use crate::resume::state::{OptionRules, read_state, write_state};

/// `beta <= BREAKDOWN_FACTOR * eps * ||A||` is a breakdown.
const BREAKDOWN_FACTOR: f64 = 100.0;

/// Products between two looks at the Ritz pairs.
const TEST_EVERY: usize = 8;

/// Residuals, over `eps ||A||`, below which nothing is gained by going on.
const FLOOR_FACTOR: f64 = 8.0;

/// Options of [`thick_restart_lanczos`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ThickRestartOptions {
    /// Number k of pairs wanted.
    pub pairs: usize,
    /// Which end is wanted.
    pub which: Extreme,
    /// Most vectors m held, at least k + 2 unless the space has fewer dimensions; 0 for `k + max(k, 20)`.
    pub window: usize,
    /// A pair has converged when `||A q - theta q|| <= tolerance ||A||`, with the largest `||A v||` met for the norm.
    pub tolerance: f64,
    /// Most products, at least the window, beside the k that form the residuals.
    pub max_products: usize,
    /// Consecutive rounds, each from a fresh random vector, that must find nothing new once k pairs have converged.
    pub check_rounds: usize,
    /// Seed of the random vectors.
    pub seed: u64,
}

impl Default for ThickRestartOptions {
    fn default() -> Self {
        Self {
            pairs: 10,
            which: Extreme::LargestAlgebraic,
            window: 0,
            tolerance: 1e-10,
            max_products: 10_000,
            check_rounds: 1,
            seed: 0,
        }
    }
}

impl ThickRestartOptions {
    /// Vectors held on a space of `dim` dimensions.
    fn window_on(&self, dim: usize) -> usize {
        let window = match self.window {
            0 => self.pairs.saturating_add(self.pairs.max(20)),
            window => window,
        };
        window.min(dim)
    }

    fn check(&self, dim: usize) -> Result<(), SpectralError> {
        check_pairs(self.pairs, dim, self.tolerance)?;
        let window = self.window_on(dim);
        SpectralError::require(
            window >= (self.pairs + 2).min(dim),
            "window",
            format_args!(
                "{window} vectors are too few for {} pairs: at least {} are needed",
                self.pairs,
                self.pairs + 2
            ),
        )?;
        SpectralError::require(
            self.max_products >= window,
            "max_products",
            format_args!(
                "{} do not fill the window of {window}: at least as many are needed",
                self.max_products
            ),
        )?;
        Ok(())
    }
}

/// Finds k extreme eigenpairs by thick-restart Lanczos, one product with one vector a step.
///
/// Lanczos with full reorthogonalisation fills a window of m vectors; then the `k + (m - k) / 2` leading Ritz vectors and
/// the residual vector, which is the same for all, begin the next window, in which the projected matrix is diagonal but
/// for the couplings to that vector (Wu & Simon, "Thick-restart Lanczos method for large symmetric eigenvalue problems",
/// SIAM J. Matrix Anal. Appl. 22, 2000, section 2). The couplings are not taken from the recurrence but measured: every
/// product is projected on the whole window, at least twice.
///
/// A Krylov space holds one vector of each eigenspace, so that copies of a repeated eigenvalue appear only by rounding or
/// from another start. So when the space is exhausted (`||r|| <= 100 eps ||A||`) it goes on with a random vector
/// orthogonal to the window; and once k pairs have converged, each of `check_rounds` rounds takes them out and goes on
/// from a fresh random vector until the best Ritz value of what is left is certainly no better than the k-th (its residual
/// bound included) or has converged itself. A round that finds a better one begins the count anew. A round costs about
/// as much as the pair after the k-th takes to be told from it.
///
/// What is certified is that each pair is one within its residual ([`ExtremePairs`]). That none is missing is not: with
/// probability one a round would find it in exact arithmetic, but one so close to the k-th that both agree to the
/// tolerance, or to whose vectors the start is nearly orthogonal, may be passed over.
///
/// Where `max_products` or the precision of the vectors ends it first, the result says which pairs have not converged.
pub fn thick_restart_lanczos<O: LinearOperator>(
    op: &O,
    options: &ThickRestartOptions,
) -> Result<ExtremePairs<VectorOf<O>>, SpectralError> {
    ThickRestartEstimation::begin(op, options)?.run(op)
}

const NAME: &str = "thick_restart_lanczos";

/// [`thick_restart_lanczos`] in progress: a step is one product, the last one a block of k.
#[derive(Clone, Debug)]
pub struct ThickRestartEstimation<V> {
    options: ThickRestartOptions,
    dim: usize,
    state: State,
    /// The window with the vector to be multiplied next, or the k Ritz vectors.
    basis: Vec<V>,
    /// Upper triangle of the projected matrix, column by column.
    projected: Vec<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Phase {
    /// The last vector of the basis is to be multiplied.
    Expanding,
    /// The basis is the k Ritz vectors, whose residuals are to be formed.
    Verifying,
    Finished,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct State {
    phase: Phase,
    /// Columns of the projected matrix.
    columns: usize,
    /// Columns that the window began with.
    kept: usize,
    /// Windows begun after the first.
    windows: u64,
    products: usize,
    norm: f64,
    random: RandomDirections,
    /// The k values at the beginning of the round, in one.
    round: Option<Vec<f64>>,
    rounds_passed: usize,
    found: Option<Found>,
}

/// What a look at the Ritz pairs says.
enum Verdict {
    GoOn,
    BeginRound,
    Settle,
}

impl<V: Clone> ThickRestartEstimation<V> {
    /// Before the first product.
    pub fn begin<O: OperatorOn<V>>(
        op: &O,
        options: &ThickRestartOptions,
    ) -> Result<Self, SpectralError> {
        let dim = op.effective_dim();
        options.check(dim)?;
        let mut random = RandomDirections::new(options.seed);
        let start = random.vector(op, &[])?;
        Ok(Self {
            options: *options,
            dim,
            state: State {
                phase: Phase::Expanding,
                columns: 0,
                kept: 0,
                windows: 0,
                products: 0,
                norm: 0.0,
                random,
                round: None,
                rounds_passed: 0,
                found: None,
            },
            basis: vec![start],
            projected: Vec::new(),
        })
    }

    /// Multiplies the last vector of the basis, and what follows from it.
    fn expand<O: OperatorOn<V>>(&mut self, op: &O) -> Result<(), SpectralError> {
        let (space, options, k) = (op.space(), self.options, self.options.pairs);
        let last = &self.basis[self.state.columns];
        let mut products = apply_checked(op, std::slice::from_ref(last))?;
        let mut residual = products.remove(0);
        let step = self.state.products;
        self.state.products += 1;
        let product_norm = space.norm(&residual);
        if !product_norm.is_finite() {
            return Err(SpectralError::NotFinite { step, index: 0 });
        }
        self.state.norm = self.state.norm.max(product_norm);
        let negligible = BREAKDOWN_FACTOR * space.epsilon() * self.state.norm;
        let (column, beta) =
            orthogonalise_collecting(space, op.excluded(), &self.basis, &mut residual, negligible);
        self.projected.extend(column);
        self.state.columns += 1;

        let columns = self.state.columns;
        let full = columns == options.window_on(self.dim);
        if columns == self.dim || self.state.products >= options.max_products {
            let ritz = self.ritz()?;
            return self.settle(op, &ritz);
        }
        let due = full || (columns - self.state.kept).is_multiple_of(TEST_EVERY);
        if due && columns >= k {
            let ritz = self.ritz()?;
            match self.judge(&ritz, beta, space.epsilon()) {
                Verdict::Settle => return self.settle(op, &ritz),
                Verdict::BeginRound => {
                    self.state.round = Some(ritz.values[..k].to_vec());
                    self.begin_window(op, &ritz, k);
                    let start = self.state.random.vector(op, &[&self.basis])?;
                    self.basis.push(start);
                    return Ok(());
                }
                Verdict::GoOn if full => {
                    let keep = (k + (columns - k) / 2).min(columns - 2).max(k);
                    self.begin_window(op, &ritz, keep);
                }
                Verdict::GoOn => (),
            }
        }
        let next = if beta <= negligible {
            self.state.random.vector(op, &[&self.basis])?
        } else {
            space.scale(1.0 / beta, &mut residual);
            residual
        };
        self.basis.push(next);
        Ok(())
    }

    fn ritz(&self) -> Result<RitzPairs, SpectralError> {
        let size = self.state.columns;
        let projected = Mat::from_fn(size, size, |i, j| {
            let (row, column) = (i.min(j), i.max(j));
            self.projected[column * (column + 1) / 2 + row]
        });
        RitzPairs::new(&projected, self.options.which)
    }

    /// Whether the k pairs have converged and, in a round, whether it has ended.
    fn judge(&mut self, ritz: &RitzPairs, beta: f64, epsilon: f64) -> Verdict {
        let (options, k) = (&self.options, self.options.pairs);
        let size = ritz.values.len();
        let bound = |i: usize| beta * ritz.rotation[(size - 1, i)].abs();
        // What the beginning of each round drops must not add up to the tolerance.
        let share = 0.5 / (1.0 + options.check_rounds as f64);
        let target = (share * options.tolerance).max(FLOOR_FACTOR * epsilon) * self.state.norm;
        if (0..k).any(|i| bound(i) > target) {
            return Verdict::GoOn;
        }
        let key = |i: usize| options.which.key(ritz.values[i]);
        match &self.state.round {
            None if options.check_rounds == 0 => return Verdict::Settle,
            None => return Verdict::BeginRound,
            Some(before) => {
                // Ritz pair k + 1 is the best of what is left.
                let decided = size > k && (bound(k) <= target || key(k) + bound(k) <= key(k - 1));
                if !decided {
                    return Verdict::GoOn;
                }
                let changed = before
                    .iter()
                    .enumerate()
                    .any(|(i, &value)| (key(i) - options.which.key(value)).abs() > 2.0 * target);
                self.state.rounds_passed = if changed {
                    0
                } else {
                    self.state.rounds_passed + 1
                };
            }
        }
        if self.state.rounds_passed >= options.check_rounds {
            Verdict::Settle
        } else {
            Verdict::BeginRound
        }
    }

    /// The first `keep` Ritz vectors begin the next window.
    fn begin_window<O: OperatorOn<V>>(&mut self, op: &O, ritz: &RitzPairs, keep: usize) {
        let space = op.space();
        let vectors = ritz.rotate(space, &self.basis, keep);
        self.basis = polish(space, &vectors);
        self.projected.clear();
        for (i, &value) in ritz.values[..keep].iter().enumerate() {
            self.projected.extend(std::iter::repeat_n(0.0, i));
            self.projected.push(value);
        }
        self.state.columns = keep;
        self.state.kept = keep;
        self.state.windows += 1;
    }

    /// Leaves only the residuals to be formed.
    fn settle<O: OperatorOn<V>>(&mut self, op: &O, ritz: &RitzPairs) -> Result<(), SpectralError> {
        self.begin_window(op, ritz, self.options.pairs);
        self.projected.clear();
        self.state.phase = Phase::Verifying;
        Ok(())
    }

    /// Rayleigh-Ritz on the k vectors themselves, with residuals.
    fn verify<O: OperatorOn<V>>(&mut self, op: &O) -> Result<(), SpectralError> {
        let (space, k) = (op.space(), self.options.pairs);
        let products = apply_checked(op, &self.basis)?;
        let step = self.state.products;
        self.state.products += k;
        let ritz = RitzBlock::new(space, &self.basis, &products, self.options.which, step)?;
        self.state.windows += 1;
        self.state.found = Some(Found {
            residuals: ritz.residuals(space, k),
            values: ritz.values,
        });
        self.basis = ritz.vectors;
        self.state.phase = Phase::Finished;
        Ok(())
    }
}

impl<V: Clone, O: OperatorOn<V>> Estimation<O> for ThickRestartEstimation<V> {
    type Options = ThickRestartOptions;
    type Output = ExtremePairs<V>;

    fn restore(
        op: &O,
        options: &ThickRestartOptions,
        snapshot: Snapshot<V>,
    ) -> Result<Self, SpectralError> {
        let dim = op.effective_dim();
        options.check(dim)?;
        let rules = OptionRules::default();
        let state: State = read_state(NAME, dim, options, rules, &snapshot.state)?;
        let columns = state.columns;
        let possible = state.kept <= columns
            && (state.phase != Phase::Expanding || columns < options.window_on(dim))
            && (state.round.iter()).all(|round| round.len() == options.pairs);
        if !possible {
            let reason = "its window cannot have so many columns";
            return Err(SnapshotError::state(NAME, reason).into());
        }
        let (vectors, numbers) = match state.phase {
            Phase::Expanding => (columns + 1, columns * (columns + 1) / 2),
            Phase::Verifying | Phase::Finished => (options.pairs, 0),
        };
        if snapshot.settled.len() != vectors || snapshot.numbers.len() != numbers {
            return Err(
                SnapshotError::state(NAME, "it has another number of vectors or numbers").into(),
            );
        }
        Ok(Self {
            options: *options,
            dim,
            state,
            basis: snapshot.settled,
            projected: snapshot.numbers,
        })
    }

    fn options(&self) -> &ThickRestartOptions {
        &self.options
    }

    fn snapshot(&self) -> Result<SnapshotRef<'_, V>, SpectralError> {
        Ok(SnapshotRef {
            state: write_state(NAME, self.dim, &self.options, &self.state)?,
            settled: self.basis.iter().collect(),
            series: self.state.windows,
            numbers: self.projected.clone(),
            ..SnapshotRef::default()
        })
    }

    fn is_finished(&self) -> bool {
        self.state.phase == Phase::Finished
    }

    fn step(&mut self, op: &O) -> Result<(), SpectralError> {
        match self.state.phase {
            Phase::Expanding => self.expand(op),
            Phase::Verifying => self.verify(op),
            Phase::Finished => Ok(()),
        }
    }

    fn finish(self, _: &O) -> Result<ExtremePairs<V>, SpectralError> {
        let Some(found) = self.state.found else {
            return Err(unfinished());
        };
        let State { products, norm, .. } = self.state;
        Ok(found.with(self.basis, self.options.tolerance, products, norm))
    }
}
