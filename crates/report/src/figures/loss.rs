//! Loss and accuracy of both splits against epoch.

use super::Figure;
use super::axes::{Frame, Scale, logarithmic, round_steps};
use super::layout::{Layout, NOTE, PANEL};
use super::legend::{DASHES, Sign, legend};
use crate::numbers::{integer, plain, significant};
use crate::svg::{Anchor, Canvas, Drawing, Ink};
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
        significant(first.train.accuracy * 100.0, 3),
        significant(last.train.accuracy * 100.0, 3),
        significant(first.test.accuracy * 100.0, 3),
        significant(last.test.accuracy * 100.0, 3),
    );
    Some(Figure {
        name: "loss".to_owned(),
        label,
        caption: format!(
            "Mean cross-entropy in nats, on a logarithmic axis, and the share answered correctly, over the whole of each \
             split {which}. Epoch 0 is the untrained network."
        ),
        wide: draw(&epochs, Layout::Wide),
        narrow: draw(&epochs, Layout::Narrow),
        readings: None,
    })
}

fn draw(epochs: &[Evaluated], layout: Layout) -> Drawing {
    let (left, right) = (layout.left(), layout.right());
    let (columns, height) = match layout {
        Layout::Wide => (2.0, 330.0),
        Layout::Narrow => (1.0, 610.0),
    };
    let width = layout.width() / columns - left - right;
    let mut canvas = Canvas::new(layout.width(), height, &format!("loss-{}", layout.name()));
    canvas.text((10.0, 22.0), Anchor::Start, layout.heading(), TITLE);
    let entries = [
        (Sign::LineWithDiscs, "training split"),
        (Sign::DashesWithSquares, "test split"),
    ];
    let taken = legend(&mut canvas, (10.0, 32.0), layout.width() - 20.0, &entries);
    let top = 32.0 + taken + 30.0;
    let first = Frame {
        x: left,
        y: top,
        width,
        height: HEIGHT,
    };
    let second = match layout {
        Layout::Wide => Frame {
            x: left + layout.width() / 2.0,
            ..first
        },
        Layout::Narrow => Frame {
            y: top + HEIGHT + 66.0,
            ..first
        },
    };
    losses(&mut canvas, &first, epochs);
    accuracies(&mut canvas, &second, epochs);
    canvas.finish()
}

/// The points of one split that can be drawn.
fn series(epochs: &[Evaluated], value: impl Fn(&Evaluated) -> f64) -> Vec<(f64, f64)> {
    epochs
        .iter()
        .map(|record| (record.epoch as f64, value(record)))
        .filter(|(_, y)| y.is_finite())
        .collect()
}

fn losses(canvas: &mut Canvas, frame: &Frame, epochs: &[Evaluated]) {
    // The logarithm of a loss of zero is not finite, and is left out.
    let of = |split: fn(&Evaluated) -> SplitRecord| {
        series(epochs, move |record| split(record).loss.log10())
    };
    let curves = [of(|record| record.train), of(|record| record.test)];
    let (low, high) = bounds(&curves, (-1.0, 0.0));
    let pad = (0.06 * (high - low)).max(0.05);
    let scale = vertical(frame, (low - pad, high + pad));
    canvas.text((frame.x, frame.y - 12.0), Anchor::Start, PANEL, "Loss");
    frame.horizontals(canvas, &scale, &logarithmic(low - pad, high + pad, 6));
    curves_of(canvas, frame, &scale, epochs, &curves);
}

fn accuracies(canvas: &mut Canvas, frame: &Frame, epochs: &[Evaluated]) {
    let of = |split: fn(&Evaluated) -> SplitRecord| {
        series(epochs, move |record| split(record).accuracy * 100.0)
    };
    let curves = [of(|record| record.train), of(|record| record.test)];
    let (low, high) = bounds(&curves, (0.0, 100.0));
    let pad = (0.06 * (high - low)).max(0.5);
    let scale = vertical(frame, (low - pad, high + pad));
    canvas.text(
        (frame.x, frame.y - 12.0),
        Anchor::Start,
        PANEL,
        "Accuracy, %",
    );
    let steps = round_steps((low - pad).max(0.0), (high + pad).min(100.0), 6, false);
    frame.horizontals(canvas, &scale, &steps);
    curves_of(canvas, frame, &scale, epochs, &curves);
}

fn vertical(frame: &Frame, values: (f64, f64)) -> Scale {
    Scale {
        values,
        pixels: (frame.bottom(), frame.y),
    }
}

/// The least and largest value of both curves.
fn bounds(curves: &[Vec<(f64, f64)>; 2], otherwise: (f64, f64)) -> (f64, f64) {
    let mut values = curves.iter().flatten().map(|&(_, y)| y);
    match values.next() {
        None => otherwise,
        Some(first) => values.fold((first, first), |(low, high), y| (low.min(y), high.max(y))),
    }
}

fn curves_of(
    canvas: &mut Canvas,
    frame: &Frame,
    scale: &Scale,
    epochs: &[Evaluated],
    curves: &[Vec<(f64, f64)>; 2],
) {
    let of_epochs = |pick: fn(f64, f64) -> f64, start: f64| {
        epochs
            .iter()
            .fold(start, |m, record| pick(m, record.epoch as f64))
    };
    let (low, high) = (
        of_epochs(f64::min, f64::INFINITY),
        of_epochs(f64::max, f64::NEG_INFINITY),
    );
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
    canvas.text(
        (frame.x + frame.width / 2.0, frame.bottom() + 34.0),
        Anchor::Middle,
        NOTE,
        "epoch",
    );
    let [train, test] = curves.each_ref().map(|curve| -> Vec<(f64, f64)> {
        curve
            .iter()
            .map(|&(x, y)| (across.at(x), scale.at(y)))
            .collect()
    });
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
