//! Shares of a spectrum with all that is not known of them.

use hesscope_spectral::{Bounded, SpectralDensity, SpectralError};

use crate::text::numbers::percent_of;

/// Confidence level of every interval.
const LEVEL: f64 = 0.95;
/// A wider interval says too little, in percentage points.
pub(crate) const WIDEST: f64 = 25.0;
/// Nor does one that begins at none and ends above this, in percent.
pub(crate) const MOST_FROM_NONE: f64 = 5.0;
/// What is printed as 0 %, as a fraction.
const NONE: f64 = 5e-5;

/// The fraction of eigenvalues in an interval: between these with 95 % confidence, by the probes' sampling error and by what
/// the Lanczos steps leave open.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Share {
    pub(crate) bounds: Bounded,
}

impl Share {
    /// That of the eigenvalues from `lower` to `upper`, both ends included. Where the operator is known to have none below
    /// zero, what is measured there is rounding of what is at zero.
    pub(crate) fn of(
        density: &SpectralDensity,
        psd: bool,
        lower: f64,
        upper: f64,
    ) -> Result<Self, SpectralError> {
        let lower = if psd && lower <= 0.0 {
            f64::NEG_INFINITY
        } else {
            lower
        };
        let Bounded {
            mean,
            lower,
            upper: most,
            level,
        } = density.count_in(lower, upper, LEVEL)?.count;
        let factor = if psd && upper < 0.0 {
            0.0
        } else {
            1.0 / density.dim as f64
        };
        Ok(Self {
            bounds: Bounded {
                mean: factor * mean,
                lower: factor * lower,
                upper: factor * most,
                level,
            },
        })
    }

    /// Whether the interval says enough to be called a share.
    pub(crate) fn is_resolved(self) -> bool {
        let Bounded { lower, upper, .. } = self.bounds;
        let from_none = lower < NONE && 100.0 * upper > MOST_FROM_NONE;
        100.0 * (upper - lower) <= WIDEST && !from_none
    }

    /// `36 to 44 %`, the ends rounded outwards; `33.3 %` where there is nothing between them.
    pub(crate) fn range(self) -> String {
        let [lower, upper] = [self.bounds.lower, self.bounds.upper].map(|end| 100.0 * end);
        let width = upper - lower;
        if width < 1e-6 {
            return percent_of(self.bounds.mean);
        }
        // Four units of the last place at least, but for widths below what a reader would compare.
        let decimals = (4.0 / width).log10().ceil().clamp(0.0, 4.0) as usize;
        let unit = 10f64.powi(decimals as i32);
        let lower = ((lower * unit + 1e-6).floor() / unit).max(0.0);
        let upper = ((upper * unit - 1e-6).ceil() / unit).min(100.0);
        let end = |end: f64| match end {
            0.0 | 100.0 => format!("{end:.0}"),
            _ => format!("{end:.decimals$}"),
        };
        format!("{} to {} %", end(lower), end(upper))
    }

    /// `36 to 44 %`, `unresolved (0 to 61 %)`.
    pub(crate) fn words(self) -> String {
        if self.is_resolved() {
            self.range()
        } else {
            format!("unresolved ({})", self.range())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(lower: f64, upper: f64) -> Share {
        Share {
            bounds: Bounded {
                mean: 0.5 * (lower + upper),
                lower,
                upper,
                level: LEVEL,
            },
        }
    }

    #[test]
    fn an_interval_is_printed_whole_and_a_wide_one_is_no_share() {
        assert_eq!(share(0.361, 0.438).words(), "36 to 44 %");
        assert_eq!(share(0.6502, 0.6571).words(), "65.0 to 65.8 %");
        assert_eq!(share(0.348, 0.348).words(), "34.8 %");
        assert_eq!(share(0.0, 0.61).words(), "unresolved (0 to 61 %)");
        assert_eq!(share(0.12, 0.38).words(), "unresolved (12 to 38 %)");
        assert_eq!(share(0.0, 0.07).words(), "unresolved (0 to 7 %)");
        assert_eq!(share(0.0, 0.031).words(), "0 to 3.1 %");
        assert_eq!(share(0.9977, 1.0).words(), "99.77 to 100 %");
        assert_eq!(share(0.0, 0.0).words(), "0 %");
    }

    #[test]
    fn what_is_printed_holds_the_interval() {
        let mut width = 1e-7;
        while width < 1.0 {
            for i in 0..50 {
                let lower = 0.02 * f64::from(i) * (1.0 - width);
                let words = share(lower, lower + width).range();
                let words = words.trim_end_matches(" %");
                let ends: Vec<f64> = words.split(" to ").flat_map(str::parse).collect();
                assert!(100.0 * lower >= ends[0] - 1e-4, "{words} of {lower}");
                let upper = ends[ends.len() - 1];
                assert!(100.0 * (lower + width) <= upper + 1e-4, "{words}");
            }
            width *= 1.7;
        }
    }

    #[test]
    fn an_operator_without_negative_eigenvalues_has_none_measured() -> Result<(), SpectralError> {
        let density = SpectralDensity::from_eigenvalues(vec![-1e-9, 1e-9, 0.5, 2.0]);
        let of = |lower, upper| Share::of(&density, true, lower, upper).map(Share::words);
        assert_eq!(of(f64::NEG_INFINITY, -1e-10)?, "0 %");
        assert_eq!(of(-1e-6, 1e-6)?, "50.0 %");
        assert_eq!(of(1e-6, f64::INFINITY)?, "50.0 %");
        Ok(())
    }
}
