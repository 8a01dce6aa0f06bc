//! Where A1, B1 and B2 lie to each other in one cell.

use hesscope_records::{Measure, Precision, Spectrum, Structure};
use hesscope_spectral::{SpectralDensity, SpectralError, noise_floor};

use crate::findings::bounds::LEVEL;
use crate::measure::ClassMeanSpectra;

/// Halvings of the decades that the median is sought over: to 1e-4 of them.
const HALVINGS: usize = 14;

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

/// The median of the eigenvalues from the floor on. With N(x) the number at or above x, it is where N is half of what it is
/// at the floor; the lower end is the largest x at which N surely is no less than that, the upper the least at which it
/// surely is no more, by the 95% intervals of the numbers, of probes and steps.
fn median_above(
    density: &SpectralDensity,
    floor: f64,
    largest: f64,
) -> Result<Measure, SpectralError> {
    let above = |x: f64| Ok::<_, SpectralError>(density.count_in(x, f64::INFINITY, LEVEL)?.count);
    let whole = above(floor)?;
    // Where a condition that holds at the floor turns false.
    let place = |holds: &dyn Fn(f64) -> Result<bool, SpectralError>| {
        let (mut low, mut high) = (floor.ln(), (largest * 1.01).ln());
        for _ in 0..HALVINGS {
            let middle = 0.5 * (low + high);
            if holds(middle.exp())? {
                low = middle;
            } else {
                high = middle;
            }
        }
        Ok::<_, SpectralError>((0.5 * (low + high)).exp())
    };
    let value = place(&|x| Ok(above(x)?.mean >= 0.5 * whole.mean))?;
    let lower = place(&|x| Ok(above(x)?.lower >= 0.5 * whole.upper))?;
    let upper = place(&|x| Ok(above(x)?.upper >= 0.5 * whole.lower))?;
    Ok(Measure {
        value,
        lower: lower.min(value),
        upper: Some(upper.max(value)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_exact_spectrum_is_between_its_ends() {
        let values = (0..100).map(|i| 10f64.powf(-2.0 + 0.02 * f64::from(i)));
        let zeros = std::iter::repeat_n(0.0, 50);
        let density = SpectralDensity::from_eigenvalues(values.chain(zeros).collect());
        let found = median_above(&density, 1e-6, 1.0).expect("a median");
        // 50 values from 10^-1 on.
        assert!((found.value.log10() + 1.0).abs() < 0.03, "{found:?}");
        assert!(found.lower <= found.value && found.value <= found.upper.expect("an end"));
        assert!(
            found.upper.expect("an end") / found.lower < 1.1,
            "{found:?}"
        );
    }

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
