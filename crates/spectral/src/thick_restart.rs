//! Thick-restart Lanczos for extreme eigenpairs.

use faer::Mat;
use serde::{Deserialize, Serialize};

use crate::ends::End;
use crate::error::SpectralError;
use crate::estimation::{Estimation, Keeper, NoKeeper, Snapshot, SnapshotRef, run};
use crate::operator::{LinearOperator, apply_checked};
use crate::snapshot_error::SnapshotError;
use crate::space::VectorSpace;
use crate::state::{OptionRules, read_state, write_state};
use crate::subspace::Eigenpairs;
use crate::window::{Window, WindowRitz, flattened, formed_residuals, from_flat, random_block};

/// Options of [`thick_restart`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ThickRestartOptions {
    /// Number k of pairs wanted (at either end, for [`End::Both`]).
    pub pairs: usize,
    /// Which ones.
    pub end: End,
    /// Most vectors of the basis, zero for `max(2 w, w + 20) + 2 block_size`, w the pairs wanted in all. It holds at
    /// least `w + 2 block_size`, or the whole space.
    pub window: usize,
    /// Vectors multiplied at a time.
    pub block_size: usize,
    /// Most block products, but for the last one, which forms the residuals.
    pub max_steps: usize,
    /// A pair has converged when `||A q - theta q|| <= tolerance ||A||`, `||A||` being the largest `||A x||` of a unit
    /// vector met. Raised to 32 eps of the space.
    pub tolerance: f64,
    /// Whether converged pairs are left as they are and taken out of the basis, which saves work where many are wanted.
    pub locking: bool,
    /// Whether the pairs found are checked, and repeated eigenvalues looked for, from a fresh random start.
    pub check: bool,
    /// Seed of the random starts.
    pub seed: u64,
}

impl Default for ThickRestartOptions {
    /// Ten pairs of largest modulus to 1e-10, one vector at a time, checked.
    fn default() -> Self {
        Self {
            pairs: 10,
            end: End::LargestMagnitude,
            window: 0,
            block_size: 1,
            max_steps: 2000,
            tolerance: 1e-10,
            locking: false,
            check: true,
            seed: 0,
        }
    }
}

/// Eigenpairs that an eigensolver found.
#[derive(Clone, Debug)]
pub struct EigenResult<V> {
    /// The pairs, in the order asked for.
    pub pairs: Eigenpairs<V>,
    /// Whether each met the tolerance.
    pub pair_converged: Vec<bool>,
    /// Whether all did.
    pub converged: bool,
    /// Block products made.
    pub steps: usize,
    /// Products with single vectors made.
    pub products: usize,
}

/// Finds the k extreme eigenpairs of either end, or of both, by Lanczos with thick restarts.
///
/// Wu & Simon, "Thick-restart Lanczos method for large symmetric eigenvalue problems", SIMAX 22 (2000), section 3: the
/// Lanczos basis grows to the window's size with full reorthogonalisation; then it is replaced by the wanted Ritz vectors
/// and half of the others nearest to them, followed by the residual block, and grows on. All inner products of a new
/// block with the basis are taken, which gives the projection's arrow and band alike. With `block_size` above one it is
/// the block method, whose Krylov spaces see eigenvalues of that multiplicity.
///
/// A block that loses rank shrinks; a Krylov space that is exhausted goes on from a random vector. One start sees one
/// vector of a repeated eigenvalue's eigenspace: so once all pairs have converged, a fresh random vector orthogonal to
/// them begins another window (`check`), until a window adds nothing.
///
/// Certified: each pair's residual, which is formed by a last product with the vectors themselves, so that an eigenvalue
/// lies within it. Not certified: that no wanted pair is missing. A missing one is found by the check with probability one
/// in exact arithmetic if the window resolves it, which an eigenvalue hardly apart from those not wanted may escape.
pub fn thick_restart<O: LinearOperator>(
    op: &O,
    options: &ThickRestartOptions,
) -> Result<EigenResult<crate::VectorOf<O>>, SpectralError> {
    thick_restart_kept(op, options, NAME, &mut NoKeeper)
}

/// [`thick_restart`], gone on with from the snapshot `name` where the keeper has one, and kept there on the way.
pub fn thick_restart_kept<O, K>(
    op: &O,
    options: &ThickRestartOptions,
    name: &str,
    keeper: &mut K,
) -> Result<EigenResult<crate::VectorOf<O>>, SpectralError>
where
    O: LinearOperator,
    K: Keeper<O::Space> + ?Sized,
{
    run(op, options, name, keeper, || {
        ThickRestartEstimation::begin(op, options)
    })
}

const NAME: &str = "thick_restart";

/// [`thick_restart`] in progress: a step is one block product.
#[derive(Clone, Debug)]
pub struct ThickRestartEstimation<V> {
    options: ThickRestartOptions,
    dim: usize,
    state: State,
    window: Window<V>,
    locked: Vec<V>,
    found: Vec<V>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
enum Phase {
    Growing,
    /// The residuals are to be formed.
    Forming,
    Done,
}

/// Everything but vectors and matrices.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct State {
    phase: Phase,
    steps: usize,
    products: usize,
    drawn: u64,
    restarts: u64,
    scale: f64,
    next: usize,
    coupling: (usize, usize),
    locked_values: Vec<f64>,
    locked_bounds: Vec<f64>,
    /// What had converged when the last check began.
    checked: Option<Vec<f64>>,
    values: Vec<f64>,
    residuals: Vec<f64>,
}

impl ThickRestartOptions {
    fn check(&self, dim: usize) -> Result<(), SpectralError> {
        let wanted = self.end.wanted(self.pairs);
        if self.pairs == 0 || wanted > dim {
            let reason = format!("{wanted} pairs of an operator of dimension {dim}");
            return Err(SpectralError::option("pairs", reason));
        }
        if self.block_size == 0 || self.block_size > dim {
            let reason = format!("must be from 1 to the dimension, {dim}");
            return Err(SpectralError::option("block_size", reason));
        }
        let least = (wanted + 2 * self.block_size).min(dim);
        if self.window != 0 && self.window < least {
            let reason = format!(
                "{} vectors do not hold {wanted} pairs and two blocks: take {least} or more",
                self.window
            );
            return Err(SpectralError::option("window", reason));
        }
        if self.max_steps == 0 {
            return Err(SpectralError::option("max_steps", "must be at least 1"));
        }
        check_tolerance(self.tolerance)
    }

    fn capacity(&self, dim: usize) -> usize {
        let wanted = self.end.wanted(self.pairs);
        let window = match self.window {
            0 => (2 * wanted).max(wanted + 20) + 2 * self.block_size,
            window => window,
        };
        window.min(dim)
    }
}

/// An error unless it is a finite number of at least zero.
pub(crate) fn check_tolerance(tolerance: f64) -> Result<(), SpectralError> {
    if tolerance >= 0.0 && tolerance.is_finite() {
        return Ok(());
    }
    let reason = format!("{tolerance} is not a tolerance");
    Err(SpectralError::option("tolerance", reason))
}

/// The least relative residual that rounding allows to ask for.
pub(crate) fn attainable<S: VectorSpace>(space: &S, tolerance: f64) -> f64 {
    tolerance.max(32.0 * space.epsilon())
}

impl<V: Clone> ThickRestartEstimation<V> {
    /// Before the first step.
    pub fn begin<O>(op: &O, options: &ThickRestartOptions) -> Result<Self, SpectralError>
    where
        O: LinearOperator,
        O::Space: VectorSpace<Vector = V>,
    {
        let dim = op.effective_dim();
        options.check(dim)?;
        let mut drawn = 0;
        let start = random_block(
            op,
            &[op.excluded()],
            options.seed,
            &mut drawn,
            options.block_size,
        );
        Ok(Self {
            options: *options,
            dim,
            state: State {
                phase: Phase::Growing,
                steps: 0,
                products: 0,
                drawn,
                restarts: 0,
                scale: 0.0,
                next: 0,
                coupling: (0, 0),
                locked_values: Vec::new(),
                locked_bounds: Vec::new(),
                checked: None,
                values: Vec::new(),
                residuals: Vec::new(),
            },
            window: Window::new(start),
            locked: Vec::new(),
            found: Vec::new(),
        })
    }

    fn grow<O>(&mut self, op: &O) -> Result<(), SpectralError>
    where
        O: LinearOperator,
        O::Space: VectorSpace<Vector = V>,
    {
        self.state.products += self.window.next.len();
        let outside = [op.excluded(), &self.locked];
        self.window.expand(op, &outside, self.state.steps)?;
        self.state.steps += 1;
        let left = self
            .dim
            .saturating_sub(self.locked.len() + self.window.basis.len());
        self.window.next.truncate(left);
        let capacity = self.options.capacity(self.dim - self.locked.len());
        let full = self.window.basis.len() + self.window.next.len().max(1) > capacity;
        if full || left == 0 || self.state.steps == self.options.max_steps {
            return self.assess(op, left == 0);
        }
        if self.window.next.is_empty() {
            self.window.next = self.fresh(op);
        }
        Ok(())
    }

    /// A random vector orthogonal to all there is.
    fn fresh<O>(&mut self, op: &O) -> Vec<V>
    where
        O: LinearOperator,
        O::Space: VectorSpace<Vector = V>,
    {
        let outside = [op.excluded(), &self.locked, &self.window.basis];
        random_block(op, &outside, self.options.seed, &mut self.state.drawn, 1)
    }

    /// Looks at the Ritz pairs of a full window, and restarts or ends.
    fn assess<O>(&mut self, op: &O, exhausted: bool) -> Result<(), SpectralError>
    where
        O: LinearOperator,
        O::Space: VectorSpace<Vector = V>,
    {
        let ritz = self.window.ritz()?;
        let locked = self.locked.len();
        let join = |a: &[f64], b: &[f64]| -> Vec<f64> { a.iter().chain(b).copied().collect() };
        let values = join(&self.state.locked_values, &ritz.values);
        let bounds = join(&self.state.locked_bounds, &ritz.bounds);
        let order = self.options.end.order(&values);
        let wanted = self
            .options
            .end
            .wanted(self.options.pairs)
            .min(values.len());
        let chosen = self.options.end.arranged(&order, wanted);
        // Half the tolerance: what a restart with a fresh vector drops must have room in it.
        let enough = 0.5 * attainable(op.space(), self.options.tolerance) * self.window.scale;
        let converged = chosen.iter().all(|&i| bounds[i] <= enough)
            && wanted == self.options.end.wanted(self.options.pairs);
        let now: Vec<f64> = chosen.iter().map(|&i| values[i]).collect();
        let confirmed = !self.options.check
            || self.state.checked.as_ref().is_some_and(|before| {
                before.len() == now.len()
                    && before
                        .iter()
                        .zip(&now)
                        .all(|(a, b)| (a - b).abs() <= 4.0 * enough)
            });
        let out_of_steps = self.state.steps >= self.options.max_steps;
        if exhausted || out_of_steps || (converged && confirmed) {
            self.found = self.vectors(op.space(), &ritz, &chosen);
            self.state.values = now;
            self.state.phase = Phase::Forming;
            self.window.basis.clear();
            self.window.next.clear();
            self.state.restarts += 1;
            return Ok(());
        }
        // Places in the window of what is kept, in the order of wanting.
        let mut kept: Vec<usize> = chosen.iter().copied().filter(|&i| i >= locked).collect();
        if self.options.locking {
            let (done, open): (Vec<usize>, Vec<usize>) =
                kept.iter().partition(|&&i| bounds[i] <= enough);
            let newly = self.vectors(op.space(), &ritz, &done);
            self.locked.extend(newly);
            for i in done {
                self.state.locked_values.push(values[i]);
                self.state.locked_bounds.push(bounds[i]);
            }
            kept = open;
        }
        if !converged {
            let capacity = self.options.capacity(self.dim - self.locked.len());
            let room = capacity.saturating_sub(self.window.next.len().max(1));
            let extra = room.saturating_sub(kept.len()) / 2;
            kept.extend(order[wanted..].iter().filter(|&&i| i >= locked).take(extra));
            kept.truncate(room);
        }
        let indices: Vec<usize> = kept.iter().map(|i| i - locked).collect();
        let coordinates = columns(&ritz.vectors, &indices);
        self.window.basis = op.space().combine(&self.window.basis, coordinates.as_ref());
        self.window.projected = Mat::from_fn(kept.len(), kept.len(), |i, j| {
            if i == j { values[kept[i]] } else { 0.0 }
        });
        self.window.coupling = Mat::zeros(0, 0);
        self.state.restarts += 1;
        if converged {
            self.state.checked = Some(now);
            self.window.next.clear();
        }
        if self.window.next.is_empty() {
            self.window.next = self.fresh(op);
        }
        Ok(())
    }

    /// The vectors at these places among the locked ones and the window's Ritz vectors.
    fn vectors<S: VectorSpace<Vector = V>>(
        &self,
        space: &S,
        ritz: &WindowRitz,
        places: &[usize],
    ) -> Vec<V> {
        let locked = self.locked.len();
        let indices: Vec<usize> = places
            .iter()
            .filter(|&&i| i >= locked)
            .map(|i| i - locked)
            .collect();
        let mut combined = space
            .combine(
                &self.window.basis,
                columns(&ritz.vectors, &indices).as_ref(),
            )
            .into_iter();
        places
            .iter()
            .filter_map(|&i| self.locked.get(i).cloned().or_else(|| combined.next()))
            .collect()
    }

    /// Rayleigh quotients and residuals by a last product.
    fn form<O>(&mut self, op: &O) -> Result<(), SpectralError>
    where
        O: LinearOperator,
        O::Space: VectorSpace<Vector = V>,
    {
        let space = op.space();
        let products = apply_checked(op, &self.found)?;
        self.state.products += self.found.len();
        self.state.values = self
            .found
            .iter()
            .zip(&products)
            .map(|(vector, product)| space.dot(vector, product))
            .collect();
        self.state.residuals = formed_residuals(space, &self.found, &products, &self.state.values);
        if let Some(index) = self.state.residuals.iter().position(|r| !r.is_finite()) {
            let step = self.state.steps;
            return Err(SpectralError::NotFinite { step, index });
        }
        self.state.steps += 1;
        self.state.phase = Phase::Done;
        Ok(())
    }
}

/// These columns of a matrix.
pub(crate) fn columns(matrix: &Mat<f64>, indices: &[usize]) -> Mat<f64> {
    Mat::from_fn(matrix.nrows(), indices.len(), |i, j| {
        matrix[(i, indices[j])]
    })
}

impl<O, V> Estimation<O> for ThickRestartEstimation<V>
where
    V: Clone,
    O: LinearOperator,
    O::Space: VectorSpace<Vector = V>,
{
    type Options = ThickRestartOptions;
    type Output = EigenResult<V>;

    fn restore(
        op: &O,
        options: &ThickRestartOptions,
        snapshot: Snapshot<V>,
    ) -> Result<Self, SpectralError> {
        let dim = op.effective_dim();
        options.check(dim)?;
        let state: State = read_state(NAME, dim, options, OptionRules::default(), &snapshot.state)?;
        let damaged = || {
            SpectralError::from(SnapshotError::state(
                NAME,
                "it has another number of vectors",
            ))
        };
        let size = snapshot.settled.len();
        let (rows, width) = state.coupling;
        if snapshot.numbers.len() != size * size + rows * width || width > size {
            return Err(damaged());
        }
        let mut moving = snapshot.moving;
        let (found, locked) = match state.phase {
            Phase::Growing => {
                if moving.len() != state.next + state.locked_values.len() {
                    return Err(damaged());
                }
                (Vec::new(), moving.split_off(state.next))
            }
            _ => {
                if moving.len() != state.values.len() {
                    return Err(damaged());
                }
                (std::mem::take(&mut moving), Vec::new())
            }
        };
        Ok(Self {
            options: *options,
            dim,
            window: Window {
                basis: snapshot.settled,
                next: moving,
                projected: from_flat(size, size, &snapshot.numbers[..size * size]),
                coupling: from_flat(rows, width, &snapshot.numbers[size * size..]),
                scale: state.scale,
            },
            state,
            locked,
            found,
        })
    }

    fn snapshot(&self) -> Result<SnapshotRef<'_, V>, SpectralError> {
        let growing = self.state.phase == Phase::Growing;
        let mut state = self.state.clone();
        state.scale = self.window.scale;
        state.next = self.window.next.len();
        state.coupling = if growing {
            (self.window.coupling.nrows(), self.window.coupling.ncols())
        } else {
            (0, 0)
        };
        Ok(SnapshotRef {
            state: write_state(NAME, self.dim, &self.options, &state)?,
            settled: self.window.basis.iter().collect(),
            series: self.state.restarts,
            moving: if growing {
                self.window.next.iter().chain(&self.locked).collect()
            } else {
                self.found.iter().collect()
            },
            numbers: if growing {
                flattened(&self.window.projected)
                    .chain(flattened(&self.window.coupling))
                    .collect()
            } else {
                Vec::new()
            },
        })
    }

    fn is_finished(&self) -> bool {
        self.state.phase == Phase::Done
    }

    fn step(&mut self, op: &O) -> Result<(), SpectralError> {
        match self.state.phase {
            Phase::Growing => self.grow(op),
            Phase::Forming => self.form(op),
            Phase::Done => Ok(()),
        }
    }

    fn finish(self, op: &O) -> Result<EigenResult<V>, SpectralError> {
        if self.state.phase != Phase::Done {
            return Err(unfinished());
        }
        let enough = attainable(op.space(), self.options.tolerance) * self.window.scale;
        let complete = self.found.len() == self.options.end.wanted(self.options.pairs);
        let pair_converged: Vec<bool> = self.state.residuals.iter().map(|&r| r <= enough).collect();
        Ok(EigenResult {
            converged: complete && pair_converged.iter().all(|&done| done),
            pair_converged,
            pairs: Eigenpairs {
                values: self.state.values,
                vectors: self.found,
                residuals: self.state.residuals,
            },
            steps: self.state.steps,
            products: self.state.products,
        })
    }
}

/// `finish` called too early.
pub(crate) fn unfinished() -> SpectralError {
    SpectralError::option("estimation", "is not finished: step it until it is")
}
