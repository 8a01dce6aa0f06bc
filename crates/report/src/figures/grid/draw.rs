//! Where the panels of a grid stand, and what is in them.

use super::{Axes, Grid, Panel, style_of};
use crate::figures::axes::{Frame, Scale, powers};
use crate::figures::layout::{LABEL, Layout, NOTE, PANEL, lines};
use crate::figures::legend::{Sign, legend};
use crate::figures::panel::{LEAST, draw_bands, draw_lines, draw_marks, draw_thresholds, highest};
use crate::figures::split_axis::SplitAxis;
use crate::numbers::percent;
use crate::svg::{Anchor, Canvas, Drawing, Font, Ink};

/// Height of a panel's frame.
const HEIGHT: f64 = 150.0;
/// Height of a lane of marks inside a frame, and of the first, which has room above it.
const LANE: f64 = 11.0;
const FIRST_LANE: f64 = 20.0;
/// Room between columns, for the labels that reach over their ends.
const BETWEEN: f64 = 26.0;
/// Least width of a panel.
const LEAST_WIDTH: f64 = 150.0;
/// Height of a line of text.
const LINE: f64 = 16.0;
/// Height of the labels below a frame.
const LABELS: f64 = 22.0;
/// Room after a row.
const GAP: f64 = 14.0;
const ROW: Font = Font::bold(13.0, Ink::Text);
const UNDER: Font = Font::regular(11.5, Ink::Text);
const STRIP: Font = Font::regular(11.0, Ink::Text);
/// Below the last row: the title of the axis.
const BELOW: f64 = 22.0;

/// The picture in a layout.
pub(super) fn draw(
    grid: &Grid<'_>,
    labels: &[String],
    panels: &[Vec<Option<Panel>>],
    layout: Layout,
) -> Drawing {
    let sheet = Sheet::new(grid, labels, panels, layout);
    // The height is known once everything has its place: that is tried on a canvas of its own.
    let mut trial = Canvas::new(sheet.width, 0.0, "");
    let height = sheet.put(&mut trial);
    let name = format!("{}-{}", grid.name, layout.name());
    let mut canvas = Canvas::new(sheet.width, height, &name);
    sheet.put(&mut canvas);
    canvas.finish()
}

/// What is drawn, and how wide.
struct Sheet<'a> {
    grid: &'a Grid<'a>,
    labels: &'a [String],
    panels: &'a [Vec<Option<Panel>>],
    layout: Layout,
    width: f64,
    /// The panels' width.
    panel: f64,
    /// log10 of the most eigenvalues a decade.
    highest: f64,
}

impl<'a> Sheet<'a> {
    fn new(
        grid: &'a Grid<'a>,
        labels: &'a [String],
        panels: &'a [Vec<Option<Panel>>],
        layout: Layout,
    ) -> Self {
        let beside = match layout {
            Layout::Wide => grid.columns.len().max(1) as f64,
            Layout::Narrow => 1.0,
        };
        let around = layout.left() + layout.right() + (beside - 1.0) * BETWEEN;
        let width = layout.width().max(around + beside * LEAST_WIDTH);
        let spectra = panels
            .iter()
            .flatten()
            .flatten()
            .flat_map(|panel| &panel.curves);
        Self {
            grid,
            labels,
            panels,
            layout,
            width,
            panel: (width - around) / beside,
            highest: spectra
                .map(|(_, spectrum)| highest(spectrum))
                .fold(1.0, f64::max),
        }
    }

    /// Puts everything on the canvas; returns the height taken.
    fn put(&self, canvas: &mut Canvas) -> f64 {
        let within = self.width - 20.0;
        let mut y = 22.0;
        for line in lines(&self.grid.title, self.layout.heading(), within) {
            canvas.text((10.0, y), Anchor::Start, self.layout.heading(), &line);
            y += 18.0;
        }
        y += legend(canvas, (10.0, y - 6.0), within, &self.entries());
        let end = match self.layout {
            Layout::Wide => self.rows(canvas, y),
            Layout::Narrow => self.stack(canvas, y),
        };
        canvas.text(
            (self.width / 2.0, end + 8.0),
            Anchor::Middle,
            NOTE,
            "eigenvalue \u{3bb}, logarithmic to either side of zero",
        );
        end + BELOW
    }

    /// Signs that occur.
    fn entries(&self) -> Vec<(Sign, &'a str)> {
        let spectra = || {
            let panels = self.panels.iter().flatten().flatten();
            panels
                .flat_map(|panel| &panel.curves)
                .map(|(_, spectrum)| spectrum)
        };
        let many = self.labels.len() > 1;
        let mut entries = Vec::new();
        if many {
            for (place, label) in self.labels.iter().enumerate() {
                let style = style_of(place, self.labels.len());
                entries.push((Sign::Curve(style.ink, style.dashes), label.as_str()));
            }
        } else {
            entries.push((Sign::Line, "density"));
        }
        let banded = spectra().any(|s| s.positive.band.is_some() || s.negative.band.is_some());
        if banded && !many {
            entries.push((Sign::Band, "95 % band"));
        }
        if spectra().flat_map(|s| &s.marks).any(|mark| mark.outlier) {
            entries.push((Sign::Diamond, "outlier"));
        }
        if spectra().flat_map(|s| &s.marks).any(|mark| !mark.outlier) {
            entries.push((Sign::Bar, "other leading eigenvalue"));
        }
        if spectra().any(|s| !s.thresholds.is_empty()) {
            entries.push((Sign::Threshold, "end of the outliers"));
        }
        entries
    }

    /// Rows one above another, columns side by side.
    fn rows(&self, canvas: &mut Canvas, mut y: f64) -> f64 {
        let left = |column: usize| self.layout.left() + column as f64 * (self.panel + BETWEEN);
        y += 14.0;
        let heads: Vec<Vec<String>> = self
            .grid
            .columns
            .iter()
            .map(|title| lines(title, PANEL, self.panel + BETWEEN - 6.0))
            .collect();
        for (column, head) in heads.iter().enumerate() {
            for (k, line) in head.iter().enumerate() {
                let at = (left(column) + self.panel / 2.0, y + k as f64 * LINE);
                canvas.text(at, Anchor::Middle, PANEL, line);
            }
        }
        y += heads.iter().map(Vec::len).max().unwrap_or(0) as f64 * LINE - 4.0;
        for (i, row) in self.grid.rows.iter().enumerate() {
            if !row.title.is_empty() {
                y += 8.0;
                canvas.text((10.0, y), Anchor::Start, ROW, &row.title);
                y += 8.0;
            }
            let labelled = self.grid.axes == Axes::OfPanels || i + 1 == self.grid.rows.len();
            let mut below = y + HEIGHT;
            for (column, panel) in self.panels[i].iter().enumerate() {
                let frame = Frame {
                    x: left(column),
                    y,
                    width: self.panel,
                    height: HEIGHT,
                };
                let end = self.cell(canvas, panel.as_ref(), &frame, column == 0, labelled);
                below = below.max(end);
            }
            y = below + GAP;
        }
        y
    }

    /// Panels one beneath another, column after column.
    fn stack(&self, canvas: &mut Canvas, mut y: f64) -> f64 {
        y += 14.0;
        for column in 0..self.grid.columns.len() {
            for (row, panels) in self.panels.iter().enumerate() {
                for line in lines(&self.grid.head(row, column), PANEL, self.width - 20.0) {
                    canvas.text((10.0, y), Anchor::Start, PANEL, &line);
                    y += LINE;
                }
                let frame = Frame {
                    x: self.layout.left(),
                    y: y - 6.0,
                    width: self.panel,
                    height: HEIGHT,
                };
                y = self.cell(canvas, panels[column].as_ref(), &frame, true, true) + GAP + 10.0;
            }
        }
        y - 10.0
    }

    /// A panel, the labels below it where it has any, and its notes; returns where it ends.
    fn cell(
        &self,
        canvas: &mut Canvas,
        panel: Option<&Panel>,
        frame: &Frame,
        first: bool,
        labelled: bool,
    ) -> f64 {
        let Some(panel) = panel else {
            let middle = (frame.x + frame.width / 2.0, frame.y + frame.height / 2.0);
            canvas.text(middle, Anchor::Middle, NOTE, "not measured");
            frame.outline(canvas);
            return frame.bottom();
        };
        let axis = SplitAxis::new(panel.extent, frame, self.layout.strip());
        self.panel(canvas, panel, frame, &axis, first);
        let mut y = frame.bottom();
        if labelled {
            let labels: Vec<(f64, String)> = axis
                .ticks(self.layout.label_distance())
                .into_iter()
                .filter_map(|(x, label)| Some((x, label?)))
                .collect();
            frame.labels_below(canvas, &labels);
            y += LABELS;
        }
        for note in &panel.notes {
            for line in lines(note, UNDER, frame.width + 12.0) {
                y += LINE;
                canvas.text((frame.x, y), Anchor::Start, UNDER, &line);
            }
        }
        y + 4.0
    }

    fn panel(
        &self,
        canvas: &mut Canvas,
        panel: &Panel,
        frame: &Frame,
        axis: &SplitAxis,
        first: bool,
    ) {
        let many = self.labels.len() > 1;
        let lanes = if many { panel.curves.len() as f64 } else { 1.0 };
        let scale = Scale {
            values: (LEAST, self.highest),
            pixels: (frame.bottom(), frame.y + FIRST_LANE + (lanes - 1.0) * LANE),
        };
        let ticks = powers(LEAST, scale.values.1, 5);
        if first {
            frame.horizontals(canvas, &scale, &ticks);
            frame.title_left(canvas, 12.0, "per decade");
        } else {
            for tick in &ticks {
                let y = scale.at(tick.value);
                canvas.line((frame.x, y), (frame.right(), y), Ink::Grid, 1.0, None);
            }
        }
        frame.verticals(
            canvas,
            axis.ticks(self.layout.label_distance())
                .into_iter()
                .filter(|(_, label)| label.is_some())
                .map(|(x, _)| x),
        );
        let (left, right) = axis.strip();
        canvas.rect(left, frame.y, right - left, frame.height, Ink::Shade);
        let style = |place: usize| style_of(place, self.labels.len());
        canvas.clipped(frame.rectangle(), |canvas| {
            for (place, spectrum) in &panel.curves {
                draw_bands(canvas, spectrum, axis, &scale, &style(*place));
            }
            for (place, spectrum) in &panel.curves {
                draw_lines(canvas, spectrum, axis, &scale, &style(*place));
            }
        });
        for (lane, (place, spectrum)) in panel.curves.iter().enumerate() {
            let own = style(*place).ink;
            let (threshold, marks) = if many {
                (own, (own, own))
            } else {
                (Ink::Text, (Ink::Orange, Ink::Text))
            };
            draw_thresholds(canvas, spectrum, axis, frame, threshold);
            let y = frame.y + FIRST_LANE / 2.0 + lane as f64 * LANE;
            let diamond = if many { 4.5 } else { 5.0 };
            draw_marks(canvas, spectrum, axis, y, diamond, marks);
        }
        if let [(_, only)] = panel.curves.as_slice() {
            self.share(canvas, &percent(only.near_zero), frame, (left, right));
            if only.positive.points.is_empty() && only.negative.points.is_empty() {
                let at = (right + 8.0, frame.y + frame.height / 2.0);
                canvas.text(at, Anchor::Start, LABEL, "nothing away from zero");
            }
        }
        frame.outline(canvas);
    }

    /// The share near zero, in as many words as the strip has room for.
    fn share(&self, canvas: &mut Canvas, share: &str, frame: &Frame, strip: (f64, f64)) {
        let at = ((strip.0 + strip.1) / 2.0, frame.y + frame.height / 2.0);
        let long = format!("{share} near zero");
        if STRIP.width(&long) <= frame.height {
            canvas.text_upwards(at, STRIP, &long);
        } else if STRIP.width(share) <= frame.height {
            canvas.text_upwards(at, STRIP, share);
        }
    }
}
