//! The eigenvalues that laws are fitted to, cut out of a spectral density.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::window::Window;
use crate::density::spectral_density::SpectralDensity;
use crate::error::spectral_error::SpectralError;

/// Which side of zero is analysed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Positive eigenvalues.
    #[default]
    Positive,
    /// Negative ones, by their moduli.
    Negative,
    /// Both, with their signs.
    Both,
}

/// What is left out before laws are fitted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Region {
    /// The side.
    pub side: Side,
    /// Eigenvalues of a lesser modulus are left out; zero leaves out exact zeros only, and those only from one side.
    pub floor: f64,
    /// Eigenvalues above it are outliers; `None` for no such threshold.
    pub above: Option<f64>,
    /// Eigenvalues below it are outliers; `None` for no such threshold.
    pub below: Option<f64>,
    /// Leaves out the atoms, and with them what is above the least positive and below the greatest negative one, so that
    /// laws are conditioned on a window that has nothing missing.
    pub without_atoms: bool,
}

/// What was left out: fractions of the whole spectrum, and numbers of eigenvalues (p times the fraction).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Excluded {
    /// Fraction with a modulus below the floor, and exact zeros.
    pub near_zero: f64,
    /// Their number.
    pub near_zero_count: f64,
    /// Fraction on the other side.
    pub other_side: f64,
    /// Their number.
    pub other_side_count: f64,
    /// Fraction beyond the window at either end.
    pub outliers: f64,
    /// Their number.
    pub outliers_count: f64,
}

/// What a sample is, for a report.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SampleSummary {
    /// The side.
    pub side: Side,
    /// The window; of the negative side it is that of the moduli.
    pub window: Window,
    /// Least value in it.
    pub least: f64,
    /// Greatest value in it.
    pub greatest: f64,
    /// Fraction of the whole spectrum in the window.
    pub mass: f64,
    /// Number of eigenvalues it stands for, p times that fraction.
    pub eigenvalues: f64,
    /// Whether they are known one by one.
    pub exact: bool,
    /// Number of probes; zero where exact.
    pub probes: usize,
    /// Values in the window: eigenvalues, or nodes of all probes together.
    pub values: usize,
    /// The size N that enters every test, see [`Sample::size`].
    pub size: f64,
    /// What was left out.
    pub excluded: Excluded,
}

/// One value with its weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    pub x: f64,
    pub weight: f64,
    pub probe: usize,
}

/// A weighted sample of eigenvalues: ascending values, weights that sum to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    pub(super) points: Vec<Point>,
    pub(super) probes: usize,
    /// Eigenvalues that it stands for.
    pub(super) eigenvalues: f64,
    pub(super) window: Window,
    side: Side,
    mass: f64,
    exact: bool,
    excluded: Excluded,
}

/// Fewest values that a sample may have.
const LEAST_VALUES: usize = 10;

impl Sample {
    /// Cuts the region out of a density.
    ///
    /// Fails where the region's numbers make no interval, or where fewer than ten values are left.
    pub fn new(density: &SpectralDensity, region: &Region) -> Result<Self, SpectralError> {
        let window = window(density, region)?;
        let mut excluded = Excluded::default();
        let mut points = Vec::new();
        let probes = density.quadratures.len().max(1);
        let fraction = density.continuous_fraction() / probes as f64;
        let sign = if region.side == Side::Negative {
            -1.0
        } else {
            1.0
        };
        let [start, upper] = [window.start(), window.upper.unwrap_or(f64::INFINITY)];
        let mut sort = |value: f64, weight: f64, probe: usize, atom: bool| {
            let x = sign * value;
            SpectralError::require(
                value.is_finite(),
                "density",
                format_args!("the eigenvalue {value} is not finite; estimate the density anew"),
            )?;
            if atom && region.without_atoms {
                excluded.outliers += weight;
            } else if x.abs() < window.floor || (x == 0.0 && region.side != Side::Both) {
                excluded.near_zero += weight;
            } else if x < 0.0 && region.side != Side::Both {
                excluded.other_side += weight;
            } else if x < start || x > upper {
                excluded.outliers += weight;
            } else {
                points.push(Point { x, weight, probe });
            }
            Ok::<(), SpectralError>(())
        };
        for (probe, quadrature) in density.quadratures.iter().enumerate() {
            for (&node, &weight) in quadrature.nodes.iter().zip(&quadrature.weights) {
                sort(node, weight * fraction, probe, false)?;
            }
        }
        for atom in &density.atoms {
            let weight = 1.0 / density.dim as f64;
            if density.exact {
                sort(atom.value, weight, 0, true)?;
            } else {
                // Every probe knows it, so that it adds nothing to their spread.
                for probe in 0..probes {
                    sort(atom.value, weight / probes as f64, probe, true)?;
                }
            }
        }
        points.retain(|point| point.weight > 0.0);
        SpectralError::require(
            points.len() >= LEAST_VALUES,
            "region",
            format_args!(
                "it holds {} values of the spectrum, and laws need at least {LEAST_VALUES}; lower the floor or move the \
                     thresholds",
                points.len()
            ),
        )?;
        let dim = density.dim as f64;
        excluded.near_zero_count = dim * excluded.near_zero;
        excluded.other_side_count = dim * excluded.other_side;
        excluded.outliers_count = dim * excluded.outliers;
        points.sort_by(|a, b| a.x.total_cmp(&b.x));
        let mass: f64 = points.iter().map(|point| point.weight).sum();
        points.iter_mut().for_each(|point| point.weight /= mass);
        Ok(Self {
            points,
            probes: if density.exact { 0 } else { probes },
            eigenvalues: mass * dim,
            window,
            side: region.side,
            mass,
            exact: density.exact,
            excluded,
        })
    }

    /// The size N that tests count with: how many independent values the sample is taken to be.
    ///
    /// For an exact spectrum it is the number of eigenvalues in the window. A quadrature stands for as many, but tells less:
    /// N is `1 / sum w^2` over the nodes of all probes (Kish 1965), at most the number of eigenvalues, so that nothing is
    /// credited with more values than it has nodes. The spread between probes is added to every variance on top.
    pub fn size(&self) -> f64 {
        size(&self.points, self.eigenvalues)
    }

    /// The part at or above a value, with the window that goes with it.
    pub(super) fn tail(&self, xmin: f64) -> Self {
        let first = self.points.partition_point(|point| point.x < xmin);
        let mut points = self.points[first..].to_vec();
        let mass: f64 = points.iter().map(|point| point.weight).sum();
        points.iter_mut().for_each(|point| point.weight /= mass);
        Self {
            points,
            eigenvalues: self.eigenvalues * mass,
            mass: self.mass * mass,
            window: Window {
                lower: Some(xmin),
                ..self.window
            },
            ..self.clone()
        }
    }

    pub(super) fn least(&self) -> f64 {
        self.points.first().map_or(0.0, |point| point.x)
    }

    pub(super) fn greatest(&self) -> f64 {
        self.points.last().map_or(0.0, |point| point.x)
    }

    /// The weighted mean of a function.
    pub(super) fn mean(&self, f: impl Fn(f64) -> f64) -> f64 {
        self.points
            .iter()
            .map(|point| point.weight * f(point.x))
            .sum()
    }

    /// The weighted mean of one number a value.
    pub(super) fn mean_of(&self, values: &[f64]) -> f64 {
        let pairs = self.points.iter().zip(values);
        pairs.map(|(point, v)| point.weight * v).sum()
    }

    /// Variance of the mean of one number a value: that of N independent values, and between the probes' means.
    pub(super) fn variance_of_mean(&self, values: &[f64]) -> f64 {
        let pairs = || self.points.iter().zip(values);
        let mean = self.mean_of(values);
        let spread: f64 = pairs()
            .map(|(point, v)| point.weight * (v - mean) * (v - mean))
            .sum();
        let within = spread / self.size();
        if self.probes < 2 {
            return within;
        }
        // A probe's share of the window varies too: with k probes each has about 1/k of the weight, and the deviation of
        // a ratio is that of its numerator about the mean.
        let mut deviations = vec![0.0; self.probes];
        for (point, v) in pairs() {
            deviations[point.probe] += point.weight * (v - mean);
        }
        let k = self.probes as f64;
        within + deviations.iter().map(|d| d * d).sum::<f64>() * k / (k - 1.0)
    }

    /// What the sample is.
    pub fn summary(&self) -> SampleSummary {
        SampleSummary {
            side: self.side,
            window: self.window,
            least: self.least(),
            greatest: self.greatest(),
            mass: self.mass,
            eigenvalues: self.eigenvalues,
            exact: self.exact,
            probes: self.probes,
            values: self.points.len(),
            size: self.size(),
            excluded: self.excluded,
        }
    }

    /// Fraction of zeros among zeros and the window's values.
    pub(super) fn zero_fraction(&self) -> f64 {
        let zeros = self.excluded.near_zero;
        zeros / (zeros + self.mass)
    }
}

pub(super) fn size(points: &[Point], eigenvalues: f64) -> f64 {
    let (mut sum, mut squares) = (0.0, 0.0);
    for point in points {
        sum += point.weight;
        squares += point.weight * point.weight;
    }
    (sum * sum / squares).min(eigenvalues)
}

/// The window of a region, that of the moduli for the negative side.
fn window(density: &SpectralDensity, region: &Region) -> Result<Window, SpectralError> {
    SpectralError::require(
        region.floor >= 0.0 && region.floor.is_finite(),
        "region",
        format_args!("the floor {} is not a number from zero on", region.floor),
    )?;
    let (mut below, mut above) = (region.below, region.above);
    SpectralError::require(
        ![below, above].iter().flatten().any(|x| x.is_nan()),
        "region",
        "a threshold is not a number",
    )?;
    below = below.filter(|x| x.is_finite());
    above = above.filter(|x| x.is_finite());
    if region.without_atoms {
        for atom in &density.atoms {
            if atom.value > 0.0 {
                above = Some(above.map_or(atom.value, |x| x.min(atom.value)));
            } else {
                below = Some(below.map_or(atom.value, |x| x.max(atom.value)));
            }
        }
    }
    let (lower, upper) = match region.side {
        Side::Positive => (Some(below.map_or(0.0, |x| x.max(0.0))), above),
        Side::Negative => (
            Some(above.map_or(0.0, |x| (-x).max(0.0))),
            below.map(|x| -x),
        ),
        Side::Both => (below, above),
    };
    let window = Window {
        lower,
        upper,
        floor: region.floor,
    };
    SpectralError::require(
        window.start() < upper.unwrap_or(f64::INFINITY),
        "region",
        format_args!(
            "between {} and {} there is no eigenvalue of a modulus from {} on; lower the floor or move the thresholds",
            window.start(),
            upper.unwrap_or(f64::INFINITY),
            region.floor
        ),
    )?;
    Ok(window)
}
