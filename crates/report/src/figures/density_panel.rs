//! A panel of the density of one spectrum.

use super::axes::Frame;
use super::axis::Axis;
use super::curves::Curves;
use super::hatching::{Region, hatch};
use super::heights::{Heights, LANE};
use super::layout::{LABEL, Layout};
use super::legend::{FINE_DASHES, bar};
use super::line::{Line, Stretch};
use super::linear::Linear;
use super::marks::Mark;
use crate::shares::Share;
use crate::svg::{Anchor, Canvas, Font, Ink};

const STRIP: Font = Font::regular(11.0, Ink::Text);

/// The labels of the horizontal axis.
pub(crate) fn labels_below(canvas: &mut Canvas, frame: &Frame, axis: &Axis, layout: Layout) {
    let ticks = axis.ticks(layout.label_distance()).into_iter();
    let labels: Vec<_> = ticks.filter_map(|(x, label)| Some((x, label?))).collect();
    frame.labels_below(canvas, &labels);
}

/// A density with the eigenvalues that its points stand for.
struct Trace<'a> {
    line: &'a Line,
    lambda: Box<dyn Fn(f64) -> f64>,
}

/// What a panel shows in one view.
pub(crate) struct Shown<'a> {
    traces: Vec<Trace<'a>>,
    unresolved: &'a [Stretch],
    /// The share of the strip about zero.
    near_zero: Option<Share>,
    marks: &'a [Mark],
    thresholds: &'a [f64],
    is_empty: bool,
}

impl<'a> Shown<'a> {
    /// On an axis that is logarithmic to either side of zero.
    pub(crate) fn logarithmic(curves: &'a Curves) -> Self {
        let side = |line, sign: f64| Trace {
            line,
            lambda: Box::new(move |u: f64| sign * 10f64.powf(u)),
        };
        Self {
            traces: vec![side(&curves.negative, -1.0), side(&curves.positive, 1.0)],
            unresolved: &curves.unresolved,
            near_zero: Some(curves.near_zero),
            marks: &curves.marks,
            thresholds: &curves.thresholds,
            is_empty: curves.is_empty(),
        }
    }

    /// On a linear axis.
    pub(crate) fn straight(curves: &'a Curves, linear: &'a Linear) -> Self {
        Self {
            traces: vec![Trace {
                line: &linear.line,
                lambda: Box::new(|lambda| lambda),
            }],
            unresolved: &linear.unresolved,
            near_zero: None,
            marks: &curves.marks,
            thresholds: &curves.thresholds,
            is_empty: false,
        }
    }
}

/// Draws a panel; one with a title of the vertical axis has its labels too.
pub(crate) fn draw_panel(
    canvas: &mut Canvas,
    shown: &Shown<'_>,
    frame: &Frame,
    axis: &Axis,
    heights: &Heights,
    layout: Layout,
    (title, labelled): (Option<&str>, bool),
) {
    frame.horizontals(canvas, &heights.scale, &heights.ticks(), labelled);
    if let Some(title) = title {
        frame.title_left(canvas, 12.0, title);
    }
    let ticks = axis.ticks(layout.label_distance()).into_iter();
    frame.verticals(canvas, ticks.filter_map(|(x, label)| label.map(|_| x)));
    if let Some((left, right)) = axis.strip() {
        canvas.rect(left, frame.y, right - left, frame.height, Ink::Shade);
    }
    let regions = regions(shown, frame, axis, heights);
    canvas.clipped(frame.rectangle(), |canvas| {
        for region in &regions {
            canvas.hatched(&region.outline);
        }
        draw_traces(canvas, shown, axis, heights);
    });
    for &threshold in shown.thresholds {
        let x = axis.at(threshold);
        let ends = ((x, frame.y), (x, frame.bottom()));
        canvas.line(ends.0, ends.1, Ink::Text, 1.3, Some(FINE_DASHES));
    }
    draw_marks(canvas, shown, axis, frame.y + LANE / 2.0, layout.diamond());
    for region in &regions {
        hatch(canvas, region, frame);
    }
    if let Some((left, right)) = axis.strip()
        && let Some(share) = shown.near_zero.filter(|share| share.is_resolved())
    {
        let range = share.range();
        let said = [format!("{range} near zero"), range];
        // As many words as the strip has room for.
        if let Some(said) = said.iter().find(|said| STRIP.width(said) <= frame.height) {
            canvas.text_upwards(((left + right) / 2.0, frame.middle().1), STRIP, said);
        }
    }
    frame.outline(canvas);
    if shown.is_empty
        && let Some((_, right)) = axis.strip()
    {
        let at = (right + 14.0, frame.middle().1);
        canvas.text(at, Anchor::Start, LABEL, "nothing away from zero");
    }
}

/// The unresolved stretches as they are drawn: up to the upper end of the band, and over the strip about zero.
fn regions(shown: &Shown<'_>, frame: &Frame, axis: &Axis, heights: &Heights) -> Vec<Region> {
    let region = |stretch: &Stretch| {
        let ends = stretch.ends.map(|end| axis.at(end));
        let mut top: Vec<(f64, f64)> = Vec::new();
        for trace in &shown.traces {
            let Some([_, upper]) = &trace.line.band else {
                continue;
            };
            for (&point, &upper) in trace.line.points.iter().zip(upper) {
                let x = axis.at((trace.lambda)(point));
                if (ends[0] - 0.01..=ends[1] + 0.01).contains(&x) {
                    top.push((x, heights.at(upper).max(frame.y + LANE)));
                }
            }
        }
        top.sort_by(|a, b| a.0.total_cmp(&b.0));
        // What the band does not reach, the strip, is as open as what is beside it.
        let y = |place: Option<&(f64, f64)>| place.map_or(frame.y + LANE, |&(_, y)| y);
        let (first, last) = (y(top.first()), y(top.last()));
        let mut outline = vec![(ends[0], frame.bottom()), (ends[0], first)];
        outline.extend(top);
        outline.extend([(ends[1], last), (ends[1], frame.bottom())]);
        Region {
            outline,
            ends,
            share: stretch.share,
        }
    };
    shown.unresolved.iter().map(region).collect()
}

/// Bands and lines, where they are resolved.
fn draw_traces(canvas: &mut Canvas, shown: &Shown<'_>, axis: &Axis, heights: &Heights) {
    let resolved = || {
        let traces = shown.traces.iter();
        traces.flat_map(|trace| {
            trace
                .line
                .resolved()
                .into_iter()
                .map(move |run| (trace, run))
        })
    };
    let through = |trace: &Trace<'_>, run: &std::ops::Range<usize>, values: &[f64]| {
        let places = trace.line.points[run.clone()]
            .iter()
            .zip(&values[run.clone()]);
        let place = |(&point, &value)| (axis.at((trace.lambda)(point)), heights.at(value));
        places.map(place).collect::<Vec<(f64, f64)>>()
    };
    for (trace, run) in resolved() {
        if let Some([lower, upper]) = &trace.line.band {
            let mut band = through(trace, &run, upper);
            band.extend(through(trace, &run, lower).into_iter().rev());
            canvas.polygon(&band, Ink::Sky);
        }
    }
    for (trace, run) in resolved() {
        let line = through(trace, &run, &trace.line.mean);
        canvas.polyline(&line, Ink::Blue, 1.8, None);
    }
}

/// The marks; outliers last, on top.
fn draw_marks(canvas: &mut Canvas, shown: &Shown<'_>, axis: &Axis, y: f64, diamond: f64) {
    for outlier in [false, true] {
        let ink = if outlier { Ink::Orange } else { Ink::Text };
        for mark in shown.marks.iter().filter(|mark| mark.outlier == outlier) {
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
