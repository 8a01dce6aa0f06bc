//! What is read off the spectrum of one operator in one cell.

use hesscope_records::{Analysis, DynamicsSpectrum, Measure};
use hesscope_spectral::{BulkEdge, OutlierCount};

/// Least factor between the last outlier and the bulk for outliers to stand apart: that from which the rule of the outliers
/// tests a gap.
pub const LEAST_SEPARATION: f64 = 1.1;

/// The numbers of an analysis whose file has this name.
pub fn spectrum(analysis: &Analysis, file: &str) -> DynamicsSpectrum {
    let positive = &analysis.spectrum.outliers.positive;
    let counted = positive.decided();
    let edge = counted.and_then(|count| count.bulk_edge);
    let separation = counted.and_then(|count| separation(&count, analysis));
    let apart = match positive.number() {
        Some(0) => Some(false),
        _ => separation.as_ref().and_then(apart),
    };
    DynamicsSpectrum {
        operator: analysis.settings.operator,
        analysis: format!("analysis/{file}"),
        largest: largest(analysis),
        edge: edge.map(|edge| within(edge.value, edge.error())),
        separation,
        outliers: analysis.spectrum.outliers,
        apart,
    }
}

fn within(value: f64, error: f64) -> Measure {
    Measure {
        value,
        lower: value - error,
        upper: Some(value + error),
    }
}

/// The largest eigenvalue above zero.
fn largest(analysis: &Analysis) -> Option<Measure> {
    let top = &analysis.spectrum.top;
    top.values
        .iter()
        .zip(&top.residuals)
        .filter(|(value, _)| **value > 0.0)
        .max_by(|a, b| a.0.total_cmp(b.0))
        .map(|(&value, &residual)| within(value, residual))
}

/// The factor between the last outlier and the bulk's edge: the outlier within its residual, the edge within the error of
/// the edge of a continuous law.
fn separation(count: &OutlierCount, analysis: &Analysis) -> Option<Measure> {
    let (value, edge) = (count.separation()?, count.bulk_edge?);
    let last = value * edge.value;
    let top = &analysis.spectrum.top;
    let nearest = top
        .values
        .iter()
        .zip(&top.residuals)
        .min_by(|a, b| (a.0 - last).abs().total_cmp(&(b.0 - last).abs()));
    // An outlier behind the leading pairs is a Ritz value, whose error is no larger than the edge's behind it.
    let residual = match nearest {
        Some((found, residual)) if (found - last).abs() <= 1e-6 * last => *residual,
        _ => edge.residual,
    };
    Some(factor(last, residual, &edge))
}

fn factor(last: f64, residual: f64, edge: &BulkEdge) -> Measure {
    let (low, high) = (edge.value - edge.error(), edge.value + edge.error());
    Measure {
        value: last / edge.value,
        lower: (last - residual) / high,
        upper: (low > 0.0).then(|| (last + residual) / low),
    }
}

/// Whether a separation is of the least factor at least, error bar included.
fn apart(separation: &Measure) -> Option<bool> {
    if separation.lower >= LEAST_SEPARATION {
        Some(true)
    } else if separation
        .upper
        .is_some_and(|upper| upper < LEAST_SEPARATION)
    {
        Some(false)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_factor_takes_the_errors_against_each_other() {
        let edge = BulkEdge {
            value: 2.0,
            residual: 0.1,
            spacing: 0.25,
        };
        // The error is 0.1 + 1.6 x 0.25 = 0.5.
        let found = factor(6.0, 0.5, &edge);
        assert!((found.value - 3.0).abs() < 1e-12);
        assert!((found.lower - 5.5 / 2.5).abs() < 1e-12);
        assert!((found.upper.expect("a bound") - 6.5 / 1.5).abs() < 1e-12);
        let wide = BulkEdge {
            spacing: 2.0,
            ..edge
        };
        assert_eq!(factor(6.0, 0.5, &wide).upper, None);
    }

    #[test]
    fn apart_by_the_whole_error_bar() {
        let at = |lower: f64, upper: Option<f64>| Measure {
            value: 1.2,
            lower,
            upper,
        };
        assert_eq!(apart(&at(1.1, None)), Some(true));
        assert_eq!(apart(&at(1.0, Some(1.5))), None);
        assert_eq!(apart(&at(1.0, None)), None);
        assert_eq!(apart(&at(0.9, Some(1.05))), Some(false));
    }
}
