//! Grids on which densities are drawn.

use serde::{Deserialize, Serialize};

use crate::error::spectral_error::SpectralError;

/// `points` equally spaced values from `lower` to `upper`, both included.
pub fn linear_grid(lower: f64, upper: f64, points: usize) -> Result<Vec<f64>, SpectralError> {
    check_interval("grid", lower, upper)?;
    SpectralError::require(points >= 2, "grid", "needs at least two points")?;
    let last = (points - 1) as f64;
    Ok((0..points)
        .map(|i| {
            let t = i as f64 / last;
            // Both ends come out exactly.
            lower * (1.0 - t) + upper * t
        })
        .collect())
}

/// Ends of an interval have to be finite and apart.
pub(crate) fn check_interval(
    option: &'static str,
    lower: f64,
    upper: f64,
) -> Result<(), SpectralError> {
    let reason = format_args!("[{lower}, {upper}] is not an interval");
    let holds = lower.is_finite() && upper.is_finite() && lower < upper;
    SpectralError::require(holds, option, reason)
}

fn check_log(floor: f64, ceiling: f64) -> Result<(), SpectralError> {
    let reason = format_args!("0 < {floor} < {ceiling} must hold");
    let holds = floor > 0.0 && floor < ceiling && ceiling.is_finite();
    SpectralError::require(holds, "grid", reason)
}

/// A grid in `u = log10 |lambda|`, used for the positive and the negative side alike.
///
/// What lies below the floor, `|lambda| < floor`, is on neither side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogGrid {
    floor: f64,
    points: Vec<f64>,
}

impl LogGrid {
    /// `points` values of u equally spaced from `log10(floor)` to `log10(ceiling)`.
    pub fn new(floor: f64, ceiling: f64, points: usize) -> Result<Self, SpectralError> {
        check_log(floor, ceiling)?;
        Ok(Self {
            floor,
            points: linear_grid(floor.log10(), ceiling.log10(), points)?,
        })
    }

    /// The least |lambda| that is on a side.
    pub fn floor(&self) -> f64 {
        self.floor
    }

    /// The values of u.
    pub fn points(&self) -> &[f64] {
        &self.points
    }

    /// The moduli |lambda| = 10^u.
    pub fn moduli(&self) -> Vec<f64> {
        self.points.iter().map(|&u| 10.0_f64.powf(u)).collect()
    }
}

/// A grid in the symmetric logarithm `s = sign(lambda) log10(1 + |lambda| / floor)`, which is linear about zero and
/// logarithmic beyond the floor, so that the whole spectrum is one curve.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SymmetricLogGrid {
    floor: f64,
    points: Vec<f64>,
}

impl SymmetricLogGrid {
    /// `points` values of s equally spaced over the image of `[-ceiling, ceiling]`.
    pub fn new(floor: f64, ceiling: f64, points: usize) -> Result<Self, SpectralError> {
        check_log(floor, ceiling)?;
        let end = symmetric_log(ceiling, floor);
        Ok(Self {
            floor,
            points: linear_grid(-end, end, points)?,
        })
    }

    /// The scale at which the coordinate turns from linear to logarithmic.
    pub fn floor(&self) -> f64 {
        self.floor
    }

    /// The values of s.
    pub fn points(&self) -> &[f64] {
        &self.points
    }

    /// The coordinate s of an eigenvalue.
    pub fn coordinate(&self, lambda: f64) -> f64 {
        symmetric_log(lambda, self.floor)
    }

    /// The eigenvalues at the grid's points.
    pub fn eigenvalues(&self) -> Vec<f64> {
        self.points
            .iter()
            .map(|&s| s.signum() * self.floor * (s.abs() * std::f64::consts::LN_10).exp_m1())
            .collect()
    }
}

pub(crate) fn symmetric_log(lambda: f64, floor: f64) -> f64 {
    lambda.signum() * (lambda.abs() / floor).ln_1p() / std::f64::consts::LN_10
}
