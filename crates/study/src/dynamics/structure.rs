//! Where A1, B1 and B2 lie to each other in one cell.

use hesscope_records::{Measure, Precision, Spectrum, Structure};
use hesscope_spectral::{SpectralError, noise_floor};

use crate::findings::median_above;
use crate::measure::ClassMeanSpectra;

/// The structure of a cell, from the exact spectra of A1 and B1, the spectrum of B2 in this precision, and the classes with
/// examples. None where a part has no eigenvalue but zero.
pub fn structure(
    exact: &ClassMeanSpectra,
    b2: &Spectrum,
    precision: Precision,
    classes: usize,
) -> Result<Option<Structure>, SpectralError> {
    let b1_median = median(&exact.b1);
    // The last of the C is nearly in the span of the others where the gradient vanishes.
    let least = classes
        .saturating_sub(2)
        .min(exact.a1.len().saturating_sub(1));
    let a1_least = exact.a1.get(least).copied();
    let (Some(b1_median), Some(a1_least), Some(b2_largest)) = (b1_median, a1_least, largest(b2))
    else {
        return Ok(None);
    };
    let floor = noise_floor(precision.epsilon(), b2_largest.value, b2.dimension);
    let b2_median = median_above(&b2.density, floor, b2_largest.value)?;
    Ok(Some(Structure {
        b1_count: exact.b1.len(),
        b1_median,
        b2_floor: floor,
        b1_over_b2: decades(b1_median, &b2_median),
        b2_median,
        a1_least,
        a1_over_b2: decades(a1_least, &b2_largest),
        b2_largest,
    }))
}

/// Of values that fall.
fn median(falling: &[f64]) -> Option<f64> {
    let count = falling.len();
    let upper = *falling.get(count.checked_sub(1)? / 2)?;
    Some(0.5 * (upper + falling[count / 2]))
}

/// The largest eigenvalue above zero within its residual.
fn largest(spectrum: &Spectrum) -> Option<Measure> {
    let top = &spectrum.top;
    top.values
        .iter()
        .zip(&top.residuals)
        .filter(|(value, _)| **value > 0.0)
        .max_by(|a, b| a.0.total_cmp(b.0))
        .map(|(&value, &residual)| Measure {
            value,
            lower: (value - residual).max(0.0),
            upper: Some(value + residual),
        })
}

/// `log10` of the ratio of a value to a measure; none where the measure may be zero or has no upper end.
fn decades(value: f64, over: &Measure) -> Option<Measure> {
    let to = |other: f64| (value / other).log10();
    let upper = over.upper.filter(|_| over.lower > 0.0)?;
    Some(Measure {
        value: to(over.value),
        lower: to(upper),
        upper: Some(to(over.lower)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decades_take_the_ends_against_each_other() {
        let over = Measure {
            value: 1.0,
            lower: 0.1,
            upper: Some(10.0),
        };
        let found = decades(100.0, &over).expect("a ratio");
        assert!((found.value - 2.0).abs() < 1e-12);
        assert!((found.lower - 1.0).abs() < 1e-12);
        assert!((found.upper.expect("an end") - 3.0).abs() < 1e-12);
        assert!(decades(1.0, &Measure { lower: 0.0, ..over }).is_none());
    }

    #[test]
    fn medians_of_falling_values() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0]), Some(3.0));
        assert_eq!(median(&[4.0, 2.0]), Some(3.0));
        assert_eq!(median(&[4.0, 3.0, 1.0]), Some(3.0));
    }
}
