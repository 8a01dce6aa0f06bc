//! Lanczos tridiagonalisation of K starting vectors in lockstep.

use crate::eigen::lanczos_options::LanczosOptions;
use crate::eigen::lanczos_run::LanczosRun;
use crate::eigen::recursion::{Limits, Recursion, RecursionState};
use crate::error::snapshot_error::SnapshotError;
use crate::error::spectral_error::SpectralError;
use crate::operator::linear_operator::{LinearOperator, OperatorOn, VectorOf, apply_checked};
use crate::resume::estimation::{Estimation, unfinished};
use crate::resume::snapshot::{Snapshot, SnapshotRef};
use crate::resume::state::{OptionRules, read_state, write_state};

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
    LanczosEstimation::begin(op, starts, options)?.run(op)
}

/// [`lanczos`] in progress: a step is one block product of the recursions that have not ended.
///
/// `steps` may grow: one that has ended goes on to the bits of one asked for that many at once. One asked for more than turn
/// out to be needed is stopped by [`run_until`](Estimation::run_until) and [`finish_now`](Self::finish_now). The starts must be those of
/// the snapshot: their number and norms are checked.
#[derive(Clone, Debug)]
pub struct LanczosEstimation<V> {
    options: LanczosOptions,
    dim: usize,
    recursions: Vec<Recursion<V>>,
}

const NAME: &str = "lanczos";

impl<V: Clone> LanczosEstimation<V> {
    /// Before the first step.
    pub fn begin<O: OperatorOn<V>>(
        op: &O,
        starts: &[V],
        options: &LanczosOptions,
    ) -> Result<Self, SpectralError> {
        options.check()?;
        let limits = Limits::new(op, options);
        SpectralError::require(
            limits.dim > 0,
            "operator",
            "acts on a space of dimension zero",
        )?;
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

    /// Asks for `steps` steps in all; fewer than before are an error.
    pub fn grow<O: OperatorOn<V>>(&mut self, op: &O, steps: usize) -> Result<(), SpectralError> {
        SpectralError::require(
            steps >= self.options.steps,
            "steps",
            format_args!(
                "{} were asked for already, so {steps} are too few",
                self.options.steps
            ),
        )?;
        self.options.steps = steps;
        let limits = Limits::new(op, &self.options);
        self.recursions
            .iter_mut()
            .try_for_each(|recursion| recursion.grow(op, &limits))
    }

    /// What the steps made have found, at least one: the bits of one asked for no more.
    pub fn finish_now<O: OperatorOn<V>>(
        mut self,
        op: &O,
    ) -> Result<Vec<LanczosRun<V>>, SpectralError> {
        SpectralError::require_positive("steps", self.steps())?;
        self.recursions.iter_mut().for_each(Recursion::end_here);
        self.finish(op)
    }

    /// Steps made, of the recursion that made most.
    pub fn steps(&self) -> usize {
        let steps = self.recursions.iter().map(Recursion::steps);
        steps.max().unwrap_or(0)
    }

    /// Of each start the Ritz values so far, ascending, with their residual bounds; none before the first step.
    pub fn ritz_values(&self) -> Result<Vec<Vec<(f64, f64)>>, SpectralError> {
        let of = |recursion: &Recursion<V>| {
            if recursion.steps() == 0 {
                Ok(Vec::new())
            } else {
                recursion.ritz_values()
            }
        };
        self.recursions.iter().map(of).collect()
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

    /// An error unless the recursions of another have the same starts, as far as their norms tell.
    fn check_starts(&self, other: &Self) -> Result<(), SpectralError> {
        let (here, there) = (&self.recursions, &other.recursions);
        let pairs = here.iter().zip(there);
        let differs = |(a, b): (&Recursion<V>, &Recursion<V>)| a.given_norm() != b.given_norm();
        let differences = if here.len() != there.len() {
            format!(
                "there are {} starting vectors there and {} here",
                there.len(),
                here.len()
            )
        } else if let Some(index) = pairs.map(differs).position(|differs| differs) {
            format!("starting vector number {index} is another one here")
        } else {
            return Ok(());
        };
        Err(SnapshotError::settings(NAME, differences).into())
    }
}

impl<V: Clone, O: OperatorOn<V>> Estimation<O> for LanczosEstimation<V> {
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

    fn options(&self) -> &LanczosOptions {
        &self.options
    }

    fn resume(&self, op: &O, snapshot: Snapshot<V>) -> Result<Self, SpectralError> {
        let resumed = Self::restore(op, &self.options, snapshot)?;
        self.check_starts(&resumed)?;
        Ok(resumed)
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
