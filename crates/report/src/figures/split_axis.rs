//! An axis of eigenvalues that is logarithmic on both sides of zero: negative side, strip about zero, positive side.

use super::axes::{Frame, Scale};
use crate::text::numbers::power_of_ten;

/// The exponents that an axis must span.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Extent {
    /// Below this power of ten an eigenvalue is near zero.
    pub(crate) floor: i32,
    /// log10 of the largest modulus on the negative side, a little room added; `None` if nothing reaches the floor.
    pub(crate) negative: Option<f64>,
    /// The same on the positive side.
    pub(crate) positive: Option<f64>,
}

/// An [`Extent`] laid out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SplitAxis {
    floor: i32,
    negative: Option<Scale>,
    positive: Option<Scale>,
    strip: (f64, f64),
}

impl SplitAxis {
    /// Gives each side of `frame` room by its decades, about a strip so wide.
    pub(crate) fn new(extent: Extent, frame: &Frame, strip: f64) -> Self {
        let floor = f64::from(extent.floor);
        let decades = |top: Option<f64>| top.map_or(0.0, |top| top - floor);
        let total = decades(extent.negative) + decades(extent.positive);
        let room = frame.width - strip;
        // Without either side the strip stands in the middle.
        let left = if total > 0.0 {
            frame.x + room * decades(extent.negative) / total
        } else {
            frame.x + room / 2.0
        };
        let right = left + strip;
        Self {
            floor: extent.floor,
            negative: extent.negative.map(|top| Scale {
                values: (floor, top),
                pixels: (left, frame.x),
            }),
            positive: extent.positive.map(|top| Scale {
                values: (floor, top),
                pixels: (right, frame.right()),
            }),
            strip: (left, right),
        }
    }

    /// Left and right end of the strip about zero.
    pub(crate) fn strip(&self) -> (f64, f64) {
        self.strip
    }

    /// The side of negative or positive eigenvalues; its values are log10 of the modulus.
    pub(crate) fn side(&self, negative: bool) -> Option<Scale> {
        if negative {
            self.negative
        } else {
            self.positive
        }
    }

    /// Where an eigenvalue stands; in the strip, on a straight line between its ends.
    pub(crate) fn at(&self, lambda: f64) -> f64 {
        let floor = 10f64.powi(self.floor);
        let (left, right) = self.strip;
        if lambda.abs() >= floor
            && let Some(side) = self.side(lambda < 0.0)
        {
            // An error bar may reach past the end.
            return side.at(lambda.abs().log10().min(side.values.1));
        }
        let share = (lambda / floor).clamp(-1.0, 1.0);
        (left + right) / 2.0 + share * (right - left) / 2.0
    }

    /// Every power of ten on the axis: its place, and its label where there is room, labels `distance` apart.
    pub(crate) fn ticks(&self, distance: f64) -> Vec<(f64, Option<String>)> {
        let middle = (self.strip.0 + self.strip.1) / 2.0;
        let mut ticks = vec![(middle, Some("0".to_owned()))];
        for (sign, side) in [("\u{2212}", self.negative), ("", self.positive)] {
            let Some(side) = side else { continue };
            let decade = (side.at(1.0) - side.at(0.0)).abs();
            let stride = (distance / decade).ceil().max(1.0) as i32;
            let last = side.values.1.floor() as i32;
            for exponent in self.floor..=last {
                let x = side.at(f64::from(exponent));
                let labelled =
                    (last - exponent) % stride == 0 && (x - middle).abs() >= 0.75 * distance;
                ticks.push((
                    x,
                    labelled.then(|| format!("{sign}{}", power_of_ten(exponent))),
                ));
            }
        }
        ticks
    }
}
