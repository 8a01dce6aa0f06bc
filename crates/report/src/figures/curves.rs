//! What a panel of densities shows of one spectrum, as numbers.

use hesscope_spectral::{
    Band, BandOptions, Curve, Estimate, LogGrid, Quadrature, SpectralDensity, SpectralError,
};

use super::marks::{Mark, counts, marks, thresholds};
use super::split_axis::Extent;
use crate::named_spectrum::NamedSpectrum;
use crate::text::numbers::percent;
use hesscope_records::Spectrum;

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

/// One panel's numbers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Curves {
    /// Distance of the grid's points, in log10.
    pub(crate) step: f64,
    pub(crate) negative: SideCurve,
    pub(crate) positive: SideCurve,
    pub(crate) negative_mass: Estimate,
    pub(crate) positive_mass: Estimate,
    /// The share nearer to zero than the curves go.
    pub(crate) near_zero: Estimate,
    /// Whether that is more than that no node falls there of quadratures that do not have every eigenvalue.
    pub(crate) near_zero_known: bool,
    pub(crate) marks: Vec<Mark>,
    pub(crate) thresholds: Vec<f64>,
    /// Outliers counted that have no mark.
    pub(crate) unmarked: usize,
}

impl Curves {
    /// The share near zero in words.
    pub(crate) fn near_zero_words(&self) -> String {
        if self.near_zero_known {
            percent(self.near_zero)
        } else {
            "a share not known".to_owned()
        }
    }

    /// Whether there is a band to show.
    pub(crate) fn has_band(&self) -> bool {
        self.positive.band.is_some() || self.negative.band.is_some()
    }

    /// Whether all of it is near zero.
    pub(crate) fn is_empty(&self) -> bool {
        self.positive.points.is_empty() && self.negative.points.is_empty()
    }
}

/// Every eigenvalue, or estimate of one, of a spectrum.
fn values(spectrum: &Spectrum) -> impl Iterator<Item = f64> + '_ {
    let density = &spectrum.density;
    density
        .quadratures
        .iter()
        .flat_map(|quadrature| quadrature.nodes.iter().copied())
        .chain(density.atoms.iter().map(|atom| atom.value))
        .chain(spectrum.top.values.iter().copied())
}

/// The axis that spectra share.
pub(crate) fn extent(spectra: &[&Spectrum]) -> Extent {
    let largest = |sign: f64| {
        let values = spectra.iter().flat_map(|spectrum| values(spectrum));
        values.fold(0.0_f64, |m, value| m.max(sign * value))
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

/// The options of the bands of a spectrum.
pub(crate) fn band_options(psd: bool) -> BandOptions {
    BandOptions {
        psd,
        ..BandOptions::default()
    }
}

/// The numbers of one panel on an axis that holds the spectrum's [`extent`], at `per_decade` points a decade or a few more.
pub(crate) fn curves(
    named: &NamedSpectrum<'_>,
    extent: &Extent,
    per_decade: f64,
) -> Result<Curves, SpectralError> {
    let spectrum = named.spectrum;
    let low = f64::from(extent.floor);
    let high = [extent.negative, extent.positive]
        .into_iter()
        .flatten()
        .fold(low + 1.0, f64::max);
    // Rounding must not add a point where the span is a whole number of steps.
    let points = ((high - low) * per_decade - 1e-6).ceil() as usize + 1;
    let grid = LogGrid::new(10f64.powi(extent.floor), 10f64.powf(high), points)?;
    let density = spectrum.density.log_density(&grid, WIDTH)?;
    let (above, below) = if spectrum.density.exact {
        (None, None)
    } else {
        let options = band_options(named.psd);
        let bands = spectrum.density.log_spectrum(&grid, WIDTH, &options)?;
        (Some(bands.positive), bands.negative)
    };
    let dim = spectrum.dimension as f64;
    let marks = marks(spectrum);
    let marked = marks.iter().filter(|mark| mark.outlier).count();
    let counted: usize = counts(spectrum).map(|count| count.count).sum();
    Ok(Curves {
        step: (high - low) / (points - 1) as f64,
        negative: side_curve(&density.negative, below, dim, extent.negative),
        positive: side_curve(&density.positive, above, dim, extent.positive),
        negative_mass: density.negative_mass,
        positive_mass: density.positive_mass,
        near_zero: density.near_zero,
        near_zero_known: density.near_zero.mean > 0.0 || is_resolved(&spectrum.density),
        marks,
        thresholds: thresholds(spectrum).collect(),
        unmarked: counted.saturating_sub(marked),
    })
}

/// Whether a quadrature has every eigenvalue beside the atoms as a node of its own. Copies that Lanczos vectors without
/// reorthogonalisation leave are told from others by their distance, a millionth of the largest modulus at most.
fn is_resolved(density: &SpectralDensity) -> bool {
    let left = density.dim.saturating_sub(density.atoms.len());
    let resolved = |quadrature: &Quadrature| {
        let mut nodes = quadrature.nodes.clone();
        nodes.sort_by(f64::total_cmp);
        let largest = nodes.iter().fold(0.0_f64, |m, node| m.max(node.abs()));
        let least = largest * 10f64.powi(-DECADES);
        nodes.dedup_by(|one, other| (*one - *other).abs() <= least);
        nodes.len() >= left
    };
    density.exact || density.quadratures.iter().any(resolved)
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
