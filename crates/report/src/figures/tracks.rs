//! Quantities of a spectrum, with error bars, along epochs and along sample sizes.

use super::axes::{Frame, Scale, logarithmic, padded};
use super::figure::Figure;
use super::layout::{Layout, NOTE, PANEL, drawn};
use super::legend::{FINE_DASHES, Sign, legend};
use crate::svg::{Anchor, Canvas, Ink};
use hesscope_records::Measure;

/// Height of a frame.
const HEIGHT: f64 = 150.0;
/// Room above a frame for its title.
const HEAD: f64 = 26.0;
/// Room below a frame for labels.
const FOOT: f64 = 24.0;
/// Half the width of an error bar's ends.
const CAP: f64 = 3.0;
/// Distance of neighbouring series at one place, so that error bars do not hide each other.
const APART: f64 = 4.0;

/// What series look like, in their order; they repeat after the last.
const STYLES: [(Ink, Option<&str>); 6] = [
    (Ink::Blue, None),
    (Ink::Orange, Some("6 4")),
    (Ink::Green, Some("2 3")),
    (Ink::Purple, Some("9 3 2 3")),
    (Ink::Text, Some("4 2")),
    (Ink::Muted, Some("1 3")),
];

/// One quantity along one axis.
#[derive(Clone, Debug)]
pub(crate) struct TrackPanel {
    /// What it is.
    pub(crate) title: String,
    /// A line for each series, a point at each place; none where there is no value.
    pub(crate) series: Vec<Vec<Option<Measure>>>,
    /// A value to compare with.
    pub(crate) reference: Option<f64>,
}

/// Panels one above another that share an axis of places and a legend.
#[derive(Clone, Debug)]
pub(crate) struct TrackColumn {
    /// What stands above.
    pub(crate) title: String,
    /// The places, evenly spaced.
    pub(crate) places: Vec<String>,
    /// The axis.
    pub(crate) axis: String,
    /// The names of the series.
    pub(crate) series: Vec<String>,
    pub(crate) panels: Vec<TrackPanel>,
}

/// Columns side by side, or one beneath the other on a narrow page.
#[derive(Clone, Debug)]
pub(crate) struct Tracks {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) label: String,
    pub(crate) caption: String,
    pub(crate) columns: Vec<TrackColumn>,
}

impl Tracks {
    /// Draws them in both layouts.
    pub(crate) fn figure(&self) -> Figure {
        let (name, label) = (self.name.clone(), self.label.clone());
        Figure::new(name, label, self.caption.clone(), |layout| {
            let put = |canvas: &mut Canvas| (self.put(canvas, layout), ());
            drawn(&self.name, layout, layout.width(), put).0
        })
    }

    /// Puts everything on the canvas; returns the height taken.
    fn put(&self, canvas: &mut Canvas, layout: Layout) -> f64 {
        canvas.text((10.0, 22.0), Anchor::Start, layout.heading(), &self.title);
        let width = layout.width() / layout.beside(self.columns.len()) as f64;
        let mut bottom = 36.0f64;
        let mut below = 36.0;
        for (i, column) in self.columns.iter().enumerate() {
            let (x, y) = match layout {
                Layout::Wide => (i as f64 * width, 36.0),
                Layout::Narrow => (0.0, below),
            };
            below = column.put(canvas, (x, y), width, layout);
            bottom = bottom.max(below);
        }
        bottom + 4.0
    }
}

/// The look of a series.
fn style(place: usize) -> (Ink, Option<&'static str>) {
    STYLES[place % STYLES.len()]
}

impl TrackColumn {
    /// Puts the column at a place; returns where it ends.
    fn put(&self, canvas: &mut Canvas, (x, y): (f64, f64), width: f64, layout: Layout) -> f64 {
        let left = x + layout.left();
        let frame_width = width - layout.left() - layout.right();
        let mut y = y + 12.0;
        canvas.text((left, y), Anchor::Start, NOTE, &self.title);
        let entry = |(i, name): (usize, &String)| {
            let (ink, dashes) = style(i);
            (Sign::Curve(ink, dashes), name.clone())
        };
        let entries: Vec<_> = self.series.iter().enumerate().map(entry).collect();
        y += 6.0;
        y += legend(canvas, (left, y), frame_width, &entries);
        for panel in &self.panels {
            y += HEAD;
            let frame = Frame {
                x: left,
                y,
                width: frame_width,
                height: HEIGHT,
            };
            canvas.text((left, y - 9.0), Anchor::Start, PANEL, &panel.title);
            panel.draw(canvas, &frame, &self.places);
            y += HEIGHT + FOOT;
        }
        let below = (left + frame_width / 2.0, y + 12.0);
        canvas.text(below, Anchor::Middle, NOTE, &self.axis);
        y + 24.0
    }
}

impl TrackPanel {
    /// The exponents of all values and ends of error bars above zero.
    fn extent(&self) -> Option<(f64, f64)> {
        let measures = self.series.iter().flatten().flatten();
        let ends = measures.flat_map(|m| [Some(m.value), Some(m.lower), m.upper]);
        let usable = |value: &f64| *value > 0.0 && value.is_finite();
        let mut exponents = ends.flatten().filter(usable).map(f64::log10);
        let reference = self.reference.filter(usable).map(f64::log10);
        // A reference alone is no value.
        let first = exponents.next()?;
        padded(exponents.chain([first]).chain(reference), 0.08)
    }

    fn draw(&self, canvas: &mut Canvas, frame: &Frame, places: &[String]) {
        let step = frame.width / places.len().max(1) as f64;
        let at = |place: usize| frame.x + (place as f64 + 0.5) * step;
        let labels = places.iter().enumerate();
        let labels: Vec<_> = labels.map(|(i, name)| (at(i), name.clone())).collect();
        frame.verticals(canvas, labels.iter().map(|(x, _)| *x));
        frame.labels_below(canvas, &labels);
        frame.outline(canvas);
        let Some(extent) = self.extent() else {
            let nothing = "no value on this grid";
            return canvas.text(frame.middle(), Anchor::Middle, NOTE, nothing);
        };
        let scale = frame.scale(extent);
        frame.horizontals(canvas, &scale, &logarithmic(extent.0, extent.1, 6), true);
        if let Some(reference) = self.reference.filter(|value| *value > 0.0) {
            let y = scale.at(reference.log10());
            let ends = ((frame.x, y), (frame.right(), y));
            canvas.line(ends.0, ends.1, Ink::Text, 1.2, Some(FINE_DASHES));
        }
        let middle = 0.5 * (self.series.len().saturating_sub(1)) as f64;
        canvas.clipped(frame.rectangle(), |canvas| {
            for (i, points) in self.series.iter().enumerate() {
                let shift = (i as f64 - middle) * APART;
                draw_series(canvas, &scale, points, |place| at(place) + shift, style(i));
            }
        });
        frame.outline(canvas);
    }
}

/// A line through neighbouring values, with discs and error bars; it breaks where a value is missing.
fn draw_series(
    canvas: &mut Canvas,
    scale: &Scale,
    points: &[Option<Measure>],
    at: impl Fn(usize) -> f64,
    (ink, dashes): (Ink, Option<&str>),
) {
    // Below the frame, where the clip hides it.
    let under = scale.pixels.0 + 100.0;
    let over = scale.pixels.1 - 100.0;
    let y = |value: f64| {
        if value > 0.0 {
            scale.at(value.log10())
        } else {
            under
        }
    };
    let shown: Vec<Option<(f64, f64)>> = points
        .iter()
        .enumerate()
        .map(|(place, measure)| {
            let measure = measure.filter(|measure| measure.value > 0.0)?;
            Some((at(place), y(measure.value)))
        })
        .collect();
    for run in shown.split(Option::is_none) {
        let through: Vec<(f64, f64)> = run.iter().flatten().copied().collect();
        if through.len() > 1 {
            canvas.polyline(&through, ink, 1.8, dashes);
        }
    }
    for (place, measure) in points.iter().enumerate() {
        let (Some(measure), Some(point)) = (measure, shown[place]) else {
            continue;
        };
        let (low, high) = (y(measure.lower), measure.upper.map_or(over, &y));
        if low - high > 2.0 {
            let x = point.0;
            canvas.line((x, low), (x, high), ink, 1.2, None);
            for end in [low, high] {
                canvas.line((x - CAP, end), (x + CAP, end), ink, 1.2, None);
            }
        }
        canvas.disc(point, 3.0, ink);
    }
}
