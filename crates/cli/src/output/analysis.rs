//! An analysis as a line.

use hesscope_measure::outlier_words;
use hesscope_records::Analysis;

/// What was found, in one line.
pub fn line(analysis: &Analysis) -> String {
    let (settings, spectrum) = (&analysis.settings, &analysis.spectrum);
    let extreme = |pick: fn(f64, f64) -> f64| {
        let values = spectrum.top.values.iter().copied();
        values.reduce(pick).unwrap_or(0.0)
    };
    format!(
        "{:10} {} epoch {}: {}; {} classes; leading eigenvalues {:.4e} to {:.4e}; {} products in {:.1} s",
        settings.operator,
        settings.subject.split,
        settings.subject.epoch,
        outlier_words(&spectrum.outliers),
        analysis.classes,
        extreme(f64::max),
        extreme(f64::min),
        spectrum.products,
        analysis.origin.seconds,
    )
}
