//! What G and H have in the upper tail of the bulk of Hess.

use hesscope_records::{Measure, Spectrum, TailShare};
use hesscope_spectral::{Bounded, SpectralError};

use crate::findings::bounds::LEVEL;
use crate::findings::condition::share;
use crate::findings::{BulkEnd, bulk_end};

/// The tail of a cell, from the spectra of Hess, G and H and the classes with examples. None where the bulk has no upper end
/// or reaches no higher than its root mean square.
///
/// The tail runs from the geometric mean of the bulk's root mean square and its edge to the bulk's upper end. The root mean square
/// sets the window and is no result: it is that of the quadratures, without an error.
pub fn tail(
    hess: &Spectrum,
    g: &Spectrum,
    h: &Spectrum,
    classes: usize,
) -> Result<Option<TailShare>, SpectralError> {
    let Some(BulkEnd { edge, to }) = bulk_end(hess, classes) else {
        return Ok(None);
    };
    let below = f64::NEG_INFINITY;
    let number = hess.density.count_in(below, to, LEVEL)?.count.mean;
    let energy = hess.density.energy_in(below, to, LEVEL)?.mean;
    let rms = (energy / number).sqrt();
    if !(rms > 0.0 && rms < edge) {
        return Ok(None);
    }
    let from = (rms * edge).sqrt();
    let count = |spectrum: &Spectrum| -> Result<Bounded, SpectralError> {
        Ok(spectrum.density.count_in(from, to, LEVEL)?.count)
    };
    let (hess, g, h) = (count(hess)?, count(g)?, count(h)?);
    let of_g = share("", &h, &g);
    Ok(Some(TailShare {
        from,
        to,
        share_of_g: Measure {
            value: of_g.value,
            lower: of_g.lower.unwrap_or(0.0),
            upper: of_g.upper,
        },
        hess,
        g,
        h,
    }))
}

#[cfg(test)]
mod tests {
    use hesscope_records::TopEigenvalues;
    use hesscope_spectral::{OutlierOptions, SpectralDensity, SpectralRange, outliers};

    use super::*;

    /// An exact spectrum, its `pairs` largest known one by one.
    fn spectrum(mut values: Vec<f64>, pairs: usize) -> Spectrum {
        values.sort_by(|a, b| b.abs().total_cmp(&a.abs()));
        let leading = values[..pairs].to_vec();
        let residuals = vec![0.0; values.len()];
        let counted = outliers(&values, &residuals, &OutlierOptions::default());
        Spectrum {
            dimension: values.len(),
            range: SpectralRange {
                lower: -1.0,
                upper: 100.0,
                ritz_min: -1.0,
                ritz_max: 100.0,
                residual_min: 0.0,
                residual_max: 0.0,
                steps: values.len(),
            },
            top: TopEigenvalues {
                residuals: vec![0.0; pairs],
                converged: vec![true; pairs],
                values: leading,
                iterations: 1,
            },
            density: SpectralDensity::from_eigenvalues(values.clone()),
            automatic: None,
            laws: Vec::new(),
            outliers: counted.expect("finite values"),
            outlier_candidates: values.len(),
            products: 0,
        }
    }

    /// Evenly falling in the logarithm.
    fn falling(from: f64, to: f64, count: usize) -> Vec<f64> {
        let step = (from / to).powf(1.0 / (count - 1) as f64);
        (0..count).map(|i| from / step.powi(i as i32)).collect()
    }

    #[test]
    fn the_share_of_the_tail_is_that_of_the_numbers_in_it() {
        let bulk = falling(1.0, 1e-3, 200);
        let outlying = falling(60.0, 20.0, 10);
        let both = |a: &[f64], b: &[f64]| [a, b].concat();
        let hess = spectrum(both(&outlying, &bulk), 12);
        assert_eq!(hess.outliers.positive.number(), Some(10));
        let g = spectrum(both(&outlying, &bulk[..30]), 12);
        let h = spectrum(falling(0.9, 0.5, 10), 10);
        let found = tail(&hess, &g, &h, 10).expect("a count").expect("a tail");
        // Between the root mean square and the outliers, which are no part of it.
        assert!(found.to > 1.0 && found.to < 20.0, "{found:?}");
        assert!(found.from > 0.1 && found.from < 1.0, "{found:?}");
        let inside = |values: &[f64]| {
            let in_it = |value: &&f64| (found.from..=found.to).contains(*value);
            values.iter().filter(in_it).count() as f64
        };
        let (of_g, of_h) = (inside(&bulk[..30]), inside(&falling(0.9, 0.5, 10)));
        assert!((found.g.mean - of_g).abs() < 1e-9 && (found.h.mean - of_h).abs() < 1e-9);
        assert!(of_g > 5.0 && of_h > 5.0, "{of_g} {of_h}");
        let share = of_g / (of_g + of_h);
        assert!((found.share_of_g.value - share).abs() < 1e-12, "{found:?}");
        assert!(found.share_of_g.lower <= share + 1e-12);
        assert!(
            found
                .share_of_g
                .upper
                .is_some_and(|upper| upper >= share - 1e-12)
        );
    }

    #[test]
    fn without_outliers_as_many_as_classes_are_left_out() {
        let values = falling(1.0, 1e-3, 200);
        let whole = spectrum(values.clone(), 12);
        assert_eq!(whole.outliers.positive.number(), Some(0));
        let found = tail(&whole, &whole, &whole, 10)
            .expect("a count")
            .expect("a tail");
        assert!(found.to < values[9] && found.to > values[10], "{found:?}");
        assert!((found.share_of_g.value - 0.5).abs() < 1e-12);
        // Fewer leading eigenvalues than classes: the end of the bulk is not known.
        let few = spectrum(values, 5);
        assert_eq!(tail(&few, &few, &few, 10).expect("a count"), None);
    }
}
