//! The vertical axis of a panel of densities.

use super::axes::{Frame, Scale, Tick, logarithmic, powers, round_steps};
use super::curves::Curves;
use super::linear::Linear;
use super::view::View;

/// Height of the lane of marks inside a frame.
pub(crate) const LANE: f64 = 20.0;
/// log10 of the least count a decade that is drawn: well below the peak of a single eigenvalue, 0.4/width.
const LEAST: f64 = -0.7;
/// The same of a density, over the peak of a single eigenvalue.
const LEAST_OF_SINGLE: f64 = 0.04;
/// Room above the highest, in log10 and as a factor.
const ROOM: (f64, f64) = (0.15, 1.05);

/// A vertical scale; a logarithmic one is of log10 of the values.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heights {
    pub(crate) scale: Scale,
    pub(crate) logarithmic: bool,
}

/// log10 of the most eigenvalues a decade of some panels, band included, a little room added; at least ten.
pub(crate) fn highest<'a>(all: impl Iterator<Item = &'a Curves>) -> f64 {
    all.map(|curves| curves.negative.highest().max(curves.positive.highest()))
        .map(|most| most.log10() + ROOM.0)
        .fold(1.0, f64::max)
}

impl Heights {
    /// That of counts a decade; `highest` is log10 of the most.
    pub(crate) fn of_counts(frame: &Frame, highest: f64) -> Self {
        Self::between(frame, (LEAST, highest), true)
    }

    /// That of a density per unit of the eigenvalue.
    pub(crate) fn of_density(frame: &Frame, linear: &Linear, view: View) -> Self {
        let most = linear.line.highest().max(linear.single);
        match view {
            View::Linear => Self::between(frame, (0.0, ROOM.1 * most), false),
            _ => {
                let least = (LEAST_OF_SINGLE * linear.single).log10();
                Self::between(frame, (least, most.log10() + ROOM.0), true)
            }
        }
    }

    fn between(frame: &Frame, values: (f64, f64), logarithmic: bool) -> Self {
        Self {
            scale: Scale {
                values,
                pixels: (frame.bottom(), frame.y + LANE),
            },
            logarithmic,
        }
    }

    /// Where a value stands; what has no logarithm stands below the frame.
    pub(crate) fn at(&self, value: f64) -> f64 {
        if !self.logarithmic {
            return self.scale.at(value);
        }
        let under = self.scale.values.0 - 1.0;
        self.scale.at(value.max(0.0).log10().max(under))
    }

    /// Labelled values.
    pub(crate) fn ticks(&self) -> Vec<Tick> {
        let (low, high) = self.scale.values;
        match self.logarithmic {
            true if high - low > 2.0 => powers(low, high, 5),
            true => logarithmic(low, high, 5),
            false => round_steps(low, high, 5, false),
        }
    }
}
