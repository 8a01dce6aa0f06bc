//! What the page of a sweep is made from.

use hesscope_records::{Analysis, SweepRow};
use serde_json::Value;

use crate::check::check;
use crate::error::ReportError;
use crate::figures::Extent;
use crate::figures::curves::{curves, extent};
use crate::figures::readings::curve;
use crate::named_spectrum::NamedSpectrum;

/// Points a decade: the Gaussians of the curve, of standard deviation 0.08 decades, are wider than their distance.
const POINTS: f64 = 20.0;

/// Everything the page of a sweep tells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SweepSummary {
    /// The page's title.
    pub title: String,
    /// Version of hesscope.
    pub version: String,
    /// The analyses, in the order in which they stand.
    pub entries: Vec<SweepEntry>,
    /// What failed.
    pub failures: Vec<SweepFailure>,
}

/// One analysis of one run: its numbers and its density.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepEntry {
    /// Its row of the table.
    pub row: SweepRow,
    /// Its density, as it is drawn: some 130 numbers for each line on each side of zero, at multiples of 0.05 in log10 |λ|,
    /// so that the curves of different analyses have their points in common.
    pub(super) curve: Value,
    /// The run's report, relative to the sweep's folder, where there is one to link to.
    pub report: Option<String>,
}

impl SweepEntry {
    /// Takes from an analysis what the page draws of it.
    ///
    /// # Errors
    /// [`ReportError::Analysis`] where the analysis does not describe a spectrum.
    pub fn new(
        row: SweepRow,
        analysis: &Analysis,
        report: Option<String>,
    ) -> Result<Self, ReportError> {
        check(analysis)?;
        let own = extent(&[&analysis.spectrum]);
        let up = |top: Option<f64>| top.map(|top| (top * POINTS).ceil() / POINTS);
        let extent = Extent {
            floor: own.floor,
            negative: up(own.negative),
            positive: up(own.positive),
        };
        // The name stands in the table.
        let curves = curves(&NamedSpectrum::of_analysis("", analysis), &extent, POINTS)
            .map_err(|error| ReportError::analysis(&analysis.origin, error))?;
        let curve = curve(own.floor, &curves);
        Ok(Self { row, curve, report })
    }
}

/// A run that did not come to its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SweepFailure {
    /// The run's folder, relative to the sweep's.
    pub run: String,
    /// Why, in a sentence.
    pub reason: String,
}
