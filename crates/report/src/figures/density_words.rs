//! What legends and captions say of panels of densities.

use super::curves::{Curves, WIDTH};
use super::legend::Sign;
use super::resolution;
use crate::shares;

/// Signs that occur.
pub(crate) fn entries<'a>(
    all: impl Iterator<Item = &'a Curves> + Clone,
) -> Vec<(Sign, &'static str)> {
    let mark = |outlier, computed| {
        let mut marks = all.clone().flat_map(|curves| &curves.marks);
        marks.any(move |mark| mark.outlier == outlier && mark.computed == computed)
    };
    let entries = [
        (true, Sign::Line, "density"),
        (all.clone().any(Curves::has_band), Sign::Band, "95 % band"),
        (
            all.clone().any(|curves| !curves.unresolved.is_empty()),
            Sign::Hatch,
            "unresolved",
        ),
        (mark(true, true), Sign::Diamond { hollow: false }, "outlier"),
        (
            mark(true, false),
            Sign::Diamond { hollow: true },
            "outlier beyond the computed pairs",
        ),
        (mark(false, true), Sign::Bar, "other leading eigenvalue"),
        (
            all.clone().any(|curves| !curves.thresholds.is_empty()),
            Sign::Threshold,
            "outlier threshold",
        ),
    ];
    let shown = entries.into_iter().filter(|entry| entry.0);
    shown.map(|(_, sign, text)| (sign, text)).collect()
}

/// How panels are read whose axes of eigenvalues are common to `whose` panels.
pub(crate) fn how_to_read<'a>(
    all: impl Iterator<Item = &'a Curves> + Clone,
    whose: &str,
) -> String {
    let mut sentences = vec![format!(
        "Eigenvalues per decade of |\u{3bb}|, on logarithmic axes to either side of zero. Each eigenvalue is broadened to a \
         Gaussian of standard deviation {WIDTH} decades. The shaded strip, with its share of the eigenvalues, begins six \
         decades below the largest modulus {whose}."
    )];
    if all.clone().any(Curves::has_band) {
        sentences.push(
            "The band holds the exact spectrum, broadened alike, at 95 % of points. It allows for the probes, for what the \
             Lanczos steps do not resolve, and for the residuals. Shares are 95 % intervals, which allow for the same."
                .to_owned(),
        );
    }
    if all.clone().any(|curves| !curves.unresolved.is_empty()) {
        sentences.push(format!(
            "A stretch is hatched, up to the upper end of the band, where that is more than {} times the lower end and more \
             than a fifth of the height of a single eigenvalue: the Lanczos steps do not resolve the density there, and only \
             the share of the eigenvalues in the stretch is known. \
             A share is unresolved where its interval is wider than {} percentage points, or begins at 0 and ends above {} %.",
            resolution::WIDEST,
            shares::WIDEST,
            shares::MOST_FROM_NONE,
        ));
    }
    sentences.push(
        "Marks on top are the leading eigenvalues. Bars are their residuals, where wide enough to see."
            .to_owned(),
    );
    sentences.join(" ")
}

/// What a reader must know of panels.
pub(crate) fn caption<'a>(all: impl Iterator<Item = &'a Curves> + Clone) -> String {
    let bands = if all.clone().any(Curves::has_band) {
        ", with 95 % bands"
    } else {
        ""
    };
    let mut sentences = vec![format!("Eigenvalues, each broadened to a Gaussian{bands}.")];
    if all.clone().any(|curves| !curves.unresolved.is_empty()) {
        sentences.push(
            "Hatched: not resolved by the Lanczos steps; only the share is known.".to_owned(),
        );
    }
    let beyond = all.clone().flat_map(|curves| &curves.marks);
    let beyond = beyond.filter(|mark| !mark.computed).count();
    let unmarked: usize = all.map(|curves| curves.unmarked).sum();
    if beyond + unmarked > 0 {
        let mut sentence = format!(
            "Outliers counted beyond the leading eigenpairs computed: {}.",
            beyond + unmarked
        );
        if beyond > 0 {
            sentence += &format!(
                " With a hollow diamond, where the density has them and without residuals: {beyond}."
            );
        }
        if unmarked > 0 {
            sentence += &format!(" Without a mark: {unmarked}.");
        }
        sentences.push(sentence);
    }
    sentences.join(" ")
}
