//! Distances between spectra.

use serde::{Deserialize, Serialize};

use crate::bands::bounds::Bounds;
use crate::density::spectral_density::SpectralDensity;
use crate::error::spectral_error::SpectralError;
use crate::statistics::bounded::{Bounded, check_level, check_replicates, quantile};

/// A discrete probability measure, ascending.
#[derive(Clone, Debug, PartialEq)]
struct Measure(Vec<(f64, f64)>);

impl Measure {
    /// The mean over probes with the atoms; weights add up to 1.
    fn new(density: &SpectralDensity, what: &'static str) -> Result<Self, SpectralError> {
        let mut points: Vec<(f64, f64)> = density.weighted_values().collect();
        let total: f64 = points.iter().map(|point| point.1).sum();
        let sound = |&(value, weight): &(f64, f64)| value.is_finite() && weight >= 0.0;
        SpectralError::require(
            total > 0.0 && total.is_finite() && points.iter().all(sound),
            what,
            "holds no spectrum: it needs finite values with weights that are not all zero",
        )?;
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        points.iter_mut().for_each(|point| point.1 /= total);
        Ok(Self(points))
    }
}

/// `integral_0^1 |Q_a(t) - Q_b(t)|^order dt` to the power `1/order`, Q the quantile functions.
fn wasserstein(a: &Measure, b: &Measure, order: f64) -> f64 {
    let (a, b) = (&a.0, &b.0);
    let (mut i, mut j) = (0, 0);
    let (mut left_a, mut left_b) = (a[0].1, b[0].1);
    let mut sum = 0.0;
    // Mass goes from each value to the other's value of the same quantile.
    while i < a.len() && j < b.len() {
        let moved = left_a.min(left_b);
        sum += moved * (a[i].0 - b[j].0).abs().powf(order);
        left_a -= moved;
        left_b -= moved;
        if left_a <= 0.0 {
            i += 1;
            left_a = a.get(i).map_or(0.0, |point| point.1);
        }
        if left_b <= 0.0 {
            j += 1;
            left_b = b.get(j).map_or(0.0, |point| point.1);
        }
    }
    sum.powf(1.0 / order)
}

/// `sup |F_a - F_b|`.
fn kolmogorov(a: &Measure, b: &Measure) -> f64 {
    let (a, b) = (&a.0, &b.0);
    let (mut i, mut j) = (0, 0);
    let (mut difference, mut largest) = (0.0_f64, 0.0_f64);
    while i < a.len() || j < b.len() {
        let value = match (a.get(i), b.get(j)) {
            (Some(x), Some(y)) => x.0.min(y.0),
            (Some(x), None) | (None, Some(x)) => x.0,
            (None, None) => break,
        };
        while i < a.len() && a[i].0 == value {
            difference += a[i].1;
            i += 1;
        }
        while j < b.len() && b[j].0 == value {
            difference -= b[j].1;
            j += 1;
        }
        largest = largest.max(difference.abs());
    }
    largest
}

/// The Wasserstein distance of this order (at least 1) between two spectra, in the unit of the eigenvalues.
///
/// Each is the probability measure `(1/p) sum delta(x - lambda_i)`, by quadratures and atoms where it is an estimate. On
/// the line it is the distance of the quantile functions in L^order (Villani 2003, section 2.2); order 1 is the area
/// between the cumulative distributions.
pub fn wasserstein_distance(
    a: &SpectralDensity,
    b: &SpectralDensity,
    order: f64,
) -> Result<f64, SpectralError> {
    check_order(order)?;
    Ok(wasserstein(
        &Measure::new(a, "first spectrum")?,
        &Measure::new(b, "second spectrum")?,
        order,
    ))
}

fn check_order(order: f64) -> Result<(), SpectralError> {
    let reason = format_args!("{order} is not a number from 1 on");
    SpectralError::require(order >= 1.0 && order.is_finite(), "order", reason)
}

/// The Kolmogorov distance `sup |F_a - F_b|` between two spectra, between 0 and 1.
///
/// Eigenvalues that ought to agree but differ by rounding count in full.
pub fn kolmogorov_distance(a: &SpectralDensity, b: &SpectralDensity) -> Result<f64, SpectralError> {
    Ok(kolmogorov(
        &Measure::new(a, "first spectrum")?,
        &Measure::new(b, "second spectrum")?,
    ))
}

/// A distance between two spectra, at least one of them estimated, with what is uncertain about it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Distance {
    /// The distance, with a confidence interval over probes.
    pub distance: Bounded,
    /// What a finite number of Lanczos steps can add to the interval at each end, where a bound is known: the Wasserstein
    /// distance over which nodes may stand for their mass.
    pub steps: Option<f64>,
}

/// Options of [`wasserstein_interval`] and [`kolmogorov_interval`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DistanceOptions {
    /// Confidence level, between 0 and 1.
    pub level: f64,
    /// Bootstrap replicates.
    pub replicates: usize,
    /// Seed of the replicates.
    pub seed: u64,
}

impl Default for DistanceOptions {
    fn default() -> Self {
        Self {
            level: 0.95,
            replicates: 400,
            seed: 0,
        }
    }
}

/// [`wasserstein_distance`] with a confidence interval.
///
/// The distance d of the estimates differs from that of the truths by at most the estimates' own distances to them
/// (triangle inequality), whose quantile q is that of the [`replicates`](SpectralDensity::replicate) to the estimate: the
/// interval is `[d - q_a - q_b, d + q_a + q_b]`. It does not take the sample of replicates' distances to the other side,
/// since every resampling moves a spectrum away from where it is close.
pub fn wasserstein_interval(
    a: &SpectralDensity,
    b: &SpectralDensity,
    order: f64,
    options: &DistanceOptions,
) -> Result<Distance, SpectralError> {
    check_order(order)?;
    let distance = |x: &Measure, y: &Measure| wasserstein(x, y, order);
    let steps = transport(a, order)? + transport(b, order)?;
    Ok(Distance {
        distance: interval(a, b, distance, options)?,
        steps: Some(steps),
    })
}

/// [`kolmogorov_distance`] with a confidence interval over probes, as in [`wasserstein_interval`].
///
/// For the number of steps no useful bound holds, since a node moved a little may move all its mass past a point.
pub fn kolmogorov_interval(
    a: &SpectralDensity,
    b: &SpectralDensity,
    options: &DistanceOptions,
) -> Result<Distance, SpectralError> {
    Ok(Distance {
        distance: interval(a, b, kolmogorov, options)?,
        steps: None,
    })
}

fn interval(
    a: &SpectralDensity,
    b: &SpectralDensity,
    distance: impl Fn(&Measure, &Measure) -> f64,
    options: &DistanceOptions,
) -> Result<Bounded, SpectralError> {
    check_level(options.level)?;
    check_replicates(options.replicates)?;
    let measures = [
        Measure::new(a, "first spectrum")?,
        Measure::new(b, "second spectrum")?,
    ];
    let value = distance(&measures[0], &measures[1]);
    let mut radius = 0.0;
    for (side, (density, measure)) in [a, b].into_iter().zip(&measures).enumerate() {
        if density.exact {
            continue;
        }
        // Each side draws its own replicates.
        let first = (side * options.replicates) as u64;
        let distances = (first..first + options.replicates as u64)
            .map(|index| {
                let replicate = Measure::new(&density.replicate(options.seed, index), "replicate")?;
                Ok(distance(&replicate, measure))
            })
            .collect::<Result<Vec<f64>, SpectralError>>()?;
        radius += quantile(distances, options.level);
    }
    Ok(Bounded {
        mean: value,
        lower: (value - radius).max(0.0),
        upper: value + radius,
        level: options.level,
    })
}

/// The Wasserstein distance within which a density's quadratures and atoms stand for the probes' measures.
fn transport(density: &SpectralDensity, order: f64) -> Result<f64, SpectralError> {
    let atoms: f64 = density
        .atoms
        .iter()
        .map(|atom| atom.residual.powf(order))
        .sum();
    let moved = Bounds::new(density, false)?.displacement(order);
    let total = atoms / density.dim.max(1) as f64 + density.continuous_fraction() * moved;
    Ok(total.powf(1.0 / order))
}
