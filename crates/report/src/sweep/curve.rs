//! An analysis's density on a grid that all analyses of a sweep share.

use hesscope_spectral::SpectralError;

use crate::figures::{Extent, Spectrum, extent, readings, spectrum};
use crate::json;
use crate::numbers::percent;
use hesscope_records::Analysis;

/// Points a decade: the Gaussians of the curve, of standard deviation 0.08 decades, are wider than their distance.
const POINTS: f64 = 20.0;

/// The density of one analysis as a page draws it, some 130 numbers for each line on each side of zero.
///
/// Points stand at multiples of 0.05 in log10 |λ|, so that the curves of different analyses have them in common.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepCurve {
    floor: i32,
    spectrum: Spectrum,
}

impl SweepCurve {
    pub(super) fn new(analysis: &Analysis) -> Result<Self, SpectralError> {
        let own = extent(&[analysis]);
        let up = |top: Option<f64>| top.map(|top| (top * POINTS).ceil() / POINTS);
        let extent = Extent {
            floor: own.floor,
            negative: up(own.negative),
            positive: up(own.positive),
        };
        Ok(Self {
            floor: own.floor,
            spectrum: spectrum(analysis, &extent, POINTS)?,
        })
    }

    /// For the page's script; the name stands in the table.
    pub(super) fn json(&self) -> String {
        let outliers: Vec<f64> = self
            .spectrum
            .marks
            .iter()
            .filter(|mark| mark.outlier)
            .map(|mark| mark.value)
            .collect();
        readings::curve(
            &[("outliers", json::numbers(&outliers))],
            self.floor,
            &percent(self.spectrum.near_zero),
            &self.spectrum,
        )
    }
}
