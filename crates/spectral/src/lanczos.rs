//! Lanczos tridiagonalisation of K starting vectors in lockstep.

use serde::{Deserialize, Serialize};

use crate::error::SpectralError;
use crate::operator::{LinearOperator, VectorOf, apply_checked};
use crate::orthogonalise::{orthogonalise, project_out};
use crate::probes::{ProbeKind, Probes};
use crate::space::VectorSpace;
use crate::tridiagonal::{TridiagonalEigen, TridiagonalEnds};

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

/// `beta <= BREAKDOWN_FACTOR * eps * ||T||` is a breakdown.
const BREAKDOWN_FACTOR: f64 = 100.0;

/// Streams from here on are restarts' random vectors, clear of any probe's.
const RESTART_STREAM: u64 = 1 << 63;

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
    options.check()?;
    let limits = Limits::new(op, options);
    if limits.dim == 0 {
        return Err(SpectralError::option(
            "operator",
            "acts on a space of dimension zero",
        ));
    }
    let mut recursions = starts
        .iter()
        .enumerate()
        .map(|(index, start)| Recursion::new(op, start.clone(), index, &limits))
        .collect::<Result<Vec<_>, _>>()?;
    loop {
        let active: Vec<usize> = (0..recursions.len())
            .filter(|&k| !recursions[k].finished)
            .collect();
        if active.is_empty() {
            break;
        }
        let block: Vec<_> = active
            .iter()
            .map(|&k| recursions[k].current.clone())
            .collect();
        for (&k, product) in active.iter().zip(apply_checked(op, &block)?) {
            recursions[k].advance(op, product, k, &limits)?;
        }
    }
    recursions
        .into_iter()
        .map(|recursion| recursion.finish(&limits))
        .collect()
}

/// The options, with what they amount to on this operator.
struct Limits<'a> {
    options: &'a LanczosOptions,
    dim: usize,
    steps: usize,
    epsilon: f64,
    keeps_basis: bool,
}

impl<'a> Limits<'a> {
    fn new<O: LinearOperator>(op: &O, options: &'a LanczosOptions) -> Self {
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

/// One start's recursion in progress.
struct Recursion<V> {
    start_norm: f64,
    current: V,
    previous: Option<V>,
    alpha: Vec<f64>,
    beta: Vec<f64>,
    last_beta: f64,
    /// Largest row sum of T so far, a bound of its norm.
    norm: f64,
    basis: Vec<V>,
    /// Converged Ritz vectors (selective reorthogonalisation).
    converged: Vec<V>,
    restarts: Vec<usize>,
    invariant: bool,
    finished: bool,
}

impl<V: Clone> Recursion<V> {
    fn new<O>(op: &O, mut start: V, index: usize, limits: &Limits) -> Result<Self, SpectralError>
    where
        O: LinearOperator,
        O::Space: VectorSpace<Vector = V>,
    {
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
            start_norm,
            basis: if limits.keeps_basis {
                vec![start.clone()]
            } else {
                Vec::new()
            },
            current: start,
            previous: None,
            alpha: Vec::new(),
            beta: Vec::new(),
            last_beta: 0.0,
            norm: 0.0,
            converged: Vec::new(),
            restarts: Vec::new(),
            invariant: false,
            finished: false,
        })
    }

    /// One step, given `w = A q_j`.
    fn advance<O>(
        &mut self,
        op: &O,
        mut w: V,
        index: usize,
        limits: &Limits,
    ) -> Result<(), SpectralError>
    where
        O: LinearOperator,
        O::Space: VectorSpace<Vector = V>,
    {
        let space = op.space();
        let step = self.alpha.len();
        let beta_before = self.beta.last().copied().unwrap_or(0.0);
        // Paige's order: taking q_(j-1) off before alpha is formed is the stable variant (Paige 1972).
        if let Some(previous) = &self.previous {
            space.axpy(-beta_before, previous, &mut w);
        }
        let alpha = space.dot(&self.current, &w);
        space.axpy(-alpha, &self.current, &mut w);
        self.alpha.push(alpha);
        self.norm = self.norm.max(alpha.abs() + beta_before);

        let tolerance = BREAKDOWN_FACTOR * limits.epsilon * self.norm;
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
        self.norm = self.norm.max(alpha.abs() + beta_before + beta);
        self.last_beta = beta;
        self.invariant = beta <= BREAKDOWN_FACTOR * limits.epsilon * self.norm;

        if self.alpha.len() == limits.steps
            || (self.invariant && limits.options.breakdown == Breakdown::Stop)
        {
            self.finished = true;
        } else if self.invariant {
            self.restart(op, limits)?;
        } else {
            space.scale(1.0 / beta, &mut w);
            self.beta.push(beta);
            self.previous = Some(std::mem::replace(&mut self.current, w));
            if limits.keeps_basis {
                self.basis.push(self.current.clone());
            }
        }
        Ok(())
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
        let threshold = limits.epsilon.sqrt() * self.norm;
        let ends = TridiagonalEnds::new(&self.alpha, &self.beta)?;
        if ends
            .last
            .iter()
            .filter(|s| beta * s.abs() <= threshold)
            .count()
            <= self.converged.len()
        {
            return Ok(beta);
        }
        let eigen = TridiagonalEigen::new(&self.alpha, &self.beta)?;
        let last = self.alpha.len() - 1;
        let indices: Vec<usize> = (0..=last)
            .filter(|&i| beta * eigen.vectors[(last, i)].abs() <= threshold)
            .collect();
        let coefficients = faer::Mat::from_fn(last + 1, indices.len(), |row, column| {
            eigen.vectors[(row, indices[column])]
        });
        self.converged = space.combine(&self.basis, coefficients.as_ref());
        project_out(space, &self.converged, std::slice::from_mut(w));
        Ok(space.norm(w))
    }

    /// Goes on with a random unit vector orthogonal to everything before, `beta_j = 0`.
    fn restart<O>(&mut self, op: &O, limits: &Limits) -> Result<(), SpectralError>
    where
        O: LinearOperator,
        O::Space: VectorSpace<Vector = V>,
    {
        let space = op.space();
        let probes = Probes::new(ProbeKind::UnitSphere, limits.options.seed);
        let number = self.restarts.len();
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
        self.restarts.push(self.alpha.len());
        self.beta.push(0.0);
        self.previous = None;
        self.basis.push(fresh.clone());
        self.current = fresh;
        Ok(())
    }

    fn finish(self, limits: &Limits) -> Result<LanczosRun<V>, SpectralError> {
        let ends = TridiagonalEnds::new(&self.alpha, &self.beta)?;
        let last_beta = self.last_beta;
        Ok(LanczosRun {
            start_norm: self.start_norm,
            weights: ends.first.iter().map(|s| s * s).collect(),
            residual_bounds: ends.last.iter().map(|s| last_beta * s.abs()).collect(),
            complete: limits.options.reorthogonalisation == Reorthogonalisation::Full
                && self.alpha.len() == limits.dim,
            ritz_values: ends.values,
            alpha: self.alpha,
            beta: self.beta,
            last_beta,
            restarts: self.restarts,
            invariant: self.invariant,
            basis: limits.options.keep_basis.then_some(self.basis),
        })
    }
}
