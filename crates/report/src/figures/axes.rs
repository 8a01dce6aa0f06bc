//! Scales, ticks and the frame they stand on.

use super::layout::{LABEL, NOTE};
use crate::svg::{Anchor, Canvas, Ink};
use crate::text::numbers::{in_steps, power_of_ten, significant};

/// A linear map from values to coordinates.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    pub(crate) values: (f64, f64),
    pub(crate) pixels: (f64, f64),
}

impl Scale {
    pub(crate) fn at(&self, value: f64) -> f64 {
        let ((v0, v1), (p0, p1)) = (self.values, self.pixels);
        p0 + (value - v0) / (v1 - v0) * (p1 - p0)
    }
}

/// A labelled place on an axis, in the axis's values.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tick {
    pub(crate) value: f64,
    pub(crate) label: String,
}

/// Powers of ten with exponents from `low` to `high`, at most so many; values are the exponents.
pub(crate) fn powers(low: f64, high: f64, most: usize) -> Vec<Tick> {
    let (first, last) = (low.ceil() as i32, high.floor() as i32);
    let stride = (1..)
        .find(|stride| (last - first) / stride < most.max(1) as i32)
        .unwrap_or(1);
    (first..=last)
        .filter(|exponent| exponent.rem_euclid(stride) == 0)
        .map(|exponent| Tick {
            value: f64::from(exponent),
            label: power_of_ten(exponent),
        })
        .collect()
}

/// Decades from which powers of ten alone label a logarithmic axis.
const DECADES: f64 = 2.0;
/// Decades from which 1, 2 and 5 times powers of ten do: three of them at least lie in so many.
const DIGITS: f64 = 1.0;

/// Ticks for a logarithmic axis whose values are exponents: powers of ten, 1, 2 and 5 times them where the axis is short, and
/// equal steps where it is shorter still. There are two at least, however short it is, where `most` is five or more.
pub(crate) fn logarithmic(low: f64, high: f64, most: usize) -> Vec<Tick> {
    if high - low > DECADES {
        return powers(low, high, most);
    }
    if high - low < DIGITS {
        let ticks = round_steps(10f64.powf(low), 10f64.powf(high), most, false).into_iter();
        return ticks
            .filter(|tick| tick.value > 0.0)
            .map(|tick| Tick {
                value: tick.value.log10(),
                ..tick
            })
            .collect();
    }
    let mut ticks = Vec::new();
    for exponent in low.floor() as i32..=high.floor() as i32 {
        for digit in [1.0, 2.0, 5.0] {
            let value = digit * 10f64.powi(exponent);
            if (low..=high).contains(&value.log10()) {
                ticks.push(Tick {
                    value: value.log10(),
                    label: significant(value, 1),
                });
            }
        }
    }
    ticks
}

/// Round values from `low` to `high`, at most so many, and two at least where `most` is five or more and the ends are apart;
/// `whole` allows no fractions.
pub(crate) fn round_steps(low: f64, high: f64, most: usize, whole: bool) -> Vec<Tick> {
    let least = ((high - low) / most.max(1) as f64).max(f64::MIN_POSITIVE);
    let mut step = 10f64.powf(least.log10().floor());
    for factor in [1.0, 2.0, 5.0, 10.0] {
        if step * factor >= least {
            step *= factor;
            break;
        }
    }
    if whole {
        step = step.max(1.0);
    }
    let (first, last) = (
        (low / step - 1e-9).ceil() as i64,
        (high / step + 1e-9).floor() as i64,
    );
    let tick = |k: i64| Tick {
        value: k as f64 * step,
        label: in_steps(k as f64 * step, step),
    };
    (first..=last).map(tick).collect()
}

/// The least and the largest value with a little room about them.
pub(crate) fn padded(values: impl Iterator<Item = f64>, least_room: f64) -> Option<(f64, f64)> {
    let hull = |(low, high): (f64, f64), (u, v): (f64, f64)| (low.min(u), high.max(v));
    let (low, high) = values.map(|value| (value, value)).reduce(hull)?;
    let room = (0.06 * (high - low)).max(least_room);
    Some((low - room, high + room))
}

/// The rectangle that curves are drawn in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl Frame {
    pub(crate) fn right(&self) -> f64 {
        self.x + self.width
    }

    pub(crate) fn bottom(&self) -> f64 {
        self.y + self.height
    }

    pub(crate) fn rectangle(&self) -> (f64, f64, f64, f64) {
        (self.x, self.y, self.width, self.height)
    }

    /// A vertical scale of these values, from bottom to top.
    pub(crate) fn scale(&self, values: (f64, f64)) -> Scale {
        Scale {
            values,
            pixels: (self.bottom(), self.y),
        }
    }

    /// The point in its middle.
    pub(crate) fn middle(&self) -> (f64, f64) {
        (self.x + self.width / 2.0, self.y + self.height / 2.0)
    }

    /// Horizontal grid lines, with their labels on the left where they are wanted.
    pub(crate) fn horizontals(
        &self,
        canvas: &mut Canvas,
        scale: &Scale,
        ticks: &[Tick],
        labelled: bool,
    ) {
        for tick in ticks {
            let y = scale.at(tick.value);
            canvas.line((self.x, y), (self.right(), y), Ink::Grid, 1.0, None);
            if labelled {
                let at = (self.x - 6.0, y + LABEL.size * 0.35);
                canvas.text(at, Anchor::End, LABEL, &tick.label);
            }
        }
    }

    /// Vertical grid lines, without labels.
    pub(crate) fn verticals(&self, canvas: &mut Canvas, at: impl Iterator<Item = f64>) {
        for x in at {
            canvas.line((x, self.y), (x, self.bottom()), Ink::Grid, 1.0, None);
        }
    }

    /// Labels below.
    pub(crate) fn labels_below(&self, canvas: &mut Canvas, labels: &[(f64, String)]) {
        for (x, label) in labels {
            canvas.text((*x, self.bottom() + 16.0), Anchor::Middle, LABEL, label);
        }
    }

    /// The title of the vertical axis, read upwards.
    pub(crate) fn title_left(&self, canvas: &mut Canvas, x: f64, title: &str) {
        canvas.text_upwards((x, self.middle().1), NOTE, title);
    }

    /// The axes' lines, over what was drawn.
    pub(crate) fn outline(&self, canvas: &mut Canvas) {
        let (left, right, top, bottom) = (self.x, self.right(), self.y, self.bottom());
        canvas.polyline(
            &[(left, top), (left, bottom), (right, bottom)],
            Ink::Muted,
            1.0,
            None,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Labels that are on the axis, in order and different.
    fn assert_labelled(ticks: &[Tick], (low, high): (f64, f64)) {
        let axis = format!("{ticks:?} on {low} to {high}");
        assert!((2..=9).contains(&ticks.len()), "{axis}");
        let slack = 1e-6 * (high - low);
        for pair in ticks.windows(2) {
            assert!(pair[0].value < pair[1].value, "{axis}");
            assert_ne!(pair[0].label, pair[1].label, "{axis}");
        }
        for tick in ticks {
            assert!((low - slack..=high + slack).contains(&tick.value), "{axis}");
            assert!(!tick.label.is_empty(), "{axis}");
        }
    }

    #[test]
    fn a_logarithmic_axis_of_any_length_has_two_labels_at_least() {
        let mut span = 1e-3;
        while span < 40.0 {
            for i in 0..400 {
                let low = -9.0 + 0.0317 * f64::from(i);
                for most in [5, 6, 8] {
                    let ends = (low, low + span);
                    assert_labelled(&logarithmic(ends.0, ends.1, most), ends);
                }
            }
            span *= 1.13;
        }
    }

    #[test]
    fn an_axis_of_round_steps_has_two_labels_at_least() {
        let mut span = 1e-3;
        while span < 1e5 {
            for i in 0..300 {
                let low = -40.0 + 0.271 * f64::from(i);
                for most in [5, 6, 8] {
                    let ends = (low, low + span);
                    assert_labelled(&round_steps(ends.0, ends.1, most, false), ends);
                }
            }
            span *= 1.31;
        }
    }

    /// A loss that a run has reached at its first epoch and keeps: the axis that had no label.
    #[test]
    fn the_axis_of_a_loss_within_a_step_of_a_decade_is_labelled() {
        for loss in [2.303, 0.31, 0.0412, 7.9, 1.1e-6] {
            let ends = padded([f64::log10(loss)].into_iter(), 0.05).unwrap_or_default();
            assert_labelled(&logarithmic(ends.0, ends.1, 6), ends);
        }
    }
}
