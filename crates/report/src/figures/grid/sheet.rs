//! Where the panels of a grid stand.

use super::cells::{Grid, Panel};
use crate::figures::axes::Frame;
use crate::figures::axis::Axis;
use crate::figures::density_panel::{Shown, draw_panel, labels_below};
use crate::figures::density_words::entries;
use crate::figures::heights::{Heights, highest};
use crate::figures::layout::{BETWEEN, LINE, Layout, NOTE, PANEL, UNDER, drawn};
use crate::figures::legend::legend;
use crate::figures::readings::{Geometry, Place};
use crate::figures::split_axis::SplitAxis;
use crate::figures::view::View;
use crate::svg::{Anchor, Canvas, Drawing};

/// Height of a panel's frame.
const HEIGHT: f64 = 160.0;
/// Least width of a panel.
const LEAST_WIDTH: f64 = 150.0;
/// Height of the labels below a frame.
const LABELS: f64 = 22.0;
/// Room after a row.
const GAP: f64 = 14.0;
/// Below the last row: the title of the axis.
const BELOW: f64 = 22.0;

/// The picture in a layout and a view, and where the curves of a single column are in it.
pub(super) fn draw(
    grid: &Grid<'_>,
    panels: &[Vec<Option<Panel>>],
    layout: Layout,
    view: View,
) -> (Drawing, Option<Geometry>) {
    let beside = layout.beside(grid.columns.len()) as f64;
    let around = layout.left() + layout.right() + (beside - 1.0) * BETWEEN;
    let width = layout.width().max(around + beside * LEAST_WIDTH);
    let all = || panels.iter().flatten().flatten();
    let sheet = Sheet {
        grid,
        panels,
        layout,
        view,
        width,
        panel: (width - around) / beside,
        highest: highest(all().map(|panel| &panel.curves)),
    };
    let name = match view {
        View::Logarithmic => grid.name.clone(),
        view => format!("{}-{view}", grid.name),
    };
    let (drawing, frames) = drawn(&name, layout, width, |canvas| sheet.put(canvas));
    let places = frames.iter().zip(all()).map(|(frame, panel)| Place {
        top: frame.y,
        axis: sheet.axis(panel, frame),
        heights: sheet.heights(panel, frame),
    });
    let geometry = grid.is_single_column().then(|| Geometry {
        width,
        places: places.collect(),
    });
    let geometry = geometry.filter(|geometry| !geometry.places.is_empty());
    (drawing, geometry)
}

/// What is drawn, and how wide.
struct Sheet<'a> {
    grid: &'a Grid<'a>,
    panels: &'a [Vec<Option<Panel>>],
    layout: Layout,
    view: View,
    width: f64,
    /// The panels' width.
    panel: f64,
    /// log10 of the most eigenvalues a decade.
    highest: f64,
}

impl Sheet<'_> {
    fn axis(&self, panel: &Panel, frame: &Frame) -> Axis {
        match &panel.linear {
            Some((_, ends)) if self.view.is_straight() => Axis::straight(*ends, frame),
            _ => Axis::Split(SplitAxis::new(panel.extent, frame, self.layout.strip())),
        }
    }

    fn heights(&self, panel: &Panel, frame: &Frame) -> Heights {
        match &panel.linear {
            Some((linear, _)) if self.view.is_straight() => {
                Heights::of_density(frame, linear, self.view)
            }
            _ => Heights::of_counts(frame, self.highest),
        }
    }

    /// The title of the vertical axis.
    fn title(&self) -> &'static str {
        match self.layout {
            _ if self.view.is_straight() => "density",
            Layout::Wide if self.grid.is_single_column() => "eigenvalues per decade",
            _ => "per decade",
        }
    }

    /// Puts everything on the canvas; returns the height taken, and the frames of the panels that there are.
    fn put(&self, canvas: &mut Canvas) -> (f64, Vec<Frame>) {
        let within = self.width - 20.0;
        let heading = self.layout.heading();
        let (place, lines) = ((10.0, 22.0), (within, 18.0));
        let mut y = canvas.lines(place, Anchor::Start, heading, lines, &self.grid.title);
        let curves = self.panels.iter().flatten().flatten();
        let entries = entries(curves.map(|panel| &panel.curves));
        y += legend(canvas, (10.0, y - 6.0), within, &entries) + 14.0;
        let mut frames = Vec::new();
        let end = match self.layout {
            Layout::Narrow if !self.grid.is_single_column() => self.stack(canvas, y, &mut frames),
            _ => self.rows(canvas, y, &mut frames),
        };
        canvas.text(
            (self.width / 2.0, end + 8.0),
            Anchor::Middle,
            NOTE,
            self.view.across(),
        );
        (end + BELOW, frames)
    }

    /// Rows one above another, columns side by side.
    fn rows(&self, canvas: &mut Canvas, mut y: f64, frames: &mut Vec<Frame>) -> f64 {
        let left = |column: usize| self.layout.left() + column as f64 * (self.panel + BETWEEN);
        let top = y;
        for (column, title) in self.grid.columns.iter().enumerate() {
            if !title.is_empty() {
                let at = (left(column) + self.panel / 2.0, top);
                let lines = (self.panel + BETWEEN - 6.0, LINE);
                let end = canvas.lines(at, Anchor::Middle, PANEL, lines, title);
                y = y.max(end - 4.0);
            }
        }
        for (i, row) in self.grid.rows.iter().enumerate() {
            if !row.title.is_empty() {
                let lines = (self.width - 20.0, LINE);
                y = canvas.lines((10.0, y + 8.0), Anchor::Start, PANEL, lines, &row.title) - 8.0;
            }
            let mut lowest = y + HEIGHT;
            for column in 0..row.cells.len() {
                let frame = self.frame(left(column), y);
                let below = self.panels[i + 1..].iter();
                let labelled = !below.flat_map(|row| row.get(column)).any(Option::is_some);
                let end = self.cell(canvas, (i, column), &frame, labelled, frames);
                lowest = lowest.max(end);
            }
            y = lowest + GAP;
        }
        y
    }

    /// Panels one beneath another, column after column.
    fn stack(&self, canvas: &mut Canvas, mut y: f64, frames: &mut Vec<Frame>) -> f64 {
        for column in 0..self.grid.columns.len() {
            for row in 0..self.grid.rows.len() {
                let (head, lines) = (self.grid.head(row, column), (self.width - 20.0, LINE));
                y = canvas.lines((10.0, y), Anchor::Start, PANEL, lines, &head);
                let frame = self.frame(self.layout.left(), y - 6.0);
                y = self.cell(canvas, (row, column), &frame, true, frames) + GAP + 10.0;
            }
        }
        y - 10.0
    }

    fn frame(&self, x: f64, y: f64) -> Frame {
        Frame {
            x,
            y,
            width: self.panel,
            height: HEIGHT,
        }
    }

    /// A panel, the labels below it where it has any, and its notes; returns where it ends.
    fn cell(
        &self,
        canvas: &mut Canvas,
        (row, column): (usize, usize),
        frame: &Frame,
        labelled: bool,
        frames: &mut Vec<Frame>,
    ) -> f64 {
        let Some(panel) = &self.panels[row][column] else {
            canvas.text(frame.middle(), Anchor::Middle, NOTE, "not measured");
            frame.outline(canvas);
            return frame.bottom();
        };
        frames.push(*frame);
        let (axis, heights) = (self.axis(panel, frame), self.heights(panel, frame));
        let is_straight = self.view.is_straight();
        let shown = match &panel.linear {
            Some((linear, _)) if is_straight => Shown::straight(&panel.curves, linear),
            _ => Shown::logarithmic(&panel.curves),
        };
        let first = frame.x == self.layout.left();
        // A vertical axis of its own has labels of its own.
        let titles = (first.then(|| self.title()), first || is_straight);
        draw_panel(canvas, &shown, frame, &axis, &heights, self.layout, titles);
        let mut y = frame.bottom() + LINE;
        if labelled || is_straight && self.grid.is_single_column() {
            labels_below(canvas, frame, &axis, self.layout);
            y += LABELS;
        }
        for note in &panel.notes(self.view, self.grid.is_single_column()) {
            let lines = (frame.width + 12.0, LINE);
            y = canvas.lines((frame.x, y), Anchor::Start, UNDER, lines, note);
        }
        y + 4.0 - LINE
    }
}
