//! The distance between two spectra.

use crate::density::spectral_density::SpectralDensity;
use crate::error::spectral_error::SpectralError;

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
    let reason = format_args!("{order} is not a number from 1 on");
    SpectralError::require(order >= 1.0 && order.is_finite(), "order", reason)?;
    Ok(wasserstein(
        &Measure::new(a, "first spectrum")?,
        &Measure::new(b, "second spectrum")?,
        order,
    ))
}
