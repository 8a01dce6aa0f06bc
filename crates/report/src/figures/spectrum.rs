//! What the density figure shows of one analysis, as numbers.

use hesscope_spectral::{
    Band, BandOptions, Curve, Estimate, LogGrid, OutlierOutcome, SpectralError,
};

use super::split_axis::Extent;
use crate::wording::{is_psd, known_count};
use hesscope_records::Analysis;

/// Decades below the largest modulus at which near zero begins.
pub(crate) const DECADES: i32 = 6;
/// Standard deviation, in log10, of the Gaussian that each eigenvalue is broadened to.
pub(crate) const WIDTH: f64 = 0.08;
/// Points of a figure's grid a decade.
pub(crate) const POINTS: f64 = 40.0;
/// Room past the largest modulus, in log10.
const ROOM: f64 = 0.3;
/// A spectrum whose largest modulus has a lower exponent is taken for zero: its floor would not be a number any more.
const LEAST_EXPONENT: i32 = -280;

/// A side's density.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SideCurve {
    /// log10 of the modulus.
    pub(crate) points: Vec<f64>,
    /// Eigenvalues a decade.
    pub(crate) mean: Vec<f64>,
    /// Lower and upper end of the 95% band for the exact spectrum, broadened alike; none where the density is exact.
    pub(crate) band: Option<[Vec<f64>; 2]>,
}

/// A leading eigenvalue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Mark {
    pub(crate) value: f64,
    pub(crate) residual: f64,
    pub(crate) outlier: bool,
}

/// One panel's numbers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Spectrum {
    /// Distance of the grid's points, in log10.
    pub(crate) step: f64,
    pub(crate) negative: SideCurve,
    pub(crate) positive: SideCurve,
    pub(crate) negative_mass: Estimate,
    pub(crate) positive_mass: Estimate,
    pub(crate) near_zero: Estimate,
    pub(crate) marks: Vec<Mark>,
    pub(crate) thresholds: Vec<f64>,
    /// Outliers counted beyond the leading eigenpairs, which have no mark.
    pub(crate) unmarked: usize,
}

/// Every eigenvalue, or estimate of one, of an analysis.
fn values(analysis: &Analysis) -> impl Iterator<Item = f64> + '_ {
    let density = &analysis.density;
    density
        .quadratures
        .iter()
        .flat_map(|quadrature| quadrature.nodes.iter().copied())
        .chain(density.atoms.iter().map(|atom| atom.value))
        .chain(analysis.top.values.iter().copied())
}

/// The axis that analyses share.
pub(crate) fn extent(analyses: &[&Analysis]) -> Extent {
    let largest = |sign: f64| {
        analyses
            .iter()
            .flat_map(|analysis| values(analysis))
            .fold(0.0_f64, |m, value| m.max(sign * value))
    };
    let (positive, negative) = (largest(1.0), largest(-1.0));
    let top = positive.max(negative).log10().ceil();
    // The logarithm of zero compares below every bound.
    if top < f64::from(LEAST_EXPONENT) {
        return Extent {
            floor: -DECADES,
            negative: None,
            positive: None,
        };
    }
    let floor = top as i32 - DECADES;
    let side = |modulus: f64| {
        (modulus >= 10f64.powi(floor)).then(|| (modulus.log10() + ROOM).max(f64::from(floor) + 1.0))
    };
    Extent {
        floor,
        negative: side(negative),
        positive: side(positive),
    }
}

/// The numbers of one panel on an axis that holds the analysis's [`extent`], at `per_decade` points a decade or a few more.
pub(crate) fn spectrum(
    analysis: &Analysis,
    extent: &Extent,
    per_decade: f64,
) -> Result<Spectrum, SpectralError> {
    let low = f64::from(extent.floor);
    let high = [extent.negative, extent.positive]
        .into_iter()
        .flatten()
        .fold(low + 1.0, f64::max);
    // Rounding must not add a point where the span is a whole number of steps.
    let points = ((high - low) * per_decade - 1e-6).ceil() as usize + 1;
    let grid = LogGrid::new(10f64.powi(extent.floor), 10f64.powf(high), points)?;
    let density = analysis.density.log_density(&grid, WIDTH)?;
    let bands = if analysis.density.exact {
        None
    } else {
        let options = BandOptions {
            psd: is_psd(&analysis.settings.operator),
            ..BandOptions::default()
        };
        Some(analysis.density.log_spectrum(&grid, WIDTH, &options)?)
    };
    let (above, below) = bands.map_or((None, None), |bands| (Some(bands.positive), bands.negative));
    let dim = analysis.dimension as f64;
    let marks = marks(analysis);
    let marked = marks.iter().filter(|mark| mark.outlier).count();
    Ok(Spectrum {
        step: (high - low) / (points - 1) as f64,
        negative: side_curve(&density.negative, below, dim, extent.negative),
        positive: side_curve(&density.positive, above, dim, extent.positive),
        negative_mass: density.negative_mass,
        positive_mass: density.positive_mass,
        near_zero: density.near_zero,
        marks,
        thresholds: thresholds(analysis).collect(),
        unmarked: known_count(&analysis.outliers).saturating_sub(marked),
    })
}

/// The part of a curve up to its side's end, in eigenvalues a decade.
fn side_curve(curve: &Curve, band: Option<Band>, dim: f64, top: Option<f64>) -> SideCurve {
    let top = top.unwrap_or(f64::NEG_INFINITY);
    let count = curve.points.iter().take_while(|&&u| u <= top).count();
    let scaled = |values: &[f64]| {
        values[..count]
            .iter()
            .map(|v| v * dim)
            .collect::<Vec<f64>>()
    };
    SideCurve {
        mean: scaled(&curve.mean),
        band: band.map(|band| [scaled(&band.lower), scaled(&band.upper)]),
        points: curve.points[..count].to_vec(),
    }
}

/// The values between outliers and the rest, of either sign.
fn thresholds(analysis: &Analysis) -> impl Iterator<Item = f64> {
    let outliers = analysis.outliers;
    [outliers.positive, outliers.negative]
        .into_iter()
        .filter_map(|outcome| match outcome {
            OutlierOutcome::Decided(count) => count.threshold,
            OutlierOutcome::Undecided(_) => None,
        })
}

/// Whether an eigenvalue lies beyond the threshold of its side.
pub(crate) fn is_outlier(analysis: &Analysis, value: f64) -> bool {
    thresholds(analysis)
        .any(|threshold| value.signum() == threshold.signum() && value.abs() > threshold.abs())
}

fn marks(analysis: &Analysis) -> Vec<Mark> {
    let top = &analysis.top;
    top.values
        .iter()
        .zip(&top.residuals)
        .map(|(&value, &residual)| Mark {
            value,
            residual,
            outlier: is_outlier(analysis, value),
        })
        .collect()
}
