//! One Lanczos recursion, step by step.

use serde::{Deserialize, Serialize};

use crate::eigen::lanczos_options::{Breakdown, LanczosOptions, Reorthogonalisation};
use crate::eigen::lanczos_run::LanczosRun;
use crate::error::spectral_error::SpectralError;
use crate::numeric::quadrature::Quadrature;
use crate::numeric::tridiagonal::{TridiagonalEigen, TridiagonalEnds};
use crate::operator::linear_operator::{LinearOperator, OperatorOn};
use crate::operator::orthogonalise::{orthogonalise, project_out};
use crate::operator::probes::{ProbeKind, Probes};
use crate::operator::vector_space::VectorSpace;

/// `beta <= BREAKDOWN_FACTOR * eps * ||T||` is a breakdown.
const BREAKDOWN_FACTOR: f64 = 100.0;

/// Streams from here on are restarts' random vectors, clear of any probe's.
const RESTART_STREAM: u64 = 1 << 63;

/// The options, with what they amount to on this operator.
pub(crate) struct Limits<'a> {
    options: &'a LanczosOptions,
    pub(crate) dim: usize,
    steps: usize,
    epsilon: f64,
    keeps_basis: bool,
}

impl<'a> Limits<'a> {
    pub(crate) fn new<O: LinearOperator>(op: &O, options: &'a LanczosOptions) -> Self {
        let dim = op.effective_dim();
        let orthogonal = options.reorthogonalisation != Reorthogonalisation::None;
        Self {
            options,
            dim,
            // Without reorthogonalisation more than p steps are meaningful: copies appear while the rest converges.
            steps: if orthogonal {
                options.steps.min(dim)
            } else {
                options.steps
            },
            epsilon: op.space().epsilon(),
            keeps_basis: options.keep_basis || orthogonal,
        }
    }
}

/// Everything of a recursion but its vectors.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RecursionState {
    /// Norm of the start as it was given.
    given_norm: f64,
    /// Norm of the start once projected.
    start_norm: f64,
    alpha: Vec<f64>,
    beta: Vec<f64>,
    last_beta: f64,
    /// Largest row sum of T so far, a bound of its norm.
    norm: f64,
    restarts: Vec<usize>,
    invariant: bool,
    phase: Phase,
    has_previous: bool,
    /// Number of converged Ritz vectors held.
    converged: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Phase {
    /// `current` is q_j, to be multiplied next.
    Active,
    /// The steps asked for are made: `current` is what the last one left over, `previous` the last q_j.
    Paused,
    /// A breakdown ended it.
    Ended,
}

impl RecursionState {
    /// Length of the basis that goes with it.
    pub(crate) fn basis_len(&self, limits: &Limits) -> usize {
        match (limits.keeps_basis, self.phase) {
            (false, _) => 0,
            (true, Phase::Active) => self.alpha.len() + 1,
            (true, _) => self.alpha.len(),
        }
    }
}

/// One start's recursion in progress.
#[derive(Clone, Debug)]
pub(crate) struct Recursion<V> {
    state: RecursionState,
    current: V,
    previous: Option<V>,
    basis: Vec<V>,
    /// Converged Ritz vectors (selective reorthogonalisation).
    converged: Vec<V>,
}

impl<V: Clone> Recursion<V> {
    pub(crate) fn new<O: OperatorOn<V>>(
        op: &O,
        mut start: V,
        index: usize,
        limits: &Limits,
    ) -> Result<Self, SpectralError> {
        let space = op.space();
        let unprojected = space.norm(&start);
        let start_norm = orthogonalise(
            space,
            &[op.excluded()],
            &mut start,
            limits.epsilon * unprojected,
        );
        if !start_norm.is_finite() {
            return Err(SpectralError::NotFinite { step: 0, index });
        }
        if start_norm <= 4.0 * limits.epsilon * unprojected {
            return Err(SpectralError::ZeroVector {
                what: "starting vector",
                index,
            });
        }
        space.scale(1.0 / start_norm, &mut start);
        Ok(Self {
            state: RecursionState {
                given_norm: unprojected,
                start_norm,
                alpha: Vec::new(),
                beta: Vec::new(),
                last_beta: 0.0,
                norm: 0.0,
                restarts: Vec::new(),
                invariant: false,
                phase: Phase::Active,
                has_previous: false,
                converged: 0,
            },
            basis: if limits.keeps_basis {
                vec![start.clone()]
            } else {
                Vec::new()
            },
            current: start,
            previous: None,
            converged: Vec::new(),
        })
    }

    /// The recursion of a state and its vectors; `None` where their numbers do not fit.
    pub(crate) fn restore(
        state: RecursionState,
        basis: Vec<V>,
        moving: &mut impl Iterator<Item = V>,
        limits: &Limits,
    ) -> Option<Self> {
        let active = state.phase == Phase::Active;
        if state.beta.len() + usize::from(!active) != state.alpha.len() {
            return None;
        }
        let current = if limits.keeps_basis && active {
            basis.last()?.clone()
        } else {
            moving.next()?
        };
        let previous = match (state.has_previous, limits.keeps_basis) {
            (false, _) => None,
            (true, true) => Some(
                basis
                    .get(basis.len().checked_sub(1 + usize::from(active))?)?
                    .clone(),
            ),
            (true, false) => Some(moving.next()?),
        };
        let converged: Vec<V> = moving.take(state.converged).collect();
        (converged.len() == state.converged).then_some(Self {
            state,
            current,
            previous,
            basis,
            converged,
        })
    }

    pub(crate) fn state(&self) -> RecursionState {
        RecursionState {
            has_previous: self.previous.is_some(),
            converged: self.converged.len(),
            ..self.state.clone()
        }
    }

    /// The vectors that are not in the basis.
    pub(crate) fn moving(&self) -> Vec<&V> {
        let in_basis = !self.basis.is_empty();
        let current = (!in_basis || !self.is_active()).then_some(&self.current);
        let previous = self.previous.as_ref().filter(|_| !in_basis);
        current
            .into_iter()
            .chain(previous)
            .chain(&self.converged)
            .collect()
    }

    pub(crate) fn is_active(&self) -> bool {
        self.state.phase == Phase::Active
    }

    /// Whether a breakdown ended it.
    pub(crate) fn has_ended(&self) -> bool {
        self.state.phase == Phase::Ended
    }

    /// Steps made.
    pub(crate) fn steps(&self) -> usize {
        self.state.alpha.len()
    }

    /// The Gauss quadrature of the first `steps` steps, at least one and no more than were made.
    pub(crate) fn quadrature(&self, steps: usize) -> Result<Quadrature, SpectralError> {
        let (alpha, beta) = (&self.state.alpha[..steps], &self.state.beta[..steps - 1]);
        Quadrature::of_tridiagonal(alpha, beta)
    }

    pub(crate) fn current(&self) -> &V {
        &self.current
    }

    pub(crate) fn basis(&self) -> &[V] {
        &self.basis
    }

    pub(crate) fn given_norm(&self) -> f64 {
        self.state.given_norm
    }

    /// Goes on where it is paused short of the limit.
    pub(crate) fn grow<O: OperatorOn<V>>(
        &mut self,
        op: &O,
        limits: &Limits,
    ) -> Result<(), SpectralError> {
        if self.state.phase != Phase::Paused || self.state.alpha.len() >= limits.steps {
            return Ok(());
        }
        self.state.phase = Phase::Active;
        if self.state.invariant {
            return self.restart(op, limits);
        }
        let beta = self.state.last_beta;
        op.space().scale(1.0 / beta, &mut self.current);
        self.state.beta.push(beta);
        if limits.keeps_basis {
            self.basis.push(self.current.clone());
        }
        Ok(())
    }

    /// Takes back what was prepared for a next step, so that it is to be finished as if no more had been asked for.
    pub(crate) fn end_here(&mut self) {
        if self.state.phase == Phase::Active {
            self.state.phase = Phase::Paused;
            self.state.beta.pop();
            self.basis.pop();
            if self.state.invariant {
                self.state.restarts.pop();
            }
        }
    }

    /// The Ritz values so far, ascending, with their residual bounds; there must be a step.
    pub(crate) fn ritz_values(&self) -> Result<Vec<(f64, f64)>, SpectralError> {
        let steps = self.state.alpha.len();
        let ends = TridiagonalEnds::new(&self.state.alpha, &self.state.beta[..steps - 1])?;
        let bound = |last: &f64| self.state.last_beta * last.abs();
        Ok(ends
            .values
            .iter()
            .copied()
            .zip(ends.last.iter().map(bound))
            .collect())
    }

    /// One step, given `w = A q_j`.
    pub(crate) fn advance<O: OperatorOn<V>>(
        &mut self,
        op: &O,
        mut w: V,
        index: usize,
        limits: &Limits,
    ) -> Result<(), SpectralError> {
        let space = op.space();
        let step = self.state.alpha.len();
        let beta_before = self.state.beta.last().copied().unwrap_or(0.0);
        // Paige's order: taking q_(j-1) off before alpha is formed is the stable variant (Paige 1972).
        if let Some(previous) = &self.previous {
            space.axpy(-beta_before, previous, &mut w);
        }
        let alpha = space.dot(&self.current, &w);
        space.axpy(-alpha, &self.current, &mut w);
        self.state.alpha.push(alpha);
        self.state.norm = self.state.norm.max(alpha.abs() + beta_before);

        let tolerance = BREAKDOWN_FACTOR * limits.epsilon * self.state.norm;
        let beta = match limits.options.reorthogonalisation {
            Reorthogonalisation::None => space.norm(&w),
            Reorthogonalisation::Selective => self.selective(space, &mut w, limits)?,
            Reorthogonalisation::Full => {
                orthogonalise(space, &[op.excluded(), &self.basis], &mut w, tolerance)
            }
        };
        if !alpha.is_finite() || !beta.is_finite() {
            return Err(SpectralError::NotFinite { step, index });
        }
        self.state.norm = self.state.norm.max(alpha.abs() + beta_before + beta);
        self.state.last_beta = beta;
        self.state.invariant = beta <= BREAKDOWN_FACTOR * limits.epsilon * self.state.norm;

        let ended = self.state.invariant && limits.options.breakdown == Breakdown::Stop;
        self.previous = Some(std::mem::replace(&mut self.current, w));
        self.state.phase = if ended { Phase::Ended } else { Phase::Paused };
        self.grow(op, limits)
    }

    /// Removes the converged Ritz vectors from w, forming them anew if more have converged; returns `||w||`.
    fn selective<S>(&mut self, space: &S, w: &mut V, limits: &Limits) -> Result<f64, SpectralError>
    where
        S: VectorSpace<Vector = V>,
    {
        project_out(space, &self.converged, std::slice::from_mut(w));
        let beta = space.norm(w);
        if !beta.is_finite() {
            return Ok(beta);
        }
        // Two rows of the eigenvectors tell how many have converged; all of them are needed only when one more has.
        let threshold = limits.epsilon.sqrt() * self.state.norm;
        let ends = TridiagonalEnds::new(&self.state.alpha, &self.state.beta)?;
        if ends
            .last
            .iter()
            .filter(|s| beta * s.abs() <= threshold)
            .count()
            <= self.converged.len()
        {
            return Ok(beta);
        }
        let eigen = TridiagonalEigen::new(&self.state.alpha, &self.state.beta)?;
        let last = self.state.alpha.len() - 1;
        let indices: Vec<usize> = (0..=last)
            .filter(|&i| beta * eigen.vectors[(last, i)].abs() <= threshold)
            .collect();
        self.converged = space.combine(&self.basis, eigen.columns(&indices).as_ref());
        project_out(space, &self.converged, std::slice::from_mut(w));
        Ok(space.norm(w))
    }

    /// Goes on with a random unit vector orthogonal to everything before, `beta_j = 0`.
    fn restart<O: OperatorOn<V>>(&mut self, op: &O, limits: &Limits) -> Result<(), SpectralError> {
        let space = op.space();
        let probes = Probes::new(ProbeKind::UnitSphere, limits.options.seed);
        let number = self.state.restarts.len();
        let mut fresh = probes.vector(space, RESTART_STREAM + number as u64);
        let norm = orthogonalise(
            space,
            &[op.excluded(), &self.basis],
            &mut fresh,
            limits.epsilon,
        );
        if norm <= limits.epsilon {
            return Err(SpectralError::ZeroVector {
                what: "restart vector",
                index: number,
            });
        }
        space.scale(1.0 / norm, &mut fresh);
        self.state.restarts.push(self.state.alpha.len());
        self.state.beta.push(0.0);
        self.previous = None;
        self.basis.push(fresh.clone());
        self.current = fresh;
        Ok(())
    }

    pub(crate) fn finish(self, limits: &Limits) -> Result<LanczosRun<V>, SpectralError> {
        let ends = TridiagonalEnds::new(&self.state.alpha, &self.state.beta)?;
        let last_beta = self.state.last_beta;
        Ok(LanczosRun {
            start_norm: self.state.start_norm,
            weights: ends.weights(),
            residual_bounds: ends.last.iter().map(|s| last_beta * s.abs()).collect(),
            complete: limits.options.reorthogonalisation == Reorthogonalisation::Full
                && self.state.alpha.len() == limits.dim,
            ritz_values: ends.values,
            alpha: self.state.alpha,
            beta: self.state.beta,
            last_beta,
            restarts: self.state.restarts,
            invariant: self.state.invariant,
            basis: limits.options.keep_basis.then_some(self.basis),
        })
    }
}
