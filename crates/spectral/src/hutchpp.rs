//! The trace by Hutch++: exactly on a sketched subspace, by random probes on the rest.

use faer::Mat;
use serde::{Deserialize, Serialize};

use crate::density::Estimate;
use crate::error::SpectralError;
use crate::estimation::{Estimation, Keeper, NoKeeper, Snapshot, SnapshotRef, run};
use crate::operator::{LinearOperator, VectorOf, apply_checked};
use crate::orthogonalise::project_out;
use crate::orthonormal::orthonormalise;
use crate::probes::{ProbeKind, Probes};
use crate::snapshot_error::SnapshotError;
use crate::space::VectorSpace;
use crate::state::{OptionRules, read_state, write_state};
use crate::student::widening;
use crate::trace_estimate::TraceEstimate;

/// Options of [`hutchpp`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HutchppOptions {
    /// Vectors of the sketch, l: two products each.
    pub sketch: usize,
    /// Probes of the rest, m: one product each.
    pub probes: usize,
    /// Seed of the sketch and the probes.
    pub seed: u64,
    /// Most vectors multiplied in one block, zero for all of them. Memory grows with it; the result does not change.
    pub block_size: usize,
}

impl Default for HutchppOptions {
    /// 48 products: a sketch of 16 and 16 probes, eight at a time.
    fn default() -> Self {
        Self {
            sketch: 16,
            probes: 16,
            seed: 0,
            block_size: 8,
        }
    }
}

impl HutchppOptions {
    fn check(&self) -> Result<(), SpectralError> {
        if self.probes == 0 {
            return Err(SpectralError::option("probes", "must be at least 1"));
        }
        Ok(())
    }

    /// How a snapshot may differ.
    const RULES: OptionRules<'static> = OptionRules {
        may_grow: &["probes"],
        free: &["block_size"],
    };
}

/// Estimates `tr A`, without bias, as `tr Q^T A Q + mean of g^T P A P g`, Q an orthonormal basis of `A S` for l Gaussian
/// vectors S, `P = I - Q Q^T`, g Gaussian.
///
/// Meyer, Musco, Musco & Woodruff, "Hutch++: Optimal stochastic trace estimation" (SOSA 2021), Algorithm 1; there a third
/// of the products goes to each of S, Q and g, which is `sketch == probes`. Outliers are in Q, so that their part of
/// the trace has no sampling error; the rest has the variance `2 ||P A P||_F^2 / m` given Q. Where the spectrum is flat the
/// basis takes little off and plain Hutchinson on all the products does better.
///
/// The standard error is not the spread of the m forms but `(2/m mean ||P A P g||^2)^1/2`, since the products estimate the
/// Frobenius norm too, and more sharply than a sample variance of few forms: a flat remainder has all but its exact value.
/// It is widened by Student's t of m degrees of freedom, which are those of a remainder with one eigenvalue, the worst. The
/// rounding of `tr Q^T A Q` enters as `12 eps sum ||A q||`, eps that of the space. On matrices of lower rank than the sketch
/// only that is left, and an operator whose products are less accurate than eps errs by more than it says.
///
/// Of an operator with [`excluded`](LinearOperator::excluded) vectors it is the trace of what remains.
pub fn hutchpp<O: LinearOperator>(
    op: &O,
    options: &HutchppOptions,
) -> Result<TraceEstimate, SpectralError> {
    hutchpp_kept(op, options, NAME, &mut NoKeeper)
}

/// [`hutchpp`], gone on with from the snapshot `name` where the keeper has one, and kept there on the way.
pub fn hutchpp_kept<O, K>(
    op: &O,
    options: &HutchppOptions,
    name: &str,
    keeper: &mut K,
) -> Result<TraceEstimate, SpectralError>
where
    O: LinearOperator,
    K: Keeper<O::Space> + ?Sized,
{
    run(op, options, name, keeper, || {
        HutchppEstimation::begin(op, options)
    })
}

const NAME: &str = "hutchpp";

/// The sketch's vectors have streams from here on, clear of the probes'.
const SKETCH_STREAM: u64 = 1 << 62;

/// Rounding of a product, and a third of how far the basis may be from orthonormal, in units of the space's epsilon.
const ROUNDING: f64 = 12.0;

/// [`hutchpp`] in progress: a step is one block of products. `probes` may grow and `block_size` may change.
#[derive(Clone, Debug)]
pub struct HutchppEstimation<V> {
    options: HutchppOptions,
    dim: usize,
    state: State,
    /// Products `A S` while sketching, the basis Q afterwards.
    basis: Vec<V>,
}

/// Everything but vectors.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct State {
    phase: Phase,
    blocks: usize,
    products: usize,
    /// `q^T A q` for each vector of the basis multiplied.
    diagonal: Vec<f64>,
    /// `||A q||` for each.
    norms: Vec<f64>,
    /// `g^T P A P g` for each probe multiplied.
    forms: Vec<f64>,
    /// `||P A P g||^2` for each.
    squares: Vec<f64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Phase {
    #[default]
    Sketch,
    Basis,
    Rest,
}

impl<V: Clone> HutchppEstimation<V> {
    /// Before the first step.
    pub fn begin<O>(op: &O, options: &HutchppOptions) -> Result<Self, SpectralError>
    where
        O: LinearOperator,
        O::Space: VectorSpace<Vector = V>,
    {
        options.check()?;
        let mut estimation = Self {
            options: *options,
            dim: op.effective_dim(),
            state: State::default(),
            basis: Vec::new(),
        };
        estimation.turn(op.space())?;
        Ok(estimation)
    }

    fn sketch(&self) -> usize {
        self.options.sketch.min(self.dim)
    }

    /// Number of probes of the rest: none where the basis is the whole space.
    fn probes(&self) -> usize {
        if self.state.phase == Phase::Rest && self.basis.len() >= self.dim {
            0
        } else {
            self.options.probes
        }
    }

    /// Vectors left to multiply in this phase.
    fn left(&self) -> usize {
        let (all, done) = match self.state.phase {
            Phase::Sketch => (self.sketch(), self.basis.len()),
            Phase::Basis => (self.basis.len(), self.state.diagonal.len()),
            Phase::Rest => (self.probes(), self.state.forms.len()),
        };
        all.saturating_sub(done)
    }

    /// Goes over to the next phase that has something to multiply.
    fn turn<S: VectorSpace<Vector = V>>(&mut self, space: &S) -> Result<(), SpectralError> {
        if self.state.phase == Phase::Sketch && self.left() == 0 {
            self.basis = orthonormalise(space, std::mem::take(&mut self.basis))?;
            self.state.phase = Phase::Basis;
        }
        if self.state.phase == Phase::Basis && self.left() == 0 {
            self.state.phase = Phase::Rest;
        }
        Ok(())
    }

    /// The vectors to multiply next.
    fn block<O>(&self, op: &O) -> Vec<V>
    where
        O: LinearOperator,
        O::Space: VectorSpace<Vector = V>,
    {
        let space = op.space();
        let count = match self.options.block_size {
            0 => self.left(),
            size => size.min(self.left()),
        };
        let probes = Probes::new(ProbeKind::Gaussian, self.options.seed);
        match self.state.phase {
            Phase::Sketch => {
                let start = SKETCH_STREAM + self.basis.len() as u64;
                let mut block = probes.block(space, start, count);
                project_out(space, op.excluded(), &mut block);
                block
            }
            Phase::Basis => {
                let start = self.state.diagonal.len();
                self.basis[start..start + count].to_vec()
            }
            Phase::Rest => {
                let mut block = probes.block(space, self.state.forms.len() as u64, count);
                // Twice, as the first pass leaves rounding errors of the probe's size.
                for _ in 0..2 {
                    project_out(space, op.excluded(), &mut block);
                    project_out(space, &self.basis, &mut block);
                }
                block
            }
        }
    }

    /// Takes in the finite product `A x`.
    fn take<S: VectorSpace<Vector = V>>(&mut self, space: &S, x: &V, product: V, inside: f64) {
        let (form, square) = (space.dot(x, &product), space.dot(&product, &product));
        match self.state.phase {
            Phase::Sketch => self.basis.push(product),
            Phase::Basis => {
                self.state.diagonal.push(form);
                self.state.norms.push(square.sqrt());
            }
            Phase::Rest => {
                self.state.forms.push(form);
                self.state.squares.push((square - inside).max(0.0));
            }
        }
    }
}

impl<O, V> Estimation<O> for HutchppEstimation<V>
where
    V: Clone,
    O: LinearOperator,
    O::Space: VectorSpace<Vector = V>,
{
    type Options = HutchppOptions;
    type Output = TraceEstimate;

    fn restore(
        op: &O,
        options: &HutchppOptions,
        snapshot: Snapshot<V>,
    ) -> Result<Self, SpectralError> {
        options.check()?;
        let dim = op.effective_dim();
        let state: State = read_state(NAME, dim, options, HutchppOptions::RULES, &snapshot.state)?;
        let fits = state.diagonal.len() == state.norms.len()
            && state.diagonal.len() <= snapshot.settled.len()
            && state.forms.len() == state.squares.len()
            && snapshot.settled.len() <= options.sketch.min(dim);
        if !fits {
            return Err(SnapshotError::state(NAME, "it has another number of vectors").into());
        }
        Ok(Self {
            options: *options,
            dim,
            state,
            basis: snapshot.settled,
        })
    }

    fn snapshot(&self) -> Result<SnapshotRef<'_, VectorOf<O>>, SpectralError> {
        Ok(SnapshotRef {
            state: write_state(NAME, self.dim, &self.options, &self.state)?,
            settled: self.basis.iter().collect(),
            series: u64::from(self.state.phase != Phase::Sketch),
            ..SnapshotRef::default()
        })
    }

    fn is_finished(&self) -> bool {
        self.state.phase == Phase::Rest && self.left() == 0
    }

    fn step(&mut self, op: &O) -> Result<(), SpectralError> {
        if Estimation::<O>::is_finished(self) {
            return Ok(());
        }
        let space = op.space();
        let block = self.block(op);
        let products = apply_checked(op, &block)?;
        // Of the part of each product that lies in the basis; the squared norm.
        let inside = match self.state.phase {
            Phase::Rest => space.gram(&self.basis, &products),
            Phase::Sketch | Phase::Basis => Mat::zeros(0, products.len()),
        };
        for (index, (x, product)) in block.iter().zip(products).enumerate() {
            if !space.dot(&product, &product).is_finite() {
                return Err(SpectralError::NotFinite {
                    step: self.state.blocks,
                    index,
                });
            }
            let inside = (0..inside.nrows())
                .map(|i| inside[(i, index)].powi(2))
                .sum();
            self.take(space, x, product, inside);
        }
        self.state.blocks += 1;
        self.state.products += block.len();
        self.turn(space)
    }

    fn finish(self, op: &O) -> Result<TraceEstimate, SpectralError> {
        let state = self.state;
        let rounding = ROUNDING * op.space().epsilon() * state.norms.iter().sum::<f64>();
        let count = state.forms.len();
        let (mean, sampling) = if count == 0 {
            (0.0, 0.0)
        } else {
            let m = count as f64;
            let square = state.squares.iter().sum::<f64>() / m;
            (
                state.forms.iter().sum::<f64>() / m,
                (2.0 * square / m).sqrt() * widening(count)?,
            )
        };
        Ok(TraceEstimate {
            trace: Estimate {
                mean: state.diagonal.iter().sum::<f64>() + mean,
                standard_error: Some(sampling.hypot(rounding)),
            },
            rounding,
            products: state.products,
            basis: self.basis.len(),
        })
    }
}
