//! A panel of the density of one spectrum, and what legends and captions say of such panels.

use super::axes::{Frame, Scale, powers};
use super::curves::{Curves, SideCurve, WIDTH};
use super::layout::{LABEL, Layout};
use super::legend::{FINE_DASHES, Sign, bar};
use super::split_axis::SplitAxis;
use crate::svg::{Anchor, Canvas, Font, Ink};

/// log10 of the least count a decade that is drawn: well below the peak of a single eigenvalue, 0.4/width.
const LEAST: f64 = -0.7;
/// Height of the lane of marks inside a frame.
const LANE: f64 = 20.0;
/// The title of the horizontal axis.
pub(crate) const AXIS: &str = "eigenvalue \u{3bb}, logarithmic to either side of zero";
const STRIP: Font = Font::regular(11.0, Ink::Text);

/// log10 of the most eigenvalues a decade, band included, a little room added; at least ten.
pub(crate) fn highest<'a>(all: impl Iterator<Item = &'a Curves>) -> f64 {
    let side = |curve: &SideCurve| {
        let top = curve.band.as_ref().map_or(&curve.mean, |[_, upper]| upper);
        let counts = top.iter().chain(&curve.mean).copied();
        counts.fold(0.0_f64, f64::max)
    };
    all.map(|curves| side(&curves.negative).max(side(&curves.positive)).log10() + 0.15)
        .fold(1.0, f64::max)
}

/// The scale of counts in a frame; its values are log10 of them.
pub(crate) fn counts_scale(frame: &Frame, highest: f64) -> Scale {
    Scale {
        values: (LEAST, highest),
        pixels: (frame.bottom(), frame.y + LANE),
    }
}

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
         decades below the largest modulus {whose}. Towards zero the Lanczos steps resolve less and less: eigenvalues that \
         they do not separate appear as one peak."
    )];
    if all.clone().any(Curves::has_band) {
        sentences.push(
            "The band holds the exact spectrum, broadened alike, at 95 % of points. It allows for the probes, for what the \
             Lanczos steps do not resolve, and for the residuals."
                .to_owned(),
        );
    }
    if all
        .clone()
        .any(|curves| curves.near_zero.standard_error.is_none())
    {
        sentences.push("With a single probe, the errors of the shares are unknown.".to_owned());
    }
    if all.clone().any(|curves| !curves.near_zero_known) {
        sentences.push(
            "A share is not known where no node of the quadrature falls in the strip and the Lanczos steps do not resolve \
             every eigenvalue."
                .to_owned(),
        );
    }
    sentences.push(
        "Marks on top are the leading eigenvalues. Bars are their residuals, where wide enough to see."
            .to_owned(),
    );
    let beyond = all.clone().flat_map(|curves| &curves.marks);
    let beyond = beyond.filter(|mark| !mark.computed).count();
    let unmarked: usize = all.map(|curves| curves.unmarked).sum();
    if beyond + unmarked > 0 {
        let mut sentence = format!(
            "{} of the outliers counted lie beyond the leading eigenpairs computed.",
            beyond + unmarked
        );
        if beyond > 0 {
            sentence += " Hollow diamonds stand where the density has them, without residuals.";
        }
        if unmarked > 0 {
            sentence += &format!(" {unmarked} have no mark.");
        }
        sentences.push(sentence);
    }
    sentences.join(" ")
}

/// The labels of the horizontal axis.
pub(crate) fn labels_below(canvas: &mut Canvas, frame: &Frame, axis: &SplitAxis, layout: Layout) {
    let ticks = axis.ticks(layout.label_distance()).into_iter();
    let labels: Vec<_> = ticks.filter_map(|(x, label)| Some((x, label?))).collect();
    frame.labels_below(canvas, &labels);
}

/// Draws a panel; one with a title of the vertical axis has its labels too.
pub(crate) fn draw_panel(
    canvas: &mut Canvas,
    curves: &Curves,
    frame: &Frame,
    axis: &SplitAxis,
    highest: f64,
    layout: Layout,
    title: Option<&str>,
) {
    let scale = counts_scale(frame, highest);
    frame.horizontals(canvas, &scale, &powers(LEAST, highest, 5), title.is_some());
    if let Some(title) = title {
        frame.title_left(canvas, 12.0, title);
    }
    let ticks = axis.ticks(layout.label_distance()).into_iter();
    frame.verticals(canvas, ticks.filter_map(|(x, label)| label.map(|_| x)));
    let (left, right) = axis.strip();
    canvas.rect(left, frame.y, right - left, frame.height, Ink::Shade);
    canvas.clipped(frame.rectangle(), |canvas| {
        draw_curves(canvas, curves, axis, &scale);
    });
    for &threshold in &curves.thresholds {
        let x = axis.at(threshold);
        let ends = ((x, frame.y), (x, frame.bottom()));
        canvas.line(ends.0, ends.1, Ink::Text, 1.3, Some(FINE_DASHES));
    }
    draw_marks(canvas, curves, axis, frame.y + LANE / 2.0, layout.diamond());
    let said = if curves.near_zero_known {
        let share = curves.near_zero_words();
        [format!("{share} near zero"), share]
    } else {
        ["near zero: not known", "not known"].map(str::to_owned)
    };
    // As many words as the strip has room for.
    if let Some(said) = said.iter().find(|said| STRIP.width(said) <= frame.height) {
        canvas.text_upwards(((left + right) / 2.0, frame.middle().1), STRIP, said);
    }
    frame.outline(canvas);
    if curves.is_empty() {
        let at = (right + 14.0, frame.middle().1);
        canvas.text(at, Anchor::Start, LABEL, "nothing away from zero");
    }
}

/// Bands and lines of both sides that the axis has room for.
fn draw_curves(canvas: &mut Canvas, curves: &Curves, axis: &SplitAxis, scale: &Scale) {
    let sides = [(true, &curves.negative), (false, &curves.positive)];
    let sides = sides.map(|(negative, curve)| Some((axis.side(negative)?, curve)));
    let line = |side: &Scale, curve: &SideCurve, counts: &[f64]| -> Vec<(f64, f64)> {
        // Below the frame, where the clip hides it.
        let under = scale.values.0 - 1.0;
        let y = |count: f64| scale.at(count.max(0.0).log10().max(under));
        let places = curve.points.iter().zip(counts);
        places
            .map(|(&point, &count)| (side.at(point), y(count)))
            .collect()
    };
    for (side, curve) in sides.iter().flatten() {
        if let Some([lower, upper]) = &curve.band {
            let mut band = line(side, curve, upper);
            band.extend(line(side, curve, lower).into_iter().rev());
            canvas.polygon(&band, Ink::Sky);
        }
    }
    for (side, curve) in sides.iter().flatten() {
        canvas.polyline(&line(side, curve, &curve.mean), Ink::Blue, 1.8, None);
    }
}

/// The marks; outliers last, on top.
fn draw_marks(canvas: &mut Canvas, curves: &Curves, axis: &SplitAxis, y: f64, diamond: f64) {
    for outlier in [false, true] {
        let ink = if outlier { Ink::Orange } else { Ink::Text };
        for mark in curves.marks.iter().filter(|mark| mark.outlier == outlier) {
            let low = axis.at(mark.value - mark.residual);
            let high = axis.at(mark.value + mark.residual);
            if high - low > 4.0 {
                canvas.line((low, y), (high, y), ink, 1.2, None);
            }
            let at = (axis.at(mark.value), y);
            if outlier {
                canvas.diamond(at, diamond, ink, !mark.computed);
            } else {
                bar(canvas, at, ink);
            }
        }
    }
}
