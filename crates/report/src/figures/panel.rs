//! What every panel of densities has: bands, lines, thresholds and the marks of leading eigenvalues.

use super::axes::{Frame, Scale};
use super::legend::{FINE_DASHES, bar};
use super::spectrum::{SideCurve, Spectrum};
use super::split_axis::SplitAxis;
use crate::svg::{Canvas, Ink};

/// log10 of the least count a decade that is drawn: well below the peak of a single eigenvalue, 0.4/width.
pub(crate) const LEAST: f64 = -0.7;

/// What a curve looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Style {
    pub(crate) ink: Ink,
    pub(crate) dashes: Option<&'static str>,
    /// The band's colour; none for the line's own, through which other bands show.
    pub(crate) band: Option<Ink>,
}

/// log10 of the most eigenvalues a decade, band included, a little room added.
pub(crate) fn highest(spectrum: &Spectrum) -> f64 {
    let side = |curve: &SideCurve| {
        let top = curve.band.as_ref().map_or(&curve.mean, |[_, upper]| upper);
        top.iter()
            .chain(&curve.mean)
            .copied()
            .fold(0.0_f64, f64::max)
    };
    side(&spectrum.negative)
        .max(side(&spectrum.positive))
        .log10()
        + 0.15
}

/// The sides that the axis has room for.
fn sides<'a>(
    spectrum: &'a Spectrum,
    axis: &SplitAxis,
) -> impl Iterator<Item = (&'a SideCurve, Scale)> {
    [(true, &spectrum.negative), (false, &spectrum.positive)]
        .into_iter()
        .filter_map(|(negative, curve)| Some((curve, axis.side(negative)?)))
}

/// Places of a curve, or of an end of its band.
fn places(curve: &SideCurve, counts: &[f64], side: &Scale, scale: &Scale) -> Vec<(f64, f64)> {
    // Below the frame, where the clip hides it.
    let under = scale.values.0 - 1.0;
    let y = |count: f64| scale.at(count.max(0.0).log10().max(under));
    curve
        .points
        .iter()
        .zip(counts)
        .map(|(&point, &count)| (side.at(point), y(count)))
        .collect()
}

/// The bands of both sides.
pub(crate) fn draw_bands(
    canvas: &mut Canvas,
    spectrum: &Spectrum,
    axis: &SplitAxis,
    scale: &Scale,
    style: &Style,
) {
    for (curve, side) in sides(spectrum, axis) {
        let Some([lower, upper]) = &curve.band else {
            continue;
        };
        let mut band = places(curve, upper, &side, scale);
        band.extend(places(curve, lower, &side, scale).into_iter().rev());
        match style.band {
            Some(ink) => canvas.polygon(&band, ink),
            None => canvas.faint_polygon(&band, style.ink),
        }
    }
}

/// The lines of both sides.
pub(crate) fn draw_lines(
    canvas: &mut Canvas,
    spectrum: &Spectrum,
    axis: &SplitAxis,
    scale: &Scale,
    style: &Style,
) {
    for (curve, side) in sides(spectrum, axis) {
        let line = places(curve, &curve.mean, &side, scale);
        canvas.polyline(&line, style.ink, 1.8, style.dashes);
    }
}

/// What lies between the outliers and the rest.
pub(crate) fn draw_thresholds(
    canvas: &mut Canvas,
    spectrum: &Spectrum,
    axis: &SplitAxis,
    frame: &Frame,
    ink: Ink,
) {
    for &threshold in &spectrum.thresholds {
        let x = axis.at(threshold);
        let ends = ((x, frame.y), (x, frame.bottom()));
        canvas.line(ends.0, ends.1, ink, 1.3, Some(FINE_DASHES));
    }
}

/// The leading eigenvalues, outliers in the first ink and others in the second; outliers last, on top.
pub(crate) fn draw_marks(
    canvas: &mut Canvas,
    spectrum: &Spectrum,
    axis: &SplitAxis,
    y: f64,
    diamond: f64,
    inks: (Ink, Ink),
) {
    for outlier in [false, true] {
        let ink = if outlier { inks.0 } else { inks.1 };
        for mark in spectrum.marks.iter().filter(|mark| mark.outlier == outlier) {
            let (low, high) = (
                axis.at(mark.value - mark.residual),
                axis.at(mark.value + mark.residual),
            );
            if high - low > 4.0 {
                canvas.line((low, y), (high, y), ink, 1.2, None);
            }
            let at = (axis.at(mark.value), y);
            if outlier {
                canvas.diamond(at, diamond, ink);
            } else {
                bar(canvas, at, ink);
            }
        }
    }
}
