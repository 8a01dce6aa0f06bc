//! A spectral density known through quadratures, and what can be computed from it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::density::grid::LogGrid;
use crate::density::kernel::{check_width, gaussian};
use crate::error::spectral_error::SpectralError;
use crate::numeric::quadrature::Quadrature;
use crate::statistics::estimate::Estimate;

/// An eigenvalue known by itself, taken out of what the probes see. Its weight is 1/p.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Atom {
    /// The eigenvalue.
    pub value: f64,
    /// Residual norm `||A q - value q||` of the pair: an eigenvalue lies within it.
    pub residual: f64,
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
/// Each curve integrates to its side's share, but for what broadening carries past the grid's ends or the grid leaves out
/// above its ceiling. Shares with their errors are [`SpectralDensity::share_in`]'s.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogDensity {
    /// Density per unit of `log10 lambda` of the eigenvalues at or above the floor.
    pub positive: Curve,
    /// Density per unit of `log10 |lambda|` of the eigenvalues at or below minus the floor.
    pub negative: Curve,
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
        let mut values: Vec<f64> = self.values().collect();
        values.sort_by(f64::total_cmp);
        Some(values)
    }

    /// The atoms' values and all nodes.
    pub(crate) fn values(&self) -> impl Iterator<Item = f64> {
        let nodes = self.quadratures.iter().flat_map(|q| &q.nodes).copied();
        self.atoms.iter().map(|atom| atom.value).chain(nodes)
    }

    /// The values of the atoms and of all nodes with their weights, which sum to 1.
    pub(crate) fn weighted_values(&self) -> impl Iterator<Item = (f64, f64)> {
        let (atom, probes) = (1.0 / self.dim as f64, self.quadratures.len() as f64);
        let fraction = self.continuous_fraction();
        let nodes = self.quadratures.iter().flat_map(Quadrature::pairs);
        let atoms = self.atoms.iter().map(move |a| (a.value, atom));
        atoms.chain(nodes.map(move |(node, weight)| (node, fraction * weight / probes)))
    }

    /// Fraction `(p - k)/p` of the spectrum that the quadratures stand for.
    pub fn continuous_fraction(&self) -> f64 {
        if self.dim == 0 {
            0.0
        } else {
            self.dim.saturating_sub(self.atoms.len()) as f64 / self.dim as f64
        }
    }

    /// `tr f(A) / p` of a smooth function: exact for each probe where f is a polynomial of degree below twice the steps, and
    /// as good as f is such a polynomial otherwise. The standard error is that over the probes alone.
    ///
    /// Not for functions that jump, whose error by too few steps may be many times that: [`share_in`](Self::share_in) and
    /// [`energy_in`](Self::energy_in) bound those of intervals.
    pub fn smooth_average(&self, f: impl Fn(f64) -> f64) -> Estimate {
        let curve = self.averaged(&[0.0], |_, lambda| f(lambda));
        Estimate {
            mean: curve.mean[0],
            standard_error: curve.standard_error.map(|error| error[0]),
        }
    }

    /// The moments `tr A^k / p` for k = 1 ... `order`.
    pub fn moments(&self, order: u32) -> Vec<Estimate> {
        (1..=order)
            .map(|k| self.smooth_average(|lambda| lambda.powi(k as i32)))
            .collect()
    }

    /// The density at each point, every eigenvalue broadened to a Gaussian of standard deviation `width`.
    pub fn density(&self, points: &[f64], width: f64) -> Result<Curve, SpectralError> {
        check_width(width)?;
        Ok(self.averaged(points, |x, lambda| gaussian(x - lambda, width)))
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
        Ok(LogDensity {
            positive: self.averaged(grid.points(), side(1.0)),
            negative: self.averaged(grid.points(), side(-1.0)),
        })
    }

    /// The average of a function over the spectrum, at each point.
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
                .map(|q| fraction * q.sum(|node| f(x, node)))
                .collect();
            if count == 0 {
                mean.push(atoms);
                errors.push(0.0);
                continue;
            }
            let average = Estimate::of(&values);
            mean.push(atoms + average.mean);
            if self.exact {
                errors.push(0.0);
            } else {
                errors.extend(average.standard_error);
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
