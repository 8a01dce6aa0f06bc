//! The trace by XTrace: every product both spans the basis and probes the rest (Epperly, Tropp & Webber 2024).

use faer::Mat;
use serde::{Deserialize, Serialize};

use crate::error::snapshot_error::SnapshotError;
use crate::error::spectral_error::SpectralError;
use crate::operator::linear_operator::{LinearOperator, OperatorOn, VectorOf, apply_checked};
use crate::operator::orthogonalise::{orthogonalise, project_out};
use crate::operator::probes::{ProbeKind, Probes, next_block};
use crate::operator::vector_space::VectorSpace;
use crate::resume::estimation::Estimation;
use crate::resume::snapshot::{Snapshot, SnapshotRef};
use crate::resume::state::{OptionRules, read_state, write_state};
use crate::statistics::estimate::{Estimate, mean};
use crate::statistics::student::widening;
use crate::trace::leave_one_out::left_out_directions;
use crate::trace::trace_estimate::TraceEstimate;

/// Options of [`xtrace`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct XtraceOptions {
    /// Test vectors, k: two products each.
    pub vectors: usize,
    /// Seed of the test vectors.
    pub seed: u64,
    /// Most vectors multiplied in one block, zero for all of them. Memory grows with it; the result does not change.
    pub block_size: usize,
}

impl Default for XtraceOptions {
    /// 48 products: 24 test vectors, eight at a time.
    fn default() -> Self {
        Self {
            vectors: 24,
            seed: 0,
            block_size: 8,
        }
    }
}

impl XtraceOptions {
    fn check(&self) -> Result<(), SpectralError> {
        SpectralError::require_positive("vectors", self.vectors)
    }

    /// How a snapshot may differ.
    const RULES: OptionRules<'static> = OptionRules {
        may_grow: &[],
        free: &["block_size"],
    };
}

/// Estimates `tr A`, without bias, as the mean over k Gaussian test vectors `w_i` of
/// `tr Q_i^T A Q_i + (d / ||P_i w_i||^2) w_i^T P_i A P_i w_i`, `Q_i` an orthonormal basis of the `A w_j` of all others,
/// `P_i = I - Q_i Q_i^T` and d the dimension that it leaves.
///
/// Epperly, Tropp & Webber, "XTrace: Making the most of every sample in stochastic trace estimation" (SIMAX 45, 2024),
/// section 2 with the normalisation of section 2.3 ("resphering"), which makes a multiple of the identity exact. All k terms
/// come from one basis Q of the `A w_j` and the products `A Q`: leaving `A w_i` out takes one direction off Q, the i-th
/// column of `R^(-T)`, `Q R` being the products (section 2.2). What is done beside products are Gram matrices.
///
/// The standard error is the jackknife's (Efron & Stein, "The jackknife estimate of variance", 1981): the spread of the
/// estimates from all vectors but one, which the same small matrices give without a product. The paper's, the spread of the
/// k terms over `sqrt k` (section 4), takes the terms for independent; where outliers are as many as vectors three of it
/// leave out the truth in one case of nine. The jackknife's is on average no less than the deviation of k - 1 vectors. It is
/// widened by Student's t of k - 1 degrees of freedom; unknown from one vector. Rounding enters as `12 eps (sum ||A q|| + k^-1 sum s_i ||A w_i||)` with
/// `s_i = d / ||P_i w_i||^2`: the terms are differences of numbers of that size, so that where the rank is below k, or the
/// eigenvalues fall fast, only that is left.
///
/// Of an operator with [`excluded`](LinearOperator::excluded) vectors it is the trace of what remains.
pub fn xtrace<O: LinearOperator>(
    op: &O,
    options: &XtraceOptions,
) -> Result<TraceEstimate, SpectralError> {
    XtraceEstimation::begin(op, options)?.run(op)
}

const NAME: &str = "xtrace";

/// Rounding of a product and its inner products, in units of the space's epsilon.
const ROUNDING: f64 = 12.0;

/// A vector of which less than this many epsilon lie outside the basis is taken for one of its span.
const DEPENDENT: f64 = 16.0;

/// [`xtrace`] in progress: a step is one block of products. `block_size` may change.
#[derive(Clone, Debug)]
pub struct XtraceEstimation<V> {
    options: XtraceOptions,
    dim: usize,
    state: State,
    /// Products `A W` while sketching, the basis Q of r vectors afterwards.
    basis: Vec<V>,
    /// `Q^T A W`, column after column.
    sketch: Vec<f64>,
    /// `Q^T W`, column after column.
    tests: Vec<f64>,
    /// The columns of `Q^T A Q` so far.
    core: Vec<f64>,
}

/// Everything but vectors and matrices.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct State {
    /// Whether Q is made.
    sketched: bool,
    blocks: usize,
    products: usize,
    /// `||w||^2` of each test vector.
    squares: Vec<f64>,
    /// `||A w||` of each.
    sizes: Vec<f64>,
    /// `||A q||` of each vector of the basis multiplied.
    norms: Vec<f64>,
}

impl<V: Clone> XtraceEstimation<V> {
    /// Before the first step.
    pub fn begin<O: OperatorOn<V>>(op: &O, options: &XtraceOptions) -> Result<Self, SpectralError> {
        options.check()?;
        let mut estimation = Self {
            options: *options,
            dim: op.effective_dim(),
            state: State::default(),
            basis: Vec::new(),
            sketch: Vec::new(),
            tests: Vec::new(),
            core: Vec::new(),
        };
        estimation.turn(op);
        Ok(estimation)
    }

    /// Number of test vectors: no more than fill the space.
    fn vectors(&self) -> usize {
        self.options.vectors.min(self.dim)
    }

    /// Vectors left to multiply in this phase.
    fn left(&self) -> usize {
        let (all, done) = if self.state.sketched {
            (self.basis.len(), self.state.norms.len())
        } else {
            (self.vectors(), self.basis.len())
        };
        all.saturating_sub(done)
    }

    /// Test vectors from number `start` on.
    fn test_vectors<O: OperatorOn<V>>(&self, op: &O, start: usize, count: usize) -> Vec<V> {
        let probes = Probes::new(ProbeKind::Gaussian, self.options.seed);
        let mut block = probes.block(op.space(), start as u64, count);
        for _ in 0..2 {
            project_out(op.space(), op.excluded(), &mut block);
        }
        block
    }

    /// Makes the basis once the sketch is complete.
    fn turn<O: OperatorOn<V>>(&mut self, op: &O) {
        if self.state.sketched || self.left() > 0 {
            return;
        }
        let space = op.space();
        let products = std::mem::take(&mut self.basis);
        let mut columns = Vec::with_capacity(products.len());
        for product in products {
            let mut rest = product.clone();
            let negligible = DEPENDENT * space.epsilon() * space.norm(&product);
            let norm = orthogonalise(space, &[&self.basis], &mut rest, negligible);
            if norm > negligible && self.basis.len() < self.dim {
                space.scale(1.0 / norm, &mut rest);
                self.basis.push(rest);
            }
            // Later vectors of the basis are orthogonal to this product.
            columns.push(coordinates(space, &self.basis, &product));
        }
        let rank = self.basis.len();
        for mut column in columns {
            column.resize(rank, 0.0);
            self.sketch.extend(column);
        }
        // One at a time, so that the result does not depend on the size of blocks and no second block is held.
        for index in 0..self.vectors() {
            for test in self.test_vectors(op, index, 1) {
                self.tests.extend(coordinates(space, &self.basis, &test));
            }
        }
        self.state.sketched = true;
    }
}

impl<V: Clone, O: OperatorOn<V>> Estimation<O> for XtraceEstimation<V> {
    type Options = XtraceOptions;
    type Output = TraceEstimate;

    fn restore(
        op: &O,
        options: &XtraceOptions,
        snapshot: Snapshot<V>,
    ) -> Result<Self, SpectralError> {
        options.check()?;
        let dim = op.effective_dim();
        let state: State = read_state(NAME, dim, options, XtraceOptions::RULES, &snapshot.state)?;
        let (vectors, rank) = (options.vectors.min(dim), snapshot.settled.len());
        let (tested, numbers) = if state.sketched {
            (vectors, (2 * vectors + state.norms.len()) * rank)
        } else {
            (rank, 0)
        };
        let fits = rank <= vectors
            && state.squares.len() == tested
            && state.sizes.len() == tested
            && snapshot.numbers.len() == numbers;
        if !fits {
            return Err(SnapshotError::state(NAME, "it has another number of vectors").into());
        }
        let mut sketch = snapshot.numbers;
        let mut tests = sketch.split_off(if state.sketched { vectors * rank } else { 0 });
        let core = tests.split_off(if state.sketched { vectors * rank } else { 0 });
        Ok(Self {
            options: *options,
            dim,
            state,
            basis: snapshot.settled,
            sketch,
            tests,
            core,
        })
    }

    fn options(&self) -> &XtraceOptions {
        &self.options
    }

    fn snapshot(&self) -> Result<SnapshotRef<'_, VectorOf<O>>, SpectralError> {
        Ok(SnapshotRef {
            state: write_state(NAME, self.dim, &self.options, &self.state)?,
            settled: self.basis.iter().collect(),
            series: u64::from(self.state.sketched),
            numbers: [&self.sketch[..], &self.tests, &self.core].concat(),
            ..SnapshotRef::default()
        })
    }

    fn is_finished(&self) -> bool {
        self.state.sketched && self.left() == 0
    }

    fn step(&mut self, op: &O) -> Result<(), SpectralError> {
        if Estimation::<O>::is_finished(self) {
            return Ok(());
        }
        let space = op.space();
        let count = next_block(self.left(), self.options.block_size);
        let block = if self.state.sketched {
            let start = self.state.norms.len();
            self.basis[start..start + count].to_vec()
        } else {
            self.test_vectors(op, self.basis.len(), count)
        };
        let products = apply_checked(op, &block)?;
        for (index, (x, product)) in block.iter().zip(products).enumerate() {
            let size = space.norm(&product);
            if !size.is_finite() {
                return Err(SpectralError::NotFinite {
                    step: self.state.blocks,
                    index,
                });
            }
            if self.state.sketched {
                self.core.extend(coordinates(space, &self.basis, &product));
                self.state.norms.push(size);
            } else {
                self.state.squares.push(space.dot(x, x));
                self.state.sizes.push(size);
                self.basis.push(product);
            }
        }
        self.state.blocks += 1;
        self.state.products += count;
        self.turn(op);
        Ok(())
    }

    fn finish(self, op: &O) -> Result<TraceEstimate, SpectralError> {
        let rank = self.basis.len();
        let vectors = self.vectors();
        let matrix =
            |numbers: &[f64], columns| Mat::from_fn(rank, columns, |i, j| numbers[i + j * rank]);
        let core = matrix(&self.core, rank);
        let terms = Terms {
            dim: self.dim,
            core: Mat::from_fn(rank, rank, |i, j| 0.5 * (core[(i, j)] + core[(j, i)])),
            sketch: matrix(&self.sketch, vectors),
            tests: matrix(&self.tests, vectors),
            squares: self.state.squares.clone(),
        };
        let (values, scales) = terms.values();
        let sizes: f64 = scales
            .iter()
            .zip(&self.state.sizes)
            .map(|(s, n)| s * n)
            .sum();
        let count = vectors.max(1) as f64;
        let rounding = ROUNDING
            * op.space().epsilon()
            * (self.state.norms.iter().sum::<f64>() + sizes / count);
        // The others span the range of A, whichever is left out.
        let exact = rank >= self.dim || rank < vectors;
        let sampling = match vectors {
            _ if exact => Some(0.0),
            0 | 1 => None,
            _ => Some(terms.jackknife() * widening(vectors - 1)?),
        };
        Ok(TraceEstimate {
            trace: Estimate {
                mean: if rank >= self.dim {
                    terms.trace()
                } else {
                    mean(&values)
                },
                standard_error: sampling.map(|error| error.hypot(rounding)),
            },
            rounding,
            products: self.state.products,
            basis: rank,
        })
    }
}

/// `Q^T x`.
fn coordinates<S: VectorSpace>(space: &S, basis: &[S::Vector], x: &S::Vector) -> Vec<f64> {
    let inner = space.gram(basis, std::slice::from_ref(x));
    (0..basis.len()).map(|i| inner[(i, 0)]).collect()
}

/// What the terms of the mean are made from, in the coordinates of the basis.
struct Terms {
    dim: usize,
    /// `Q^T A Q`.
    core: Mat<f64>,
    /// `Q^T A W`, upper triangular where it is square.
    sketch: Mat<f64>,
    /// `Q^T W`.
    tests: Mat<f64>,
    /// `||w||^2`.
    squares: Vec<f64>,
}

impl Terms {
    fn trace(&self) -> f64 {
        (0..self.core.nrows()).map(|i| self.core[(i, i)]).sum()
    }

    /// The terms, and the factor `d / ||P w||^2` of each.
    fn values(&self) -> (Vec<f64>, Vec<f64>) {
        let directions = left_out_directions(&self.sketch);
        (0..self.sketch.ncols())
            .map(|index| {
                let direction = directions.as_ref().map(|all| all.col(index).to_owned());
                self.term(index, direction)
            })
            .unzip()
    }

    /// The jackknife's standard error of the mean of the terms: `((k-1)/k sum (t_j - mean t)^2)^1/2` with t_j the estimate
    /// from all vectors but j.
    fn jackknife(&self) -> f64 {
        let count = self.sketch.ncols();
        let estimates: Vec<f64> = (0..count)
            .map(|left_out| mean(&self.without(left_out).values().0))
            .collect();
        let centre = mean(&estimates);
        let squares: f64 = estimates.iter().map(|t| (t - centre).powi(2)).sum();
        (squares * (count - 1) as f64 / count as f64).sqrt()
    }

    /// What is left without one vector, in the coordinates of the basis of the others.
    fn without(&self, left_out: usize) -> Self {
        let others = |matrix: &Mat<f64>| {
            Mat::from_fn(matrix.nrows(), matrix.ncols() - 1, |i, j| {
                matrix[(i, j + usize::from(j >= left_out))]
            })
        };
        let qr = others(&self.sketch).qr();
        let basis = qr.compute_thin_Q();
        let mut squares = self.squares.clone();
        squares.remove(left_out);
        Self {
            dim: self.dim,
            core: basis.transpose() * &self.core * &basis,
            sketch: qr.thin_R().to_owned(),
            tests: basis.transpose() * others(&self.tests),
            squares,
        }
    }

    /// The term that leaves vector `index` out, and its factor `d / ||P w||^2`; `direction` is what leaving it out takes
    /// off the basis, if anything.
    fn term(&self, index: usize, direction: Option<faer::Col<f64>>) -> (f64, f64) {
        let (w, r) = (self.tests.col(index), self.sketch.col(index));
        let (mut x, mut trace) = (w.to_owned(), self.trace());
        let (mut crossed, mut rank) = (0.0, self.core.nrows());
        if let Some(s) = direction {
            let inside = s.transpose() * w;
            x -= inside * &s;
            trace -= s.transpose() * &self.core * &s;
            crossed = inside * (s.transpose() * r);
            rank -= 1;
        }
        // With v = w - Q x: v^T A v = w^T A w - 2 x^T Q^T A w + x^T Q^T A Q x, and A w = Q r.
        let form = 2.0 * crossed - w.transpose() * r + x.transpose() * &self.core * &x;
        let square = self.squares[index] - x.squared_norm_l2();
        let left = self.dim.saturating_sub(rank);
        if left == 0 || square <= f64::EPSILON * self.squares[index] {
            return (trace, 0.0);
        }
        let scale = left as f64 / square;
        (trace + scale * form, scale)
    }
}
