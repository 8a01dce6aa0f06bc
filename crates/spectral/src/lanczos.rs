//! Lanczos tridiagonalisation of K starting vectors in lockstep.

use serde::{Deserialize, Serialize};

use crate::error::SpectralError;
use crate::estimation::{
    Estimation, Keeper, NoKeeper, Snapshot, SnapshotRef, complete, resume, unfinished,
};
use crate::operator::{LinearOperator, VectorOf, apply_checked};
use crate::recursion::{Limits, Recursion, RecursionState};
use crate::snapshot_error::SnapshotError;
use crate::space::VectorSpace;
use crate::state::{OptionRules, read_state, write_state};
use crate::tridiagonal::TridiagonalEigen;

/// How the Lanczos vectors are kept orthogonal in finite precision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reorthogonalisation {
    /// None: three vectors of storage a start. Converged eigenvalues reappear as copies that share their weight, so
    /// quadrature stays right (Paige 1980; Golub & Strakos 1994) but nodes cannot be counted.
    #[default]
    None,
    /// Parlett & Scott, "The Lanczos algorithm with selective orthogonalization" (1979): each new vector is made
    /// orthogonal to the Ritz vectors that have converged, residual bound `beta_j |s_ji| <= sqrt(eps) ||T||`, which is
    /// where orthogonality is lost (Paige). They are formed anew whenever one more converges. Keeps the basis orthogonal
    /// to about `sqrt(eps)`, which keeps T right to working precision (Simon 1984). Stores m vectors a start.
    Selective,
    /// Classical Gram-Schmidt, at least twice, against all earlier vectors: orthogonal to working precision. Stores m
    /// vectors a start.
    Full,
}

/// What happens when `beta_j` vanishes, that is when the Krylov space is exhausted.
///
/// It counts as zero when `beta_j <= 100 eps ||T||`, with eps of the space and `||T||` the largest row sum so far: what
/// rounding leaves of an exhausted Krylov space is some tens of eps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Breakdown {
    /// The recursion ends: its Ritz values are eigenvalues, one for each distinct eigenvalue that the start reaches.
    #[default]
    Stop,
    /// The recursion goes on with `beta_j = 0` and a random vector orthogonal to all before, so that p steps give the
    /// whole spectrum with multiplicities. Needs [`Reorthogonalisation::Full`].
    Restart,
}

/// Options of [`lanczos`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LanczosOptions {
    /// Steps m, at least 1. With reorthogonalisation no more are done than the space has dimensions.
    pub steps: usize,
    /// How orthogonality is kept.
    pub reorthogonalisation: Reorthogonalisation,
    /// What a breakdown does.
    pub breakdown: Breakdown,
    /// Whether the result holds the Lanczos vectors, from which Ritz vectors are formed.
    pub keep_basis: bool,
    /// Seed of the random vectors of restarts.
    pub seed: u64,
}

impl Default for LanczosOptions {
    fn default() -> Self {
        Self {
            steps: 128,
            reorthogonalisation: Reorthogonalisation::None,
            breakdown: Breakdown::Stop,
            keep_basis: false,
            seed: 0,
        }
    }
}

impl LanczosOptions {
    pub(crate) fn check(&self) -> Result<(), SpectralError> {
        if self.steps == 0 {
            return Err(SpectralError::option("steps", "must be at least 1"));
        }
        if self.breakdown == Breakdown::Restart
            && self.reorthogonalisation != Reorthogonalisation::Full
        {
            return Err(SpectralError::option(
                "breakdown",
                "`restart` needs `full` reorthogonalisation",
            ));
        }
        Ok(())
    }
}

/// What one start's recursion found; m is the number of steps it made.
#[derive(Clone, Debug)]
pub struct LanczosRun<V> {
    /// Norm of the starting vector, projected off the operator's excluded vectors, before it was normalised.
    pub start_norm: f64,
    /// Diagonal of T, m values.
    pub alpha: Vec<f64>,
    /// Off-diagonal of T, m - 1 values; zero where the recursion restarted.
    pub beta: Vec<f64>,
    /// `beta_m`, the norm of what the last step left over.
    pub last_beta: f64,
    /// Eigenvalues of T, ascending.
    pub ritz_values: Vec<f64>,
    /// Squared first components of T's eigenvectors, which sum to 1: the Gauss quadrature weights of the start's
    /// spectral measure.
    pub weights: Vec<f64>,
    /// `beta_m |s_mi|`: an eigenvalue of A lies within this of Ritz value i (to rounding, `||A y - theta y||`).
    pub residual_bounds: Vec<f64>,
    /// Steps after which the recursion restarted.
    pub restarts: Vec<usize>,
    /// Whether the last step was a breakdown, so that the Lanczos vectors span an invariant subspace.
    pub invariant: bool,
    /// Whether full reorthogonalisation carried the recursion through the whole (effective) space, so that the Ritz
    /// values are the spectrum with its multiplicities.
    pub complete: bool,
    /// The Lanczos vectors q_1 ... q_m where they were asked for.
    pub basis: Option<Vec<V>>,
}

impl<V: Clone> LanczosRun<V> {
    /// The Ritz vectors `Q s_i` of these Ritz values (indices into [`ritz_values`](Self::ritz_values)).
    ///
    /// Ritz values that agree to rounding may have their vectors exchanged. An error without a kept basis, or for an
    /// index out of range.
    pub fn ritz_vectors<S>(&self, space: &S, indices: &[usize]) -> Result<Vec<V>, SpectralError>
    where
        S: VectorSpace<Vector = V>,
    {
        let Some(basis) = &self.basis else {
            return Err(SpectralError::option(
                "keep_basis",
                "Ritz vectors need the Lanczos vectors kept",
            ));
        };
        if let Some(&index) = indices
            .iter()
            .find(|&&index| index >= self.ritz_values.len())
        {
            return Err(SpectralError::option(
                "indices",
                format!("{index} is out of range"),
            ));
        }
        let eigen = TridiagonalEigen::new(&self.alpha, &self.beta)?;
        let coefficients = faer::Mat::from_fn(basis.len(), indices.len(), |row, column| {
            eigen.vectors[(row, indices[column])]
        });
        Ok(space.combine(basis, coefficients.as_ref()))
    }
}

/// Lanczos tridiagonalisation from every starting vector (none zero; they need not be unit), one block product a step.
///
/// Started at the unit vector q_1, the recursion `beta_j q_(j+1) = A q_j - alpha_j q_j - beta_(j-1) q_(j-1)` gives
/// `A Q = Q T + beta_m q_(m+1) e_m^T` with T tridiagonal (Lanczos 1950; Parlett, The Symmetric Eigenvalue Problem, SIAM
/// 1998, chapter 13).
///
/// Each result is what a separate run from that start would give, to the bit where the operator's block product is.
/// Starts are first projected off the operator's [`excluded`](LinearOperator::excluded) vectors.
pub fn lanczos<O: LinearOperator>(
    op: &O,
    starts: &[VectorOf<O>],
    options: &LanczosOptions,
) -> Result<Vec<LanczosRun<VectorOf<O>>>, SpectralError> {
    let estimation = LanczosEstimation::begin(op, starts, options)?;
    complete(op, estimation, "lanczos", &mut NoKeeper)
}

/// [`lanczos`], gone on with from the snapshot `name` where the keeper has one, and kept there on the way.
///
/// The starts must be those of the snapshot: their number and norms are checked.
pub fn lanczos_kept<O, K>(
    op: &O,
    starts: &[VectorOf<O>],
    options: &LanczosOptions,
    name: &str,
    keeper: &mut K,
) -> Result<Vec<LanczosRun<VectorOf<O>>>, SpectralError>
where
    O: LinearOperator,
    K: Keeper<O::Space> + ?Sized,
{
    let estimation: LanczosEstimation<_> = resume(op, options, name, keeper, || {
        LanczosEstimation::begin(op, starts, options)
    })?;
    estimation.check_starts(op.space(), starts)?;
    complete(op, estimation, name, keeper)
}

/// [`lanczos`] in progress: a step is one block product of the recursions that have not ended.
///
/// `steps` may grow: one that has ended goes on to the bits of one asked for that many at once.
#[derive(Clone, Debug)]
pub struct LanczosEstimation<V> {
    options: LanczosOptions,
    dim: usize,
    recursions: Vec<Recursion<V>>,
}

const NAME: &str = "lanczos";

impl<V: Clone> LanczosEstimation<V> {
    /// Before the first step.
    pub fn begin<O>(op: &O, starts: &[V], options: &LanczosOptions) -> Result<Self, SpectralError>
    where
        O: LinearOperator,
        O::Space: VectorSpace<Vector = V>,
    {
        options.check()?;
        let limits = Limits::new(op, options);
        if limits.dim == 0 {
            return Err(SpectralError::option(
                "operator",
                "acts on a space of dimension zero",
            ));
        }
        let recursions = starts
            .iter()
            .enumerate()
            .map(|(index, start)| Recursion::new(op, start.clone(), index, &limits))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            options: *options,
            dim: limits.dim,
            recursions,
        })
    }

    /// The options it was begun with, `steps` as grown.
    pub fn options(&self) -> &LanczosOptions {
        &self.options
    }

    /// Asks for `steps` steps in all; fewer than before are an error.
    pub fn grow<O>(&mut self, op: &O, steps: usize) -> Result<(), SpectralError>
    where
        O: LinearOperator,
        O::Space: VectorSpace<Vector = V>,
    {
        if steps < self.options.steps {
            let reason = format!(
                "{} were asked for already, so {steps} are too few",
                self.options.steps
            );
            return Err(SpectralError::option("steps", reason));
        }
        self.options.steps = steps;
        let limits = Limits::new(op, &self.options);
        self.recursions
            .iter_mut()
            .try_for_each(|recursion| recursion.grow(op, &limits))
    }

    /// The recursions, one a start.
    pub(crate) fn recursions(&self) -> &[Recursion<V>] {
        &self.recursions
    }

    /// Number of Lanczos vectors kept.
    pub(crate) fn basis_vectors(&self) -> usize {
        let lengths = self.recursions.iter().map(|r| r.basis().len());
        lengths.sum()
    }

    /// How many recursions the next step advances.
    pub(crate) fn active(&self) -> usize {
        self.recursions
            .iter()
            .filter(|recursion| recursion.is_active())
            .count()
    }

    fn check_starts<S>(&self, space: &S, starts: &[V]) -> Result<(), SpectralError>
    where
        S: VectorSpace<Vector = V>,
    {
        let differences = if starts.len() != self.recursions.len() {
            let (there, here) = (self.recursions.len(), starts.len());
            format!("there are {there} starting vectors there and {here} here")
        } else {
            let norms = self.recursions.iter().map(Recursion::given_norm);
            let differing = (0..)
                .zip(starts)
                .zip(norms)
                .find(|((_, start), norm)| space.norm(start) != *norm);
            match differing {
                Some(((index, _), _)) => {
                    format!("starting vector number {index} is another one here")
                }
                None => return Ok(()),
            }
        };
        Err(SnapshotError::Options {
            estimation: NAME,
            differences,
        }
        .into())
    }
}

impl<O, V> Estimation<O> for LanczosEstimation<V>
where
    V: Clone,
    O: LinearOperator,
    O::Space: VectorSpace<Vector = V>,
{
    type Options = LanczosOptions;
    type Output = Vec<LanczosRun<V>>;

    fn restore(
        op: &O,
        options: &LanczosOptions,
        snapshot: Snapshot<V>,
    ) -> Result<Self, SpectralError> {
        options.check()?;
        let rules = OptionRules {
            may_grow: &["steps"],
            free: &[],
        };
        let states: Vec<RecursionState> =
            read_state(NAME, op.effective_dim(), options, rules, &snapshot.state)?;
        let limits = Limits::new(op, options);
        let lengths: Vec<usize> = states
            .iter()
            .map(|state| state.basis_len(&limits))
            .collect();
        if lengths.iter().sum::<usize>() != snapshot.settled.len() {
            return Err(
                SnapshotError::state(NAME, "it has another number of Lanczos vectors").into(),
            );
        }
        let mut bases: Vec<Vec<V>> = lengths
            .iter()
            .map(|&length| Vec::with_capacity(length))
            .collect();
        for ((_, k), vector) in in_order(&lengths).zip(snapshot.settled) {
            bases[k].push(vector);
        }
        let mut moving = snapshot.moving.into_iter();
        let recursions = states
            .into_iter()
            .zip(bases)
            .map(|(state, basis)| Recursion::restore(state, basis, &mut moving, &limits))
            .collect::<Option<Vec<_>>>();
        let Some(recursions) = recursions.filter(|_| moving.next().is_none()) else {
            return Err(SnapshotError::state(
                NAME,
                "it has another number of vectors or coefficients",
            )
            .into());
        };
        let mut estimation = Self {
            options: *options,
            dim: limits.dim,
            recursions,
        };
        estimation.grow(op, options.steps)?;
        Ok(estimation)
    }

    fn snapshot(&self) -> Result<SnapshotRef<'_, V>, SpectralError> {
        let states: Vec<RecursionState> = self.recursions.iter().map(Recursion::state).collect();
        let lengths: Vec<usize> = self.recursions.iter().map(|r| r.basis().len()).collect();
        Ok(SnapshotRef {
            state: write_state(NAME, self.dim, &self.options, &states)?,
            settled: in_order(&lengths)
                .map(|(j, k)| &self.recursions[k].basis()[j])
                .collect(),
            moving: self.recursions.iter().flat_map(Recursion::moving).collect(),
            ..SnapshotRef::default()
        })
    }

    fn is_finished(&self) -> bool {
        self.active() == 0
    }

    fn step(&mut self, op: &O) -> Result<(), SpectralError> {
        let limits = Limits::new(op, &self.options);
        let active: Vec<usize> = (0..self.recursions.len())
            .filter(|&k| self.recursions[k].is_active())
            .collect();
        if active.is_empty() {
            return Ok(());
        }
        let block: Vec<_> = active
            .iter()
            .map(|&k| self.recursions[k].current().clone())
            .collect();
        for (&k, product) in active.iter().zip(apply_checked(op, &block)?) {
            self.recursions[k].advance(op, product, k, &limits)?;
        }
        Ok(())
    }

    fn finish(self, op: &O) -> Result<Vec<LanczosRun<V>>, SpectralError> {
        if self.active() > 0 {
            return Err(unfinished());
        }
        let limits = Limits::new(op, &self.options);
        self.recursions
            .into_iter()
            .map(|recursion| recursion.finish(&limits))
            .collect()
    }
}

/// Places (j, k), vector j of basis k, in the order in which recursions in lockstep make them.
fn in_order(lengths: &[usize]) -> impl Iterator<Item = (usize, usize)> {
    let longest = lengths.iter().copied().max().unwrap_or(0);
    (0..longest).flat_map(move |j| {
        (0..lengths.len())
            .filter(move |&k| lengths[k] > j)
            .map(move |k| (j, k))
    })
}
