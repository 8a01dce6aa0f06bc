//! Dots on a logarithmic axis, in rows with a name each.

use super::axes::{Frame, Scale, powers};
use super::figure::Figure;
use super::layout::{LABEL, Layout, NOTE, drawn};
use super::legend::{FINE_DASHES, Sign, legend};
use crate::svg::{Anchor, Canvas, Ink};

/// Height of a row of one series; each further one adds [`APART`].
const ROW: f64 = 18.0;
/// Distance of the dots of neighbouring series in a row.
const APART: f64 = 6.0;
/// The least exponent that has a place of its own.
const LEAST: f64 = -18.0;

/// The colours of series, in their order; they repeat after the last.
const INKS: [Ink; 5] = [Ink::Blue, Ink::Orange, Ink::Green, Ink::Purple, Ink::Text];

fn ink(place: usize) -> Ink {
    INKS[place % INKS.len()]
}

/// One value a row.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    pub(crate) name: String,
    /// A value for each row; none where there is none.
    pub(crate) values: Vec<Option<f64>>,
}

/// The dots of several series.
#[derive(Clone, Debug)]
pub(crate) struct Dots {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) label: String,
    pub(crate) caption: String,
    /// What the values are.
    pub(crate) axis: String,
    /// The names of the rows.
    pub(crate) rows: Vec<String>,
    pub(crate) series: Vec<Series>,
    /// Values to compare with.
    pub(crate) references: Vec<f64>,
}

impl Dots {
    /// Draws them in both layouts.
    pub(crate) fn figure(&self) -> Figure {
        let (name, label) = (self.name.clone(), self.label.clone());
        Figure::new(name, label, self.caption.clone(), |layout| {
            let put = |canvas: &mut Canvas| (self.put(canvas, layout), ());
            drawn(&self.name, layout, layout.width(), put).0
        })
    }

    /// Whole exponents about all values and references.
    fn extent(&self) -> (f64, f64) {
        let values = self.series.iter().flat_map(|series| &series.values);
        let positive = values
            .flatten()
            .chain(&self.references)
            .filter(|value| **value > 0.0);
        let (low, high) = positive
            .map(|value| value.log10().max(LEAST))
            .fold((0.0f64, LEAST), |(low, high), at| {
                (low.min(at), high.max(at))
            });
        (low.floor() - 1.0, high.ceil().max(low.floor() + 1.0))
    }

    /// Puts everything on the canvas; returns the height taken.
    fn put(&self, canvas: &mut Canvas, layout: Layout) -> f64 {
        canvas.text((10.0, 22.0), Anchor::Start, layout.heading(), &self.title);
        let entry = |(i, series): (usize, &Series)| (Sign::Disc(ink(i)), series.name.clone());
        let entries: Vec<_> = self.series.iter().enumerate().map(entry).collect();
        let taken = legend(canvas, (10.0, 32.0), layout.width() - 20.0, &entries);
        let left = layout.width() * 0.4;
        let row = ROW + APART * self.series.len().saturating_sub(1) as f64;
        let frame = Frame {
            x: left,
            y: 44.0 + taken,
            width: layout.width() - left - layout.right() - 8.0,
            height: row * self.rows.len().max(1) as f64,
        };
        let extent = self.extent();
        let across = Scale {
            values: extent,
            pixels: (frame.x, frame.right()),
        };
        let most = (frame.width / layout.label_distance()) as usize;
        let ticks: Vec<(f64, String)> = powers(extent.0, extent.1, most)
            .into_iter()
            .map(|tick| (across.at(tick.value), tick.label))
            .collect();
        frame.verticals(canvas, ticks.iter().map(|(x, _)| *x));
        frame.labels_below(canvas, &ticks);
        for reference in self.references.iter().filter(|value| **value > 0.0) {
            let x = across.at(reference.log10().max(extent.0));
            let ends = ((x, frame.y), (x, frame.bottom()));
            canvas.line(ends.0, ends.1, Ink::Text, 1.2, Some(FINE_DASHES));
        }
        for (place, name) in self.rows.iter().enumerate() {
            let middle = frame.y + (place as f64 + 0.5) * row;
            let name = LABEL.cut(name, left - 16.0);
            let at = (left - 8.0, middle + LABEL.size * 0.35);
            canvas.text(at, Anchor::End, LABEL, &name);
            canvas.line(
                (frame.x, middle),
                (frame.right(), middle),
                Ink::Grid,
                1.0,
                None,
            );
            self.dots(canvas, &across, place, middle);
        }
        frame.outline(canvas);
        let below = (frame.middle().0, frame.bottom() + 34.0);
        canvas.text(below, Anchor::Middle, NOTE, &self.axis);
        frame.bottom() + 42.0
    }

    /// The dots of a row.
    fn dots(&self, canvas: &mut Canvas, across: &Scale, place: usize, middle: f64) {
        let first = middle - 0.5 * APART * self.series.len().saturating_sub(1) as f64;
        for (i, series) in self.series.iter().enumerate() {
            let Some(value) = series.values.get(place).copied().flatten() else {
                continue;
            };
            let exponent = if value > 0.0 {
                value.log10().clamp(across.values.0, across.values.1)
            } else {
                across.values.0
            };
            let at = (across.at(exponent), first + i as f64 * APART);
            canvas.disc(at, 3.2, ink(i));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dots(values: Vec<Option<f64>>, references: Vec<f64>) -> Dots {
        Dots {
            name: "dots".into(),
            title: "Dots".into(),
            label: "Dots.".into(),
            caption: "Dots.".into(),
            axis: "value".into(),
            rows: values.iter().map(|_| "row".to_owned()).collect(),
            series: vec![Series {
                name: "one".into(),
                values,
            }],
            references,
        }
    }

    #[test]
    fn the_axis_holds_values_and_references() {
        let extent = |values, references| dots(values, references).extent();
        assert_eq!(extent(vec![Some(3e-7), None], vec![1e-4]), (-8.0, -4.0));
        assert_eq!(extent(vec![Some(0.0)], vec![1e-4]), (-5.0, -3.0));
        assert_eq!(extent(vec![Some(2.0)], vec![]), (-1.0, 1.0));
    }

    #[test]
    fn a_value_has_a_dot_and_nothing_has_none() {
        let discs = |values| {
            let figure = dots(values, vec![1e-4]).figure();
            // One is in the legend.
            figure
                .first
                .wide
                .standalone("dots")
                .matches("<circle")
                .count()
                - 1
        };
        assert_eq!(discs(vec![Some(1e-6), None, Some(0.0)]), 2);
        assert_eq!(discs(vec![None]), 0);
    }
}
