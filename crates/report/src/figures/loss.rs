//! Loss and accuracy of both splits against epoch.

use super::axes::{Frame, Scale, Tick, logarithmic, padded, round_steps};
use super::figure::Figure;
use super::layout::{Layout, NOTE, PANEL, drawn};
use super::legend::{DASHES, Sign, legend};
use crate::svg::{Anchor, Canvas, Drawing, Ink};
use crate::text::numbers::{accuracy, integer, plain};
use hesscope_records::{EpochRecord, SplitRecord};

/// Height of a frame.
const HEIGHT: f64 = 210.0;
/// Most marks a curve carries; more would hide it.
const MARKS: usize = 40;

const TITLE: &str = "Loss and accuracy after each epoch";

/// What was measured after an epoch.
#[derive(Clone, Copy)]
struct Evaluated {
    epoch: usize,
    train: SplitRecord,
    test: SplitRecord,
}

/// The figure, if any epoch was evaluated.
pub(crate) fn loss(epochs: &[EpochRecord]) -> Option<Figure> {
    let evaluated = |record: &EpochRecord| {
        let (train, test) = record.evaluated()?;
        let epoch = record.epoch;
        Some(Evaluated { epoch, train, test })
    };
    let all = epochs.len();
    let epochs: Vec<Evaluated> = epochs.iter().filter_map(evaluated).collect();
    let (first, last) = (epochs.first()?, epochs.last()?);
    let which = if epochs.len() == all {
        "after each epoch"
    } else {
        "after each epoch that was evaluated"
    };
    let label = format!(
        "{TITLE}. From epoch {} to epoch {}: training loss {} to {}, test loss {} to {}; training accuracy {} % to {} %, \
         test accuracy {} % to {} %.",
        integer(first.epoch),
        integer(last.epoch),
        plain(first.train.loss),
        plain(last.train.loss),
        plain(first.test.loss),
        plain(last.test.loss),
        accuracy(first.train.accuracy, 3),
        accuracy(last.train.accuracy, 3),
        accuracy(first.test.accuracy, 3),
        accuracy(last.test.accuracy, 3),
    );
    let caption = format!(
        "Mean cross-entropy in nats, on a logarithmic axis, and accuracy, over the whole of each split {which}. Epoch 0 is \
         the untrained network."
    );
    let draw = |layout| draw(&epochs, layout);
    Some(Figure::new("loss".to_owned(), label, caption, draw))
}

fn draw(epochs: &[Evaluated], layout: Layout) -> Drawing {
    let (left, right) = (layout.left(), layout.right());
    let (columns, height) = match layout {
        Layout::Wide => (2.0, 330.0),
        Layout::Narrow => (1.0, 610.0),
    };
    let width = layout.width() / columns - left - right;
    let put = |canvas: &mut Canvas| {
        canvas.text((10.0, 22.0), Anchor::Start, layout.heading(), TITLE);
        let entries = [
            (Sign::LineWithDiscs, "training split"),
            (Sign::DashesWithSquares, "test split"),
        ];
        let taken = legend(canvas, (10.0, 32.0), layout.width() - 20.0, &entries);
        let first = Frame {
            x: left,
            y: 32.0 + taken + 30.0,
            width,
            height: HEIGHT,
        };
        let mut second = first;
        match layout {
            Layout::Wide => second.x += layout.width() / 2.0,
            Layout::Narrow => second.y += HEIGHT + 66.0,
        }
        losses(canvas, &first, epochs);
        accuracies(canvas, &second, epochs);
        (height, ())
    };
    drawn("loss", layout, layout.width(), put).0
}

/// The points of both splits that can be drawn, training first.
fn series(epochs: &[Evaluated], value: impl Fn(SplitRecord) -> f64) -> [Vec<(f64, f64)>; 2] {
    let of = |split: fn(&Evaluated) -> SplitRecord| {
        let points = epochs
            .iter()
            .map(|record| (record.epoch as f64, value(split(record))));
        points.filter(|(_, y)| y.is_finite()).collect()
    };
    [of(|record| record.train), of(|record| record.test)]
}

fn losses(canvas: &mut Canvas, frame: &Frame, epochs: &[Evaluated]) {
    // The logarithm of a loss of zero is not finite, and is left out.
    let curves = series(epochs, |split| split.loss.log10());
    let ends = ends(&curves, 0.05).unwrap_or((-1.0, 0.0));
    let ticks = logarithmic(ends.0, ends.1, 6);
    panel(canvas, frame, "Loss", ends, &ticks, epochs, &curves);
}

fn accuracies(canvas: &mut Canvas, frame: &Frame, epochs: &[Evaluated]) {
    let curves = series(epochs, |split| split.accuracy * 100.0);
    let ends = ends(&curves, 0.5).unwrap_or((0.0, 100.0));
    let ticks = round_steps(ends.0.max(0.0), ends.1.min(100.0), 6, false);
    panel(canvas, frame, "Accuracy, %", ends, &ticks, epochs, &curves);
}

/// The ends of an axis that holds both curves.
fn ends(curves: &[Vec<(f64, f64)>; 2], least_room: f64) -> Option<(f64, f64)> {
    padded(curves.iter().flatten().map(|&(_, y)| y), least_room)
}

fn panel(
    canvas: &mut Canvas,
    frame: &Frame,
    title: &str,
    values: (f64, f64),
    ticks: &[Tick],
    epochs: &[Evaluated],
    curves: &[Vec<(f64, f64)>; 2],
) {
    canvas.text((frame.x, frame.y - 12.0), Anchor::Start, PANEL, title);
    let scale = frame.scale(values);
    frame.horizontals(canvas, &scale, ticks, true);
    let places = epochs.iter().map(|record| record.epoch as f64);
    let low = places.clone().fold(f64::INFINITY, f64::min);
    let high = places.fold(f64::NEG_INFINITY, f64::max);
    // A single epoch stands in the middle.
    let pad = if high > low { 0.03 * (high - low) } else { 0.5 };
    let across = Scale {
        values: (low - pad, high + pad),
        pixels: (frame.x, frame.right()),
    };
    let labels: Vec<(f64, String)> = round_steps(low, high, 7, true)
        .into_iter()
        .map(|tick| (across.at(tick.value), tick.label))
        .collect();
    frame.verticals(canvas, labels.iter().map(|(x, _)| *x));
    frame.labels_below(canvas, &labels);
    let below = (frame.middle().0, frame.bottom() + 34.0);
    canvas.text(below, Anchor::Middle, NOTE, "epoch");
    let place = |&(x, y): &(f64, f64)| (across.at(x), scale.at(y));
    let [train, test] = curves
        .each_ref()
        .map(|curve| curve.iter().map(place).collect::<Vec<_>>());
    canvas.polyline(&train, Ink::Blue, 2.0, None);
    canvas.polyline(&test, Ink::Orange, 2.0, Some(DASHES));
    let every = epochs.len().div_ceil(MARKS).max(1);
    for &point in train.iter().step_by(every) {
        canvas.disc(point, 3.2, Ink::Blue);
    }
    for &point in test.iter().step_by(every) {
        canvas.square(point, 2.8, Ink::Orange);
    }
    frame.outline(canvas);
}
