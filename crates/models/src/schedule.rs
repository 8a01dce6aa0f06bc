//! The learning rate over the epochs.

use serde::{Deserialize, Serialize};

/// How the learning rate changes from epoch to epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Schedule {
    /// Divided by 10 when a third of the epochs are done and again when two thirds are.
    #[default]
    Step,
    /// The same throughout.
    Constant,
}

impl Schedule {
    /// The rate of epoch `epoch` (counted from 1) of `epochs`, from the initial rate.
    pub fn rate(self, initial: f64, epoch: usize, epochs: usize) -> f64 {
        let done = epoch.saturating_sub(1);
        match self {
            Self::Constant => initial,
            Self::Step if 3 * done >= 2 * epochs => initial / 100.0,
            Self::Step if 3 * done >= epochs => initial / 10.0,
            Self::Step => initial,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn step_divides_at_the_thirds() {
        let rates: Vec<f64> = (1..=7)
            .map(|epoch| Schedule::Step.rate(1.0, epoch, 7))
            .collect();
        // A third of 7 epochs is done after 2.33, two thirds after 4.67: the rate drops with epochs 4 and 6.
        assert_eq!(rates, [1.0, 1.0, 1.0, 0.1, 0.1, 0.01, 0.01]);
        assert_eq!(
            (1..=3)
                .map(|e| Schedule::Step.rate(1.0, e, 3))
                .collect::<Vec<_>>(),
            [1.0, 0.1, 0.01]
        );
    }

    #[test]
    fn constant_stays() {
        assert!((1..=9).all(|epoch| Schedule::Constant.rate(0.3, epoch, 9) == 0.3));
    }
}
