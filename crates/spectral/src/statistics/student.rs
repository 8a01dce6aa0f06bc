//! Student's t, by which a standard error from few values is widened.

use statrs::distribution::{ContinuousCDF, StudentsT};

use crate::error::spectral_error::SpectralError;

/// One-sided probability of lying within three standard deviations of a normal variable.
const WITHIN_THREE: f64 = 0.998_650_101_968_369_9;

/// The factor that makes three standard errors, estimated with so many degrees of freedom, hold what three standard
/// deviations of a normal variable do: a third of Student's quantile. It is 1.43 at 8, 1.17 at 16, 1.08 at 32.
pub(crate) fn widening(freedom: usize) -> Result<f64, SpectralError> {
    Ok(student(freedom)?.inverse_cdf(WITHIN_THREE) / 3.0)
}

/// How many standard errors, estimated with so many degrees of freedom, hold the truth with probability `level`.
pub(crate) fn two_sided_quantile(level: f64, freedom: usize) -> Result<f64, SpectralError> {
    Ok(student(freedom)?.inverse_cdf(0.5 + 0.5 * level))
}

fn student(freedom: usize) -> Result<StudentsT, SpectralError> {
    StudentsT::new(0.0, 1.0, freedom as f64)
        .map_err(|error| SpectralError::option("probes", format!("too few for an error ({error})")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::unwrap_used)]
    fn factors_are_those_of_the_tables() {
        // A third of the quantile at 0.99865.
        for (freedom, quantile) in [
            (1, 235.78),
            (2, 19.206),
            (8, 4.277),
            (30, 3.270),
            (100, 3.078),
        ] {
            let found = 3.0 * widening(freedom).unwrap();
            assert!((found / quantile - 1.0).abs() < 1e-3, "{freedom}: {found}");
        }
        assert!((widening(1_000_000).unwrap() - 1.0).abs() < 1e-4);
    }
}
