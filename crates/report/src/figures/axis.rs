//! The axis of eigenvalues of a panel.

use super::axes::{Frame, Scale, round_steps};
use super::split_axis::SplitAxis;

/// Where eigenvalues stand.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Axis {
    /// Logarithmic to either side of zero.
    Split(SplitAxis),
    /// Linear.
    Straight(Scale),
}

impl Axis {
    /// A linear one from the left of a frame to its right.
    pub(crate) fn straight([lower, upper]: [f64; 2], frame: &Frame) -> Self {
        Self::Straight(Scale {
            values: (lower, upper),
            pixels: (frame.x, frame.right()),
        })
    }

    /// Where an eigenvalue stands.
    pub(crate) fn at(&self, lambda: f64) -> f64 {
        match self {
            Self::Split(axis) => axis.at(lambda),
            Self::Straight(scale) => scale.at(lambda),
        }
    }

    /// Left and right end of the strip about zero, where there is one.
    pub(crate) fn strip(&self) -> Option<(f64, f64)> {
        match self {
            Self::Split(axis) => Some(axis.strip()),
            Self::Straight(_) => None,
        }
    }

    /// Places on it, with labels where there is room, labels `distance` apart.
    pub(crate) fn ticks(&self, distance: f64) -> Vec<(f64, Option<String>)> {
        match self {
            Self::Split(axis) => axis.ticks(distance),
            Self::Straight(scale) => {
                let most = ((scale.pixels.1 - scale.pixels.0) / distance) as usize;
                round_steps(scale.values.0, scale.values.1, most.max(5), false)
                    .into_iter()
                    .map(|tick| (scale.at(tick.value), Some(tick.label)))
                    .collect()
            }
        }
    }
}
