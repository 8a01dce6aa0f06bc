//! The median of the part of a spectrum that is told from zero.

use hesscope_records::Measure;
use hesscope_spectral::{SpectralDensity, SpectralError};

use super::rules::bounds::LEVEL;

/// Halvings of the decades that the median is sought over: to 1e-4 of them.
const HALVINGS: usize = 14;

/// The median of the eigenvalues from the floor on. With N(x) the number at or above x, it is where N is half of what it is
/// at the floor; the lower end is the largest x at which N surely is no less than that, the upper the least at which it
/// surely is no more, by the 95% intervals of the numbers, of probes and steps.
pub fn median_above(
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
}
