//! Which eigenvalues of a spectrum are marked, and which of them are outliers.

use hesscope_records::Spectrum;
use hesscope_spectral::OutlierCount;

use crate::text::outliers::sides;

/// The mark of an eigenvalue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Mark {
    pub(crate) value: f64,
    pub(crate) residual: f64,
    pub(crate) outlier: bool,
    /// Whether it is a leading eigenpair, and not a node of the density where more outliers were counted than pairs computed.
    pub(crate) computed: bool,
}

/// The counts of the sides that have one.
pub(super) fn counts(spectrum: &Spectrum) -> impl Iterator<Item = OutlierCount> {
    let counts = sides(&spectrum.outliers).map(|(_, outcome)| outcome.decided());
    counts.into_iter().flatten()
}

/// The values between outliers and the rest, of either sign.
pub(super) fn thresholds(spectrum: &Spectrum) -> impl Iterator<Item = f64> {
    counts(spectrum).filter_map(|count| count.threshold)
}

/// Whether a value lies beyond a threshold, on its side.
fn is_beyond(value: f64, threshold: f64) -> bool {
    value.signum() == threshold.signum() && value.abs() > threshold.abs()
}

/// Whether an eigenvalue is an outlier.
pub(crate) fn is_outlier(spectrum: &Spectrum, value: f64) -> bool {
    thresholds(spectrum).any(|threshold| is_beyond(value, threshold))
}

/// The leading eigenpairs, and the outliers that were counted beyond them.
pub(super) fn marks(spectrum: &Spectrum) -> Vec<Mark> {
    let top = &spectrum.top;
    let pairs = top.values.iter().zip(&top.residuals);
    let mut marks: Vec<Mark> = pairs
        .map(|(&value, &residual)| Mark {
            value,
            residual,
            outlier: is_outlier(spectrum, value),
            computed: true,
        })
        .collect();
    for count in counts(spectrum) {
        let Some(threshold) = count.threshold else {
            continue;
        };
        let pairs = marks.iter().filter(|mark| is_beyond(mark.value, threshold));
        let missing = count.count.saturating_sub(pairs.count());
        let found = beyond_pairs(spectrum, threshold);
        marks.extend(found.into_iter().take(missing).map(|value| Mark {
            value,
            residual: 0.0,
            outlier: true,
            computed: false,
        }));
    }
    marks
}

/// Nearer than this share of their modulus, two values stand for one eigenvalue.
const SAME: f64 = 1e-3;

/// Where the density has eigenvalues beyond a threshold that are no leading pairs, the largest modulus first: its atoms,
/// then the nodes, of each place among them the median over the probes.
fn beyond_pairs(spectrum: &Spectrum, threshold: f64) -> Vec<f64> {
    // The pairs were taken out; what is left of them in the nodes is rounding.
    let pairs = &spectrum.top.values;
    let new = |known: &[f64], value: f64| {
        let mut known = known.iter().chain(pairs);
        is_beyond(value, threshold) && !known.any(|one| (one - value).abs() <= SAME * value.abs())
    };
    let gather = |mut found: Vec<f64>, mut values: Vec<f64>| {
        values.sort_by(|a, b| b.abs().total_cmp(&a.abs()));
        for value in values {
            if new(&found, value) {
                found.push(value);
            }
        }
        found
    };
    let density = &spectrum.density;
    let atoms = density.atoms.iter().map(|atom| atom.value).collect();
    let atoms = gather(Vec::new(), atoms);
    let mut places: Vec<Vec<f64>> = Vec::new();
    for quadrature in &density.quadratures {
        let found = gather(atoms.clone(), quadrature.nodes.clone());
        for (place, &value) in found[atoms.len()..].iter().enumerate() {
            if place == places.len() {
                places.push(Vec::new());
            }
            places[place].push(value);
        }
    }
    let median = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    atoms
        .into_iter()
        .chain(places.into_iter().map(median))
        .collect()
}
