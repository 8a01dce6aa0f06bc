//! What a panel of densities on a linear axis of eigenvalues shows of one spectrum, as numbers.

use hesscope_spectral::{SpectralError, gaussian_width, linear_grid};

use super::curves::{band_options, values};
use super::line::{Line, Stretch};
use crate::named_spectrum::NamedSpectrum;
use hesscope_records::Spectrum;

/// Points of the grid: about two a pixel of a phone, one and a half pixels apart in a figure by itself.
const POINTS: usize = 460;
/// The Gaussians are not narrower than this share of the axis, some three pixels.
const LEAST_WIDTH: f64 = 1.0 / 230.0;
/// The ratio of the papers, see [`gaussian_width`].
const KAPPA: f64 = 1.25;
/// Room past the ends of the spectrum, a share of it.
const ROOM: f64 = 0.04;

/// The numbers of a panel.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Linear {
    /// Distance of the points.
    pub(crate) step: f64,
    /// Standard deviation of the Gaussians.
    pub(crate) width: f64,
    /// The height of a single eigenvalue.
    pub(crate) single: f64,
    /// The density, a share of the spectrum per unit of the eigenvalue.
    pub(crate) line: Line,
    pub(crate) unresolved: Vec<Stretch>,
}

/// The interval that an axis must span for some spectra, zero in it; of length one where there is nothing else.
pub(crate) fn linear_extent(spectra: &[&Spectrum]) -> [f64; 2] {
    let all = spectra.iter().flat_map(|spectrum| values(spectrum));
    let [low, high] = all.fold([0.0_f64; 2], |[low, high], value| {
        [low.min(value), high.max(value)]
    });
    let room = ROOM * (high - low);
    // A length that is not a number any more would be no axis.
    if room < f64::MIN_POSITIVE * 1e20 || !room.is_finite() {
        return [-0.5, 0.5];
    }
    [low - room, high + room]
}

/// The numbers of one panel on an axis from `lower` to `upper`.
pub(crate) fn linear(
    named: &NamedSpectrum<'_>,
    [lower, upper]: [f64; 2],
) -> Result<Linear, SpectralError> {
    let density = &named.spectrum.density;
    let nodes = || density.quadratures.iter().flat_map(|q| &q.nodes).copied();
    let ends = [
        nodes().fold(f64::INFINITY, f64::min),
        nodes().fold(f64::NEG_INFINITY, f64::max),
    ];
    let steps = density.quadratures.iter().map(|q| q.nodes.len()).min();
    let steps = steps.unwrap_or(0).max(2);
    let least = LEAST_WIDTH * (upper - lower);
    let width = if density.exact || ends[0] >= ends[1] {
        least
    } else {
        gaussian_width(ends[0], ends[1], steps, KAPPA)?.max(least)
    };
    let points = linear_grid(lower, upper, POINTS)?;
    let curve = density.density(&points, width)?;
    let band = match density.exact {
        true => None,
        false => Some(density.density_band(&points, width, &band_options(named.psd))?),
    };
    let step = (upper - lower) / (POINTS - 1) as f64;
    let single = 1.0 / (density.dim as f64 * width * (2.0 * std::f64::consts::PI).sqrt());
    let mut line = Line::new(&curve, band.as_ref(), POINTS, 1.0, (single, width / step));
    let unresolved = line.drop_empty(named, |ends| ends)?;
    Ok(Linear {
        step,
        width,
        single,
        unresolved,
        line,
    })
}
