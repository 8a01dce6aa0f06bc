//! The Gaussian that eigenvalues are broadened to.

use crate::density::grid::check_interval;
use crate::error::spectral_error::SpectralError;

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
    let reason = format_args!("{width} is not a positive number");
    SpectralError::require(width > 0.0 && width.is_finite(), "width", reason)
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
    check_interval("range", lower, upper)?;
    SpectralError::require(steps >= 2, "steps", "must be at least 2")?;
    SpectralError::require(
        kappa > 1.0 && kappa.is_finite(),
        "kappa",
        format_args!("{kappa} is not above 1"),
    )?;
    Ok((upper - lower) / (steps - 1) as f64 / (8.0 * kappa.ln()).sqrt())
}
