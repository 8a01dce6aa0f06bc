//! The kernel polynomial method for spectral densities.

use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

use crate::density::{Curve, Estimate};
use crate::error::SpectralError;
use crate::estimation::{Estimation, Keeper, NoKeeper, Snapshot, SnapshotRef, run, unfinished};
use crate::operator::{LinearOperator, VectorOf, apply_checked};
use crate::orthogonalise::project_out;
use crate::probes::{ProbeKind, Probes};
use crate::snapshot_error::SnapshotError;
use crate::space::VectorSpace;
use crate::state::{OptionRules, read_state, write_state};

/// Options of [`kpm`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct KpmOptions {
    /// Lower end of an interval that holds the spectrum, as from [`spectral_range`](crate::spectral_range).
    pub lower: f64,
    /// Its upper end.
    pub upper: f64,
    /// Chebyshev moments, N; two come of each product.
    pub moments: usize,
    /// Number of probes.
    pub probes: usize,
    /// Law of the probes.
    pub kind: ProbeKind,
    /// Seed of the probes.
    pub seed: u64,
    /// Most probes run in one block, zero for all of them.
    pub block_size: usize,
}

impl Default for KpmOptions {
    /// 128 moments from eight Gaussian probes, on [-1, 1].
    fn default() -> Self {
        Self {
            lower: -1.0,
            upper: 1.0,
            moments: 128,
            probes: 8,
            kind: ProbeKind::Gaussian,
            seed: 0,
            block_size: 0,
        }
    }
}

/// The factors by which the moments are damped against Gibbs oscillations (Weisse et al. 2006, section II.C).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Damping {
    /// None: the Dirichlet kernel, which oscillates and is negative in places.
    None,
    /// Jackson's: the density is never negative, and an eigenvalue becomes nearly a Gaussian of standard deviation
    /// `pi / N` times half the interval at its centre.
    #[default]
    Jackson,
    /// Lorentz's, `sinh(lambda (1 - n/N)) / sinh lambda`: an eigenvalue becomes nearly a Lorentzian of width
    /// `lambda / N` times half the interval.
    Lorentz {
        /// The parameter lambda, about 3 to 5.
        lambda: f64,
    },
}

impl Damping {
    /// The N factors g_n.
    pub fn factors(self, count: usize) -> Result<Vec<f64>, SpectralError> {
        let size = count as f64;
        Ok(match self {
            Self::None => vec![1.0; count],
            Self::Jackson => {
                let q = PI / (size + 1.0);
                (0..count)
                    .map(|n| {
                        let n = n as f64;
                        ((size - n + 1.0) * (q * n).cos() + (q * n).sin() / q.tan()) / (size + 1.0)
                    })
                    .collect()
            }
            Self::Lorentz { lambda } => {
                if !(lambda > 0.0 && lambda.is_finite()) {
                    let reason = format!("the Lorentz parameter {lambda} is not a positive number");
                    return Err(SpectralError::option("damping", reason));
                }
                (0..count)
                    .map(|n| (lambda * (1.0 - n as f64 / size)).sinh() / lambda.sinh())
                    .collect()
            }
        })
    }
}

/// The Chebyshev moments of a spectrum, probe by probe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KpmDensity {
    /// The dimension p.
    pub dim: usize,
    /// Lower end of the interval mapped to -1.
    pub lower: f64,
    /// Upper end of the interval mapped to 1.
    pub upper: f64,
    /// For each probe z, `z^T T_n(A') z / z^T z`, n = 0 .. N - 1, with A' the operator mapped to [-1, 1].
    pub moments: Vec<Vec<f64>>,
    /// Products with single vectors made.
    pub products: usize,
}

/// Estimates the spectral density by its Chebyshev moments: the kernel polynomial method.
///
/// Weisse, Wellein, Alvermann & Fehske, "The kernel polynomial method", Rev. Mod. Phys. 78 (2006), sections II.B and
/// II.D; Lin, Saad & Yang, "Approximating spectral densities of large matrices", SIAM Review 58 (2016), section 3.2. The
/// moments are means over random probes, two a product by `T_2n = 2 T_n^2 - T_0` and `T_(2n+1) = 2 T_(n+1) T_n - T_1`. Where Lanczos
/// quadrature ([`slq`](crate::slq())) adapts its nodes to the spectrum, the resolution here is the same all over the
/// interval, `pi / N` of half its width.
///
/// The interval must hold the spectrum; an error says so where a moment shows that it does not.
pub fn kpm<O: LinearOperator>(op: &O, options: &KpmOptions) -> Result<KpmDensity, SpectralError> {
    kpm_kept(op, options, NAME, &mut NoKeeper)
}

/// [`kpm`], gone on with from the snapshot `name` where the keeper has one, and kept there on the way.
pub fn kpm_kept<O, K>(
    op: &O,
    options: &KpmOptions,
    name: &str,
    keeper: &mut K,
) -> Result<KpmDensity, SpectralError>
where
    O: LinearOperator,
    K: Keeper<O::Space> + ?Sized,
{
    run(op, options, name, keeper, || {
        KpmEstimation::begin(op, options)
    })
}

const NAME: &str = "kpm";

/// Beyond 1 by more than this, a moment is not of a spectrum in [-1, 1].
const OUTSIDE: f64 = 1e-3;

/// [`kpm`] in progress: a step is one product with one block of probes.
#[derive(Clone, Debug)]
pub struct KpmEstimation<V> {
    options: KpmOptions,
    dim: usize,
    state: State,
    /// `T_(n-1) z` of the block in progress; none before its first product.
    before: Vec<V>,
    /// `T_n z`.
    block: Vec<V>,
}

/// Everything but vectors.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct State {
    steps: usize,
    products: usize,
    /// Of the probes that are done, divided by `z^T z`.
    moments: Vec<Vec<f64>>,
    /// Of the block in progress, not divided.
    current: Vec<Vec<f64>>,
}

impl KpmOptions {
    fn check(&self) -> Result<(), SpectralError> {
        if self.probes == 0 {
            return Err(SpectralError::option("probes", "must be at least 1"));
        }
        if self.moments < 2 {
            return Err(SpectralError::option("moments", "must be at least 2"));
        }
        if !(self.lower.is_finite() && self.upper.is_finite() && self.lower < self.upper) {
            let reason = format!("[{}, {}] is not an interval", self.lower, self.upper);
            return Err(SpectralError::option("lower", reason));
        }
        Ok(())
    }
}

impl<V: Clone> KpmEstimation<V> {
    /// Before the first step.
    pub fn begin<O>(op: &O, options: &KpmOptions) -> Result<Self, SpectralError>
    where
        O: LinearOperator,
        O::Space: VectorSpace<Vector = V>,
    {
        options.check()?;
        let dim = op.effective_dim();
        if dim == 0 {
            return Err(SpectralError::option(
                "operator",
                "has no dimension left to take a density of",
            ));
        }
        let mut estimation = Self {
            options: *options,
            dim,
            state: State {
                steps: 0,
                products: 0,
                moments: Vec::new(),
                current: Vec::new(),
            },
            before: Vec::new(),
            block: Vec::new(),
        };
        estimation.begin_block(op)?;
        Ok(estimation)
    }

    fn begin_block<O>(&mut self, op: &O) -> Result<(), SpectralError>
    where
        O: LinearOperator,
        O::Space: VectorSpace<Vector = V>,
    {
        let start = self.state.moments.len();
        let end = match self.options.block_size {
            0 => self.options.probes,
            size => self.options.probes.min(start + size),
        };
        let space = op.space();
        let probes = Probes::new(self.options.kind, self.options.seed);
        self.block = probes.block(space, start as u64, end - start);
        project_out(space, op.excluded(), &mut self.block);
        self.before.clear();
        self.state.current.clear();
        for (index, probe) in self.block.iter().enumerate() {
            let square = space.dot(probe, probe);
            if square <= 0.0 {
                let what = "probe";
                return Err(SpectralError::ZeroVector { what, index });
            }
            self.state.current.push(vec![square]);
        }
        Ok(())
    }

    /// The moments that `T_n z` and `T_(n-1) z` give.
    fn take_moments<S: VectorSpace<Vector = V>>(&mut self, space: &S) -> Result<(), SpectralError> {
        let step = self.state.steps;
        for (index, moments) in self.state.current.iter_mut().enumerate() {
            let (last, this) = (&self.before[index], &self.block[index]);
            let across = space.dot(this, last);
            let square = space.dot(this, this);
            if moments.len() == 1 {
                moments.push(across);
            } else {
                moments.push(2.0 * across - moments[1]);
            }
            moments.push(2.0 * square - moments[0]);
            if !(across.is_finite() && square.is_finite()) {
                return Err(SpectralError::NotFinite { step, index });
            }
            let largest = square / moments[0];
            if largest > 1.0 + OUTSIDE {
                let reason = format!(
                    "the spectrum is not within [{}, {}]: take the interval that spectral_range finds, or a wider one",
                    self.options.lower, self.options.upper
                );
                return Err(SpectralError::option("lower", reason));
            }
        }
        Ok(())
    }
}

impl<O, V> Estimation<O> for KpmEstimation<V>
where
    V: Clone,
    O: LinearOperator,
    O::Space: VectorSpace<Vector = V>,
{
    type Options = KpmOptions;
    type Output = KpmDensity;

    fn restore(op: &O, options: &KpmOptions, snapshot: Snapshot<V>) -> Result<Self, SpectralError> {
        options.check()?;
        let dim = op.effective_dim();
        let rules = OptionRules {
            may_grow: &["probes"],
            free: &["block_size"],
        };
        let state: State = read_state(NAME, dim, options, rules, &snapshot.state)?;
        let mut before = snapshot.moving;
        let size = state.current.len();
        if before.len() != size && before.len() != 2 * size {
            return Err(SnapshotError::state(NAME, "it has another number of vectors").into());
        }
        let block = before.split_off(before.len() - size);
        let mut estimation = Self {
            options: *options,
            dim,
            state,
            before,
            block,
        };
        if size == 0 && estimation.state.moments.len() < options.probes {
            estimation.begin_block(op)?;
        }
        Ok(estimation)
    }

    fn snapshot(&self) -> Result<SnapshotRef<'_, V>, SpectralError> {
        Ok(SnapshotRef {
            state: write_state(NAME, self.dim, &self.options, &self.state)?,
            moving: self.before.iter().chain(&self.block).collect(),
            ..SnapshotRef::default()
        })
    }

    fn is_finished(&self) -> bool {
        self.state.current.is_empty()
    }

    fn step(&mut self, op: &O) -> Result<(), SpectralError> {
        if self.state.current.is_empty() {
            return Ok(());
        }
        let space = op.space();
        let products = apply_checked(op, &self.block)?;
        self.state.products += products.len();
        let centre = 0.5 * (self.options.upper + self.options.lower);
        let half = 0.5 * (self.options.upper - self.options.lower);
        let first = self.before.is_empty();
        let factor = if first { 1.0 } else { 2.0 } / half;
        let mut next: Vec<VectorOf<O>> = products;
        for (index, vector) in next.iter_mut().enumerate() {
            space.scale(factor, vector);
            space.axpy(-factor * centre, &self.block[index], vector);
            if !first {
                space.axpy(-1.0, &self.before[index], vector);
            }
        }
        self.before = std::mem::replace(&mut self.block, next);
        self.take_moments(space)?;
        self.state.steps += 1;
        if self.state.current[0].len() >= self.options.moments {
            for mut moments in std::mem::take(&mut self.state.current) {
                moments.truncate(self.options.moments);
                let square = moments[0];
                self.state
                    .moments
                    .push(moments.into_iter().map(|moment| moment / square).collect());
            }
            self.before.clear();
            self.block.clear();
            if self.state.moments.len() < self.options.probes {
                self.begin_block(op)?;
            }
        }
        Ok(())
    }

    fn finish(self, _: &O) -> Result<KpmDensity, SpectralError> {
        if !self.state.current.is_empty() {
            return Err(unfinished());
        }
        Ok(KpmDensity {
            dim: self.dim,
            lower: self.options.lower,
            upper: self.options.upper,
            moments: self.state.moments,
            products: self.state.products,
        })
    }
}

impl KpmDensity {
    /// The mean over the probes of each Chebyshev moment `tr T_n(A') / p`.
    pub fn mean_moments(&self) -> Vec<Estimate> {
        let count = self.moments.first().map_or(0, Vec::len);
        (0..count)
            .map(|n| self.mean(|moments| moments[n]))
            .collect()
    }

    /// The density at these points, per unit of the eigenvalue, of mass 1; zero outside the interval and at its ends.
    pub fn density(&self, points: &[f64], damping: Damping) -> Result<Curve, SpectralError> {
        let factors = self.factors(damping)?;
        let half = 0.5 * (self.upper - self.lower);
        let estimates: Vec<Estimate> = points
            .iter()
            .map(|&point| {
                let x = self.mapped(point);
                if x.abs() >= 1.0 {
                    return self.mean(|_| 0.0);
                }
                let angle = x.acos();
                let weight = 1.0 / (PI * (1.0 - x * x).sqrt() * half);
                self.mean(|moments| {
                    let series = moments.iter().zip(&factors).enumerate().skip(1);
                    let sum: f64 = series
                        .map(|(n, (m, g))| g * m * (n as f64 * angle).cos())
                        .sum();
                    weight * (factors[0] * moments[0] + 2.0 * sum)
                })
            })
            .collect();
        let errors: Option<Vec<f64>> = estimates.iter().map(|e| e.standard_error).collect();
        Ok(Curve {
            points: points.to_vec(),
            mean: estimates.iter().map(|e| e.mean).collect(),
            standard_error: errors,
        })
    }

    /// The number of eigenvalues in `[from, to]`: p times the integral of the density.
    pub fn count(&self, from: f64, to: f64, damping: Damping) -> Result<Estimate, SpectralError> {
        if from.is_nan() || to.is_nan() || from > to {
            return Err(SpectralError::option(
                "interval",
                format!("[{from}, {to}] is not an interval"),
            ));
        }
        let factors = self.factors(damping)?;
        // Angles fall as points rise.
        let angle = |point: f64| {
            let x = self.mapped(point);
            // Rounding of an end of the interval moves its angle by the root of the rounding.
            if x.abs() >= 1.0 - 8.0 * f64::EPSILON {
                x.signum().acos()
            } else {
                x.acos()
            }
        };
        let (high, low) = (angle(from), angle(to));
        let dim = self.dim as f64;
        Ok(self.mean(|moments| {
            let series = moments.iter().zip(&factors).enumerate().skip(1);
            let sum: f64 = series
                .map(|(n, (m, g))| {
                    let n = n as f64;
                    g * m * ((n * high).sin() - (n * low).sin()) / n
                })
                .sum();
            dim * (factors[0] * moments[0] * (high - low) + 2.0 * sum) / PI
        }))
    }

    fn factors(&self, damping: Damping) -> Result<Vec<f64>, SpectralError> {
        damping.factors(self.moments.first().map_or(0, Vec::len))
    }

    fn mapped(&self, point: f64) -> f64 {
        (2.0 * point - self.lower - self.upper) / (self.upper - self.lower)
    }

    fn mean(&self, f: impl Fn(&[f64]) -> f64) -> Estimate {
        let values: Vec<f64> = self.moments.iter().map(|moments| f(moments)).collect();
        Estimate::of(&values)
    }
}
