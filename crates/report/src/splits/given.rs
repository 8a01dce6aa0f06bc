//! What the figure is made from.

use hesscope_records::Analysis;

use crate::named_spectrum::NamedSpectrum;
use crate::text::names::split_name;

/// Runs side by side.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SpectraFigure {
    /// The name of its files, without the ending.
    pub name: String,
    /// The heading.
    pub title: String,
    /// How the runs were made, a sentence or more for the caption.
    pub made: String,
    /// Version of hesscope.
    pub version: String,
    /// The device, in words.
    pub device: String,
    /// The columns.
    pub columns: Vec<SpectraColumn>,
    /// Whether all panels have one axis of eigenvalues, rather than those of a column.
    pub common_axis: bool,
}

/// A run: one network trained on one data set.
#[derive(Clone, Debug, PartialEq)]
pub struct SpectraColumn {
    /// The data set.
    pub dataset: String,
    /// The network.
    pub network: String,
    /// The run's folder.
    pub run: String,
    /// Spectra of the Hessian over its splits, the training split first.
    pub analyses: Vec<Analysis>,
}

/// The spectra of a run, by split.
pub(super) fn named(column: &SpectraColumn) -> Vec<NamedSpectrum<'_>> {
    let name = |analysis: &Analysis| {
        let split = split_name(analysis.settings.subject.split);
        format!("Hess, {split} split")
    };
    let named = |analysis| NamedSpectrum::of_analysis(name(analysis), analysis);
    column.analyses.iter().map(named).collect()
}

/// The number of positive outliers.
pub(super) fn positive(analysis: &Analysis) -> Option<usize> {
    analysis.spectrum.outliers.positive.number()
}
