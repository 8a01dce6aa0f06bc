//! Points of the plane that belong to classes, in panels side by side.

use super::axes::Frame;
use super::figure::Figure;
use super::layout::{LINE, Layout, PANEL, UNDER, drawn};
use crate::svg::{Anchor, Canvas, Drawing, Font, Ink};

/// What a point stands for, which decides how it is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The mean of a class: a disc with the class's label.
    Class,
    /// The mean in the direction of another class: the label of its own class.
    Cross,
    /// The mean in the direction of its own class: the label in a ring.
    Own,
}

/// A point.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Point {
    pub(crate) at: [f64; 2],
    pub(crate) class: usize,
    pub(crate) kind: Kind,
    /// What it is, in words.
    pub(crate) said: String,
}

/// A panel.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ScatterPanel {
    pub(crate) title: String,
    pub(crate) points: Vec<Point>,
    /// What is said under it, each broken into lines.
    pub(crate) notes: Vec<String>,
}

/// Panels of points, three in a row at most; on a narrow page they stand one beneath another.
///
/// Distances mean the same across and upwards; the units of different panels do not compare.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Scatter {
    /// The name of its files.
    pub(crate) name: String,
    /// The heading.
    pub(crate) title: String,
    /// What the picture shows, for readers who do not see it.
    pub(crate) label: String,
    /// The caption.
    pub(crate) caption: String,
    /// The panels.
    pub(crate) panels: Vec<ScatterPanel>,
}

/// Most panels in a row.
const IN_ROW: usize = 3;
/// Least width of a panel.
const LEAST_WIDTH: f64 = 310.0;
/// Room between panels.
const BETWEEN: f64 = 18.0;
/// Room around the points of a panel, a share of their extent.
const MARGIN: f64 = 0.07;
/// Radius of the disc of a class, and of the ring of a mean in its own direction.
const DISC: f64 = 9.5;
const RING: f64 = 7.5;

impl Scatter {
    /// Draws the panels in both layouts.
    pub(crate) fn figure(&self) -> Figure {
        let (name, label) = (self.name.clone(), self.label.clone());
        Figure::new(name, label, self.caption.clone(), |layout| {
            self.draw(layout)
        })
    }

    fn draw(&self, layout: Layout) -> Drawing {
        let (in_row, least) = match layout {
            Layout::Wide => (self.panels.len().clamp(1, IN_ROW), LEAST_WIDTH),
            Layout::Narrow => (1, 0.0),
        };
        let around = 20.0 + (in_row - 1) as f64 * BETWEEN;
        let width = layout.width().max(around + in_row as f64 * least);
        let side = (width - around) / in_row as f64;
        let put = |canvas: &mut Canvas| {
            let (heading, lines) = (layout.heading(), (width - 20.0, 20.0));
            let mut y = canvas.lines((10.0, 22.0), Anchor::Start, heading, lines, &self.title);
            for row in self.panels.chunks(in_row) {
                y = put_row(canvas, row, y, side) + 22.0;
            }
            (y, ())
        };
        drawn(&self.name, layout, width, put).0
    }
}

/// Puts panels side by side, each under its title and over its notes; returns where the lowest ends.
fn put_row(canvas: &mut Canvas, row: &[ScatterPanel], y: f64, side: f64) -> f64 {
    let left = |column: usize| 10.0 + column as f64 * (side + BETWEEN);
    let mut top = y;
    for (column, panel) in row.iter().enumerate() {
        let (at, lines) = ((left(column), y + 10.0), (side, LINE));
        let end = canvas.lines(at, Anchor::Start, PANEL, lines, &panel.title);
        top = top.max(end - 10.0);
    }
    let mut below = y;
    for (column, panel) in row.iter().enumerate() {
        let frame = Frame {
            x: left(column),
            y: top,
            width: side,
            height: side,
        };
        scatter(canvas, panel, &frame);
        let mut under = frame.bottom() + 2.0 + LINE;
        for note in &panel.notes {
            let (at, lines) = ((frame.x, under), (side, LINE));
            under = canvas.lines(at, Anchor::Start, UNDER, lines, note);
        }
        below = below.max(under - LINE);
    }
    below
}

/// The points of a panel, those of whole classes on top.
fn scatter(canvas: &mut Canvas, panel: &ScatterPanel, frame: &Frame) {
    let place = fitted(&panel.points, frame);
    for wanted in [Kind::Cross, Kind::Own, Kind::Class] {
        for point in panel.points.iter().filter(|point| point.kind == wanted) {
            let at = place(point.at);
            canvas.titled(&point.said, |canvas| draw_point(canvas, point, at));
        }
    }
    let (left, right, top, bottom) = (frame.x, frame.right(), frame.y, frame.bottom());
    let corners = [
        (left, top),
        (right, top),
        (right, bottom),
        (left, bottom),
        (left, top),
    ];
    canvas.polyline(&corners, Ink::Grid, 1.0, None);
}

/// The map from the points' plane into the frame, upwards being upwards.
fn fitted(points: &[Point], frame: &Frame) -> impl Fn([f64; 2]) -> (f64, f64) + use<> {
    let range = |axis: usize| {
        points
            .iter()
            .map(|point| point.at[axis])
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            })
    };
    let ((x0, x1), (y0, y1)) = (range(0), range(1));
    let extent = (x1 - x0).max(y1 - y0);
    // A single place stands in the middle.
    let extent = if extent > 0.0 { extent } else { 1.0 };
    let scale = frame.width * (1.0 - 2.0 * MARGIN) / extent;
    let (middle_x, middle_y) = (0.5 * (x0 + x1), 0.5 * (y0 + y1));
    let (centre_x, centre_y) = frame.middle();
    move |[x, y]| {
        (
            centre_x + (x - middle_x) * scale,
            centre_y - (y - middle_y) * scale,
        )
    }
}

fn draw_point(canvas: &mut Canvas, point: &Point, (x, y): (f64, f64)) {
    let ink = Ink::of_class(point.class);
    let label = point.class.to_string();
    let (size, own) = match point.kind {
        Kind::Class => (11.5, Ink::Paper),
        Kind::Cross | Kind::Own => (10.5, ink),
    };
    match point.kind {
        Kind::Class => {
            canvas.disc((x, y), DISC + 1.2, Ink::Paper);
            canvas.disc((x, y), DISC, ink);
        }
        Kind::Own => canvas.ring((x, y), RING, ink, 1.0),
        Kind::Cross => {}
    }
    let baseline = (x, y + size * 0.36);
    canvas.text(baseline, Anchor::Middle, Font::bold(size, own), &label);
}
