//! What a panel of densities shows of one spectrum, as numbers.

use hesscope_spectral::{BandOptions, LogGrid, SpectralError};

use super::line::{Line, Stretch};
use super::marks::{Mark, counts, marks, thresholds};
use super::split_axis::Extent;
use crate::named_spectrum::NamedSpectrum;
use crate::shares::Share;
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

/// One panel's numbers. Densities are in eigenvalues a decade, along log10 of the modulus.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Curves {
    /// Distance of the grid's points, in log10.
    pub(crate) step: f64,
    pub(crate) negative: Line,
    pub(crate) positive: Line,
    /// The share at or below minus the floor.
    pub(crate) negative_share: Share,
    /// The share at or above the floor.
    pub(crate) positive_share: Share,
    /// The share that is not farther from zero than the floor.
    pub(crate) near_zero: Share,
    /// Where the density is not resolved, from the left; one stretch may hold the strip about zero.
    pub(crate) unresolved: Vec<Stretch>,
    pub(crate) marks: Vec<Mark>,
    pub(crate) thresholds: Vec<f64>,
    /// Outliers counted that have no mark.
    pub(crate) unmarked: usize,
}

impl Curves {
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
pub(super) fn values(spectrum: &Spectrum) -> impl Iterator<Item = f64> + '_ {
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
    let step = (high - low) / (points - 1) as f64;
    let dim = spectrum.dimension as f64;
    // A Gaussian of area one.
    let single = 1.0 / (WIDTH * (2.0 * std::f64::consts::PI).sqrt());
    let line = |curve, band, top: Option<f64>| {
        let top = top.unwrap_or(f64::NEG_INFINITY);
        let count = grid.points().iter().take_while(|&&u| u <= top).count();
        Line::new(curve, band, count, dim, (single, WIDTH / step))
    };
    let mut negative = line(&density.negative, below.as_ref(), extent.negative);
    let mut positive = line(&density.positive, above.as_ref(), extent.positive);
    let floor = grid.floor();
    // A stretch that begins with the grid begins at the floor itself.
    let modulus = |u: f64| 10f64.powf(u).max(floor);
    let below = negative.drop_empty(named, |[near, far]| [-modulus(far), -modulus(near)])?;
    let above = positive.drop_empty(named, |ends| ends.map(modulus))?;
    let share = |lower, upper| Share::of(&spectrum.density, named.psd, lower, upper);
    let near_zero = share(-floor, floor)?;
    let marks = marks(spectrum);
    let marked = marks.iter().filter(|mark| mark.outlier).count();
    let counted: usize = counts(spectrum).map(|count| count.count).sum();
    Ok(Curves {
        step,
        negative_share: share(f64::NEG_INFINITY, -floor)?,
        positive_share: share(floor, f64::INFINITY)?,
        unresolved: unresolved(named, below, above, (floor, near_zero))?,
        near_zero,
        negative,
        positive,
        marks,
        thresholds: thresholds(spectrum).collect(),
        unmarked: counted.saturating_sub(marked),
    })
}

/// The stretches of both sides; those that reach the strip about zero are one with it where its share is not resolved.
fn unresolved(
    named: &NamedSpectrum<'_>,
    mut below: Vec<Stretch>,
    mut above: Vec<Stretch>,
    (floor, near_zero): (f64, Share),
) -> Result<Vec<Stretch>, SpectralError> {
    if !near_zero.is_resolved() {
        let mut ends = [-floor, floor];
        if let Some(first) = below.first().filter(|first| first.ends[1] == -floor) {
            ends[0] = first.ends[0];
            below.remove(0);
        }
        if let Some(first) = above.first().filter(|first| first.ends[0] == floor) {
            ends[1] = first.ends[1];
            above.remove(0);
        }
        above.insert(0, Stretch::new(named, ends)?);
    }
    below.reverse();
    below.extend(above);
    Ok(below)
}
