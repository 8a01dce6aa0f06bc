//! How far an estimated spectral density is from the true one.

use serde::{Deserialize, Serialize};

use crate::density::grid::{SymmetricLogGrid, linear_grid};
use crate::density::kernel::KERNEL_REACH;
use crate::error::spectral_error::SpectralError;
use crate::numeric::quadrature::Quadrature;
use crate::operator::probes::{ProbeKind, Probes};

/// What the error of a density is measured by.
///
/// Both are integrals of the absolute difference of two curves, of densities or of cumulative ones, so both are at most
/// the sum of a sampling part and a truncation part.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorMeasure {
    /// The Wasserstein-1 distance over the width of the spectrum, `int |F_estimate - F_true| dx / (max - min)`, F the
    /// fraction of eigenvalues at most x: how far an eigenvalue stands from its place on average, as a fraction of the
    /// width; between 0 and 1. The width is that of the Ritz values, and F is averaged over each of 2048 cells across it,
    /// so that 1/2048 is counted as part of every error.
    Wasserstein,
    /// `int |phi_estimate - phi_true| dx` over `[lower, upper]` of the densities broadened by a Gaussian of standard
    /// deviation `width`: between 0 and 2, twice the fraction of eigenvalues out of place. By the trapezoidal rule on
    /// `points` points, which may be at most one `width` apart.
    Linear {
        /// Lower end of the axis.
        lower: f64,
        /// Upper end of the axis.
        upper: f64,
        /// Number of points.
        points: usize,
        /// Standard deviation of the Gaussians.
        width: f64,
    },
    /// The same on the axis of the symmetric logarithm s of a [`SymmetricLogGrid`], `width` in s.
    SymmetricLog {
        /// Scale at which the axis turns from linear to logarithmic.
        floor: f64,
        /// The axis is the image of `[-ceiling, ceiling]`.
        ceiling: f64,
        /// Number of points.
        points: usize,
        /// Standard deviation of the Gaussians, in s.
        width: f64,
    },
}

/// Cells of the cumulative density.
const CELLS: usize = 2048;

/// Level of the quantile that bounds the sampling error.
const LEVEL: f64 = 0.975;

/// Draws of the bootstrap.
const DRAWS: usize = 200;

/// Streams of the bootstrap, clear of probes' and restarts'.
const BOOTSTRAP_STREAM: u64 = 1 << 62;

/// A measure made ready for a spectrum: curves and the weights that integrate them.
pub(crate) struct Axis {
    points: Vec<f64>,
    /// Integration weight of each point.
    weights: Vec<f64>,
    kind: AxisKind,
}

enum AxisKind {
    Cumulative,
    Broadened {
        width: f64,
        grid: Option<SymmetricLogGrid>,
    },
}

impl ErrorMeasure {
    /// The axis, for a spectrum that lies in `[lower, upper]`; `None` where every error is zero.
    pub(crate) fn axis(self, (lower, upper): (f64, f64)) -> Result<Option<Axis>, SpectralError> {
        match self {
            Self::Wasserstein => {
                if lower >= upper {
                    return Ok(None);
                }
                Ok(Some(Axis {
                    points: linear_grid(lower, upper, CELLS + 1)?,
                    weights: vec![1.0 / CELLS as f64; CELLS],
                    kind: AxisKind::Cumulative,
                }))
            }
            Self::Linear {
                lower,
                upper,
                points,
                width,
            } => Axis::broadened(linear_grid(lower, upper, points)?, width, None).map(Some),
            Self::SymmetricLog {
                floor,
                ceiling,
                points,
                width,
            } => {
                let grid = SymmetricLogGrid::new(floor, ceiling, points)?;
                Axis::broadened(grid.points().to_vec(), width, Some(grid)).map(Some)
            }
        }
    }
}

impl Axis {
    fn broadened(
        points: Vec<f64>,
        width: f64,
        grid: Option<SymmetricLogGrid>,
    ) -> Result<Self, SpectralError> {
        let spacing = points[1] - points[0];
        if !(width >= spacing && width.is_finite()) {
            let reason =
                format!("{width} is less than the spacing {spacing} of the axis: take more points");
            return Err(SpectralError::option("width", reason));
        }
        let mut weights = vec![spacing; points.len()];
        weights[0] *= 0.5;
        weights[points.len() - 1] *= 0.5;
        Ok(Self {
            points,
            weights,
            kind: AxisKind::Broadened { width, grid },
        })
    }

    /// What laying the curve out on the axis may hide.
    pub(crate) fn resolution(&self) -> f64 {
        match self.kind {
            AxisKind::Cumulative => 1.0 / CELLS as f64,
            AxisKind::Broadened { .. } => 0.0,
        }
    }

    /// The curve of a quadrature.
    pub(crate) fn curve(&self, quadrature: &Quadrature) -> Vec<f64> {
        match &self.kind {
            AxisKind::Cumulative => self.cumulative(quadrature),
            AxisKind::Broadened { width, grid } => {
                let coordinate =
                    |node: f64| grid.as_ref().map_or(node, |grid| grid.coordinate(node));
                self.density(quadrature, *width, coordinate)
            }
        }
    }

    /// The mean of F over each cell.
    fn cumulative(&self, quadrature: &Quadrature) -> Vec<f64> {
        let (lower, upper) = (self.points[0], self.points[CELLS]);
        let mut curve = vec![0.0; CELLS];
        // Weight that is reached within a cell counts for the part of it that is left; the next cell has it in full.
        let mut carried = vec![0.0; CELLS + 1];
        for (&node, &weight) in quadrature.nodes.iter().zip(&quadrature.weights) {
            let place = ((node - lower) / (upper - lower)).clamp(0.0, 1.0) * CELLS as f64;
            let cell = (place as usize).min(CELLS - 1);
            curve[cell] += weight * (cell as f64 + 1.0 - place);
            carried[cell + 1] += weight;
        }
        let mut sum = 0.0;
        for (value, weight) in curve.iter_mut().zip(carried) {
            sum += weight;
            *value += sum;
        }
        curve
    }

    fn density(
        &self,
        quadrature: &Quadrature,
        width: f64,
        coordinate: impl Fn(f64) -> f64,
    ) -> Vec<f64> {
        let (first, spacing) = (self.points[0], self.points[1] - self.points[0]);
        let peak = 1.0 / (width * (2.0 * std::f64::consts::PI).sqrt());
        let mut curve = vec![0.0; self.points.len()];
        for (&node, &weight) in quadrature.nodes.iter().zip(&quadrature.weights) {
            let centre = coordinate(node);
            let start = ((centre - KERNEL_REACH * width - first) / spacing).max(0.0) as usize;
            let reached = self.points.iter().zip(&mut curve).skip(start);
            for (&x, value) in reached.take_while(|(x, _)| **x <= centre + KERNEL_REACH * width) {
                let t = (x - centre) / width;
                *value += weight * peak * (-0.5 * t * t).exp();
            }
        }
        curve
    }

    /// `int |f| dx`.
    fn integral(&self, curve: &[f64]) -> f64 {
        let terms = curve.iter().zip(&self.weights);
        terms.map(|(value, weight)| value.abs() * weight).sum()
    }

    /// The distance between the means of two sets of curves.
    pub(crate) fn distance(&self, ours: &[Vec<f64>], others: &[Vec<f64>]) -> f64 {
        let difference: Vec<f64> = mean(ours)
            .iter()
            .zip(mean(others))
            .map(|(a, b)| a - b)
            .collect();
        self.integral(&difference)
    }

    /// The distance of the mean of n curves from its expectation that is exceeded with probability 2.5%.
    ///
    /// By the multiplier bootstrap: the mean's error is taken to be the process `sum_k g_k (c_k - mean) / sqrt(n (n - 1))`
    /// with g independent standard normals (Gine & Zinn 1990; Chernozhukov, Chetverikov & Kato 2013), which has the sample
    /// covariance of the mean, times Student's factor `sqrt((n - 1) / chi^2_(n-1))` for its being a sample's, so that for
    /// a curve of one degree of freedom it is Student's t exactly. Infinite for one curve.
    pub(crate) fn sampling_error(&self, curves: &[Vec<f64>], seed: u64) -> f64 {
        let count = curves.len();
        if count < 2 {
            return f64::INFINITY;
        }
        let centre = mean(curves);
        let probes = Probes::new(ProbeKind::Gaussian, seed);
        let mut distances: Vec<f64> = (0..DRAWS)
            .map(|draw| {
                let normals = probes.host(2 * count - 1, BOOTSTRAP_STREAM + draw as u64);
                let (multipliers, rest) = normals.split_at(count);
                let chi_square: f64 = rest.iter().map(|z| z * z).sum();
                let total: f64 = multipliers.iter().sum();
                let mut process: Vec<f64> = centre.iter().map(|value| -total * value).collect();
                for (g, curve) in multipliers.iter().zip(curves) {
                    for (sum, value) in process.iter_mut().zip(curve) {
                        *sum += g * value;
                    }
                }
                self.integral(&process) / (count as f64 * chi_square).sqrt()
            })
            .collect();
        distances.sort_by(f64::total_cmp);
        distances[(LEVEL * DRAWS as f64) as usize]
    }
}

fn mean(curves: &[Vec<f64>]) -> Vec<f64> {
    let mut mean = vec![0.0; curves.first().map_or(0, Vec::len)];
    for curve in curves {
        for (sum, value) in mean.iter_mut().zip(curve) {
            *sum += value / curves.len() as f64;
        }
    }
    mean
}
