//! The tail of the normal law.

use statrs::function::erf::erfc;

/// From here on the asymptotic series is good to 1e-11.
const FAR: f64 = 25.0;

/// `ln P(Z > z)` for a standard normal Z.
pub(super) fn ln_normal_survival(z: f64) -> f64 {
    if z > FAR {
        // Abramowitz & Stegun 26.2.12
        let r = 1.0 / (z * z);
        let series = 1.0 - r * (1.0 - 3.0 * r * (1.0 - 5.0 * r * (1.0 - 7.0 * r)));
        -0.5 * z * z - (z * (2.0 * std::f64::consts::PI).sqrt()).ln() + series.ln()
    } else if z > -1.0 {
        (0.5 * erfc(z * std::f64::consts::FRAC_1_SQRT_2)).ln()
    } else {
        (-0.5 * erfc(-z * std::f64::consts::FRAC_1_SQRT_2)).ln_1p()
    }
}

/// `P(|Z| > z)`.
pub(super) fn two_sided(z: f64) -> f64 {
    erfc(z.abs() * std::f64::consts::FRAC_1_SQRT_2)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against `scipy.stats.norm.logsf` of SciPy 1.17.1.
    #[test]
    fn tail_is_scipys() {
        for (z, expected) in SCIPY_LOGSF {
            let found = ln_normal_survival(z);
            assert!(
                (found - expected).abs() <= 1e-10 * expected.abs() + 1e-300,
                "{z}: {found} for {expected}"
            );
        }
    }

    const SCIPY_LOGSF: [(f64, f64); 8] = [
        (-10.0, -7.61985302416047e-24),
        (-0.5, -0.36894641528865635),
        (0.0, -std::f64::consts::LN_2),
        (1.0, -1.8410216450092634),
        (5.0, -15.064998393988727),
        (24.0, -292.09872100320786),
        (26.0, -342.17850892992794),
        (100.0, -5005.524208694205),
    ];
}
