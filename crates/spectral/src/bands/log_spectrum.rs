//! The spectrum in the logarithm of its modulus, with what the precision cannot tell from zero set apart.

use serde::{Deserialize, Serialize};

use crate::bands::band::{Band, axis_band};
use crate::bands::band_options::BandOptions;
use crate::bands::bounds::Bounds;
use crate::bands::functional::{Axis, Indicator};
use crate::density::grid::LogGrid;
use crate::density::spectral_density::SpectralDensity;
use crate::error::spectral_error::SpectralError;
use crate::statistics::bounded::Bounded;

/// Least and largest width that [`log_width`] gives, in decades.
const WIDTHS: [f64; 2] = [0.05, 0.5];

/// A width for logarithmic axes, in decades: `6.5 / m` for m steps, but from 0.05 to 0.5.
///
/// At the modulus R/10 of a spectrum of half-width R about zero, a width of w decades is `0.23 w R`; 6.5/m makes that
/// 1.5 R / m, the linear rule ([`gaussian_width`](crate::gaussian_width) at kappa = 1.25). So the decade below the largest
/// modulus is resolved; further down bands widen to what the quadratures bound.
pub fn log_width(steps: usize) -> f64 {
    (6.5 / steps.max(1) as f64).clamp(WIDTHS[0], WIDTHS[1])
}

/// The spectrum on a logarithmic axis, with bands.
///
/// The three masses of the estimates add up to 1. Densities are per unit of `log10 |lambda|`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogSpectrum {
    /// Least modulus that is on a side.
    pub floor: f64,
    /// Standard deviation of the Gaussians, in decades.
    pub width: f64,
    /// Density of the eigenvalues at or above the floor.
    pub positive: Band,
    /// Density of the eigenvalues at or below minus the floor; without points for an operator known to have none.
    pub negative: Option<Band>,
    /// Fraction of eigenvalues on the positive side.
    pub positive_mass: Bounded,
    /// Fraction of eigenvalues on the negative side; zero for an operator known to have none.
    pub negative_mass: Bounded,
    /// Fraction of eigenvalues with `|lambda| < floor`; for an operator known to have none below zero, of all below the
    /// floor.
    pub near_zero: Bounded,
    /// For an operator known to have no eigenvalue below zero: what rounding made of it.
    pub rounding: Option<Rounding>,
}

/// Negative eigenvalues measured of an operator that has none.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rounding {
    /// Fraction of the spectrum measured below zero, as a mean over probes; it is counted as near zero.
    pub negative_mass: f64,
    /// The least node or atom, if below zero.
    pub least: f64,
    /// Whether that is within the floor, as rounding should be. If not, the floor is too low or the operator is not
    /// positive semidefinite.
    pub within_floor: bool,
}

impl SpectralDensity {
    /// The density of `log10 |lambda|` on each side and the masses, with bands; `options.psd` says that none is negative.
    pub fn log_spectrum(
        &self,
        grid: &LogGrid,
        width: f64,
        options: &BandOptions,
    ) -> Result<LogSpectrum, SpectralError> {
        let bounds = Bounds::new(self, options.psd)?;
        let floor = grid.floor();
        let side = |sign: f64| {
            let axis = Axis::Log { floor, sign };
            axis_band(self, &bounds, axis, grid.points(), width, options)
        };
        let positive = side(1.0)?;
        let negative = if options.psd { None } else { Some(side(-1.0)?) };
        let mass = |lower: f64, upper: f64, closed: bool| {
            let inside = Indicator {
                lower,
                upper,
                closed,
            };
            bounds.share(inside, options.level)
        };
        Ok(LogSpectrum {
            floor,
            width,
            positive,
            negative,
            positive_mass: mass(floor, f64::INFINITY, true),
            negative_mass: mass(f64::NEG_INFINITY, -floor, true),
            near_zero: mass(-floor, floor, false),
            rounding: options.psd.then(|| self.rounding(floor)),
        })
    }

    fn rounding(&self, floor: f64) -> Rounding {
        let least = self.values().fold(0.0, f64::min);
        Rounding {
            negative_mass: self
                .weighted_values()
                .filter_map(|(value, weight)| (value < 0.0).then_some(weight))
                .sum(),
            least,
            within_floor: least > -floor,
        }
    }
}
