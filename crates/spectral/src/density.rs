//! A spectral density known through quadratures, and what can be computed from it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::SpectralError;
use crate::grid::{LogGrid, SymmetricLogGrid};

/// One probe's quadrature: `sum_i weights_i f(nodes_i)` estimates `tr f(A) / p`. The weights sum to 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Quadrature {
    /// The nodes, ascending.
    pub nodes: Vec<f64>,
    /// Their weights.
    pub weights: Vec<f64>,
}

impl Quadrature {
    /// `sum_i weights_i f(nodes_i)`.
    pub(crate) fn sum(&self, f: impl Fn(f64) -> f64) -> f64 {
        self.nodes
            .iter()
            .zip(&self.weights)
            .map(|(&node, weight)| weight * f(node))
            .sum()
    }
}

/// An eigenvalue known by itself, taken out of what the probes see. Its weight is 1/p.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Atom {
    /// The eigenvalue.
    pub value: f64,
    /// Residual norm `||A q - value q||` of the pair: an eigenvalue lies within it.
    pub residual: f64,
}

/// A mean over probes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// Its standard error over the probes: zero where the density is exact, unknown (`None`) from a single probe.
    pub standard_error: Option<f64>,
}

impl Estimate {
    /// The mean of independent values and its standard error.
    pub(crate) fn of(values: &[f64]) -> Self {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        Self {
            mean,
            standard_error: (values.len() > 1).then(|| (squares / (count - 1.0) / count).sqrt()),
        }
    }
}

/// A function on a grid, a mean over probes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// The grid.
    pub points: Vec<f64>,
    /// The mean at each point.
    pub mean: Vec<f64>,
    /// The standard error of the mean at each point; as in [`Estimate`].
    pub standard_error: Option<Vec<f64>>,
}

/// The density of `log10 |lambda|` on both sides of zero.
///
/// The three masses add up to 1; each curve integrates to its side's mass, but for what broadening carries past the
/// grid's ends or the grid leaves out above its ceiling.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogDensity {
    /// Density per unit of `log10 lambda` of the eigenvalues at or above the floor.
    pub positive: Curve,
    /// Density per unit of `log10 |lambda|` of the eigenvalues at or below minus the floor.
    pub negative: Curve,
    /// Fraction of eigenvalues on the positive side.
    pub positive_mass: Estimate,
    /// Fraction of eigenvalues on the negative side.
    pub negative_mass: Estimate,
    /// Fraction of eigenvalues with `|lambda| < floor`.
    pub near_zero: Estimate,
}

/// The spectral density `(1/p) sum_i delta(x - lambda_i)` of a symmetric operator of order p.
///
/// It is `(1/p) sum_atoms delta + ((p - k)/p) mean over probes of sum_i w_i delta(x - node_i)` with k the number of atoms.
/// Standard errors are those of the mean over probes, `s / sqrt(n)` with s the sample standard deviation; they do not
/// include the bias of a finite number of Lanczos steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SpectralDensity {
    /// The dimension p, atoms included.
    pub dim: usize,
    /// Whether the nodes are the spectrum itself, each with weight 1/(number of nodes): every standard error is zero.
    pub exact: bool,
    /// One quadrature a probe.
    pub quadratures: Vec<Quadrature>,
    /// Eigenvalues known by themselves.
    pub atoms: Vec<Atom>,
}

/// Beyond this many standard deviations a Gaussian is below 1e-17 of its peak.
const KERNEL_REACH: f64 = 9.0;

/// The Gaussian of standard deviation `width` about zero.
pub(crate) fn gaussian(distance: f64, width: f64) -> f64 {
    let t = distance / width;
    if t.abs() > KERNEL_REACH {
        return 0.0;
    }
    (-0.5 * t * t).exp() / (width * (2.0 * std::f64::consts::PI).sqrt())
}

pub(crate) fn check_width(width: f64) -> Result<(), SpectralError> {
    if width > 0.0 && width.is_finite() {
        Ok(())
    } else {
        Err(SpectralError::option(
            "width",
            format!("{width} is not a positive number"),
        ))
    }
}

/// The Gaussian's standard deviation `sigma = H / sqrt(8 ln kappa)`, `H = (upper - lower) / (steps - 1)`.
///
/// So chosen, two equal Gaussians H apart dip between them by no more than the ratio kappa (Lin, Saad & Yang,
/// "Approximating spectral densities of large matrices", SIAM Review 2016, section 3). The Hessian papers take
/// kappa = 1.25.
pub fn gaussian_width(
    lower: f64,
    upper: f64,
    steps: usize,
    kappa: f64,
) -> Result<f64, SpectralError> {
    if !(lower.is_finite() && upper.is_finite() && lower < upper) {
        return Err(SpectralError::option(
            "range",
            format!("[{lower}, {upper}] is not an interval"),
        ));
    }
    if steps < 2 {
        return Err(SpectralError::option("steps", "must be at least 2"));
    }
    if !(kappa > 1.0 && kappa.is_finite()) {
        return Err(SpectralError::option(
            "kappa",
            format!("{kappa} is not above 1"),
        ));
    }
    Ok((upper - lower) / (steps - 1) as f64 / (8.0 * kappa.ln()).sqrt())
}

impl SpectralDensity {
    /// The exact density of a spectrum known in full.
    pub fn from_eigenvalues(mut eigenvalues: Vec<f64>) -> Self {
        eigenvalues.sort_by(f64::total_cmp);
        let dim = eigenvalues.len();
        let weights = vec![1.0 / dim as f64; dim];
        Self {
            dim,
            exact: true,
            quadratures: vec![Quadrature {
                nodes: eigenvalues,
                weights,
            }],
            atoms: Vec::new(),
        }
    }

    /// The whole spectrum, ascending and with multiplicities, where the density is exact.
    pub fn eigenvalues(&self) -> Option<Vec<f64>> {
        if !self.exact {
            return None;
        }
        let nodes = self
            .quadratures
            .first()
            .map(|quadrature| quadrature.nodes.as_slice())
            .unwrap_or_default();
        let mut values: Vec<f64> = self
            .atoms
            .iter()
            .map(|atom| atom.value)
            .chain(nodes.iter().copied())
            .collect();
        values.sort_by(f64::total_cmp);
        Some(values)
    }

    /// Fraction `(p - k)/p` of the spectrum that the quadratures stand for.
    pub fn continuous_fraction(&self) -> f64 {
        if self.dim == 0 {
            0.0
        } else {
            self.dim.saturating_sub(self.atoms.len()) as f64 / self.dim as f64
        }
    }

    /// `tr f(A) / p`.
    pub fn average(&self, f: impl Fn(f64) -> f64) -> Estimate {
        let [curve] = self.averages(&[0.0], [|_: f64, lambda: f64| f(lambda)]);
        Estimate {
            mean: curve.mean[0],
            standard_error: curve.standard_error.map(|error| error[0]),
        }
    }

    /// The moments `tr A^k / p` for k = 1 ... `order`.
    pub fn moments(&self, order: u32) -> Vec<Estimate> {
        (1..=order)
            .map(|k| self.average(|lambda| lambda.powi(k as i32)))
            .collect()
    }

    /// The density at each point, every eigenvalue broadened to a Gaussian of standard deviation `width`.
    pub fn density(&self, points: &[f64], width: f64) -> Result<Curve, SpectralError> {
        check_width(width)?;
        let [curve] = self.averages(points, [|x: f64, lambda: f64| gaussian(x - lambda, width)]);
        Ok(curve)
    }

    /// The number of eigenvalues at most each threshold.
    pub fn cumulative_counts(&self, thresholds: &[f64]) -> Curve {
        let dim = self.dim as f64;
        let [curve] = self.averages(
            thresholds,
            [|x: f64, lambda: f64| if lambda <= x { dim } else { 0.0 }],
        );
        curve
    }

    /// The density per unit of `log10 |lambda|` on each side, Gaussians of standard deviation `width` in `log10`.
    pub fn log_density(&self, grid: &LogGrid, width: f64) -> Result<LogDensity, SpectralError> {
        check_width(width)?;
        let floor = grid.floor();
        let side = |sign: f64| {
            move |u: f64, lambda: f64| {
                let modulus = sign * lambda;
                if modulus >= floor {
                    gaussian(u - modulus.log10(), width)
                } else {
                    0.0
                }
            }
        };
        let [positive, negative] = self.averages(grid.points(), [side(1.0), side(-1.0)]);
        let mass = |inside: &dyn Fn(f64) -> bool| {
            self.average(|lambda| f64::from(u8::from(inside(lambda))))
        };
        Ok(LogDensity {
            positive,
            negative,
            positive_mass: mass(&|lambda| lambda >= floor),
            negative_mass: mass(&|lambda| lambda <= -floor),
            near_zero: mass(&|lambda| lambda.abs() < floor),
        })
    }

    /// The density per unit of the symmetric logarithm s, Gaussians of standard deviation `width` in s.
    pub fn symmetric_log_density(
        &self,
        grid: &SymmetricLogGrid,
        width: f64,
    ) -> Result<Curve, SpectralError> {
        check_width(width)?;
        let kernel = |s: f64, lambda: f64| gaussian(s - grid.coordinate(lambda), width);
        let [curve] = self.averages(grid.points(), [kernel]);
        Ok(curve)
    }

    /// For each function, its average over the spectrum at each point.
    fn averages<const N: usize, F: Fn(f64, f64) -> f64>(
        &self,
        points: &[f64],
        functions: [F; N],
    ) -> [Curve; N] {
        functions.map(|f| self.averaged(points, f))
    }

    fn averaged(&self, points: &[f64], f: impl Fn(f64, f64) -> f64) -> Curve {
        let fraction = self.continuous_fraction();
        let atom_weight = 1.0 / self.dim as f64;
        let mut mean = Vec::with_capacity(points.len());
        let mut errors = Vec::with_capacity(points.len());
        let count = self.quadratures.len();
        for &x in points {
            let atoms: f64 = self
                .atoms
                .iter()
                .map(|atom| atom_weight * f(x, atom.value))
                .sum();
            let values: Vec<f64> = self
                .quadratures
                .iter()
                .map(|q| {
                    fraction
                        * q.nodes
                            .iter()
                            .zip(&q.weights)
                            .map(|(&node, w)| w * f(x, node))
                            .sum::<f64>()
                })
                .collect();
            let average = if count == 0 {
                0.0
            } else {
                values.iter().sum::<f64>() / count as f64
            };
            mean.push(atoms + average);
            if self.exact || count == 0 {
                errors.push(0.0);
            } else if count > 1 {
                let squares: f64 = values.iter().map(|value| (value - average).powi(2)).sum();
                errors.push((squares / (count - 1) as f64 / count as f64).sqrt());
            }
        }
        let known = self.exact || count != 1;
        Curve {
            points: points.to_vec(),
            mean,
            standard_error: known.then_some(errors),
        }
    }
}
