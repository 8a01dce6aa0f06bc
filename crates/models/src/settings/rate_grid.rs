//! The learning rates a search tries.

use serde::{Deserialize, Serialize};

use super::setting_error::{SettingError, require};

/// Learning rates spaced logarithmically, by default the ten from 1e-4 to 0.1 with three a decade.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct RateGrid {
    /// The lowest rate.
    pub lowest: f64,
    /// No rate is higher. It is a rate of the grid itself where whole steps from the lowest lead to it.
    pub highest: f64,
    /// Rates in a factor of ten.
    pub points_per_decade: usize,
}

impl Default for RateGrid {
    fn default() -> Self {
        Self {
            lowest: 1e-4,
            highest: 0.1,
            points_per_decade: 3,
        }
    }
}

/// With more, rates of three digits would not all differ.
const MOST_POINTS: usize = 100;

impl RateGrid {
    /// The rates `lowest * 10^(k / points_per_decade)`, k = 0, 1, … up to `highest`, each rounded to three digits so that
    /// it can be given by hand: 0.0001, 0.000215, 0.000464, 0.001, … by default.
    pub fn rates(&self) -> Result<Vec<f64>, SettingError> {
        self.check()?;
        let step = |k: usize| {
            let exponent = k as f64 / self.points_per_decade as f64;
            three_digits(self.lowest * 10_f64.powf(exponent))
        };
        // Rounding must not lose the last.
        let bound = self.highest * (1.0 + 1e-3);
        let rates = (0..).map(step).take_while(|&rate| rate <= bound);
        Ok(rates.collect())
    }

    fn check(&self) -> Result<(), SettingError> {
        let Self {
            lowest,
            highest,
            points_per_decade: points,
        } = *self;
        let positive = lowest.is_finite() && lowest > 0.0;
        require(positive, "lowest", lowest, "a positive number")?;
        let above = highest.is_finite() && highest > lowest && highest <= 1e6 * lowest;
        let rule = "above the lowest rate and at most a million times it";
        require(above, "highest", highest, rule)?;
        let sane = (1..=MOST_POINTS).contains(&points);
        require(sane, "points-per-decade", points, "between 1 and 100")
    }
}

/// The number nearest to `x` that has three decimal digits, correctly rounded as text is.
fn three_digits(x: f64) -> f64 {
    format!("{x:.2e}").parse().unwrap_or(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_rates_unless_asked_otherwise() {
        assert_eq!(
            RateGrid::default().rates().expect("rates"),
            [
                1e-4, 2.15e-4, 4.64e-4, 1e-3, 2.15e-3, 4.64e-3, 0.01, 0.0215, 0.0464, 0.1
            ]
        );
    }

    #[test]
    fn the_highest_is_a_bound() {
        let grid = |lowest, highest, points_per_decade| {
            let grid = RateGrid {
                lowest,
                highest,
                points_per_decade,
            };
            grid.rates().expect("rates")
        };
        assert_eq!(grid(0.02, 0.9, 1), [0.02, 0.2]);
        assert_eq!(grid(0.02, 2.0, 1), [0.02, 0.2, 2.0]);
        assert_eq!(grid(0.1, 0.3, 2), [0.1]);
        let dense = grid(1e-4, 0.25, 100);
        assert!(dense.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(dense.len(), 340, "floor(100 log10 2500) + 1");
    }

    #[test]
    fn what_is_no_grid_is_refused_by_name() {
        for (lowest, highest, points, field) in [
            (0.0, 0.1, 3, "`lowest` is 0 "),
            (f64::NAN, 0.1, 3, "`lowest` is NaN "),
            (0.1, 0.1, 3, "`highest` is 0.1 "),
            (0.1, f64::INFINITY, 3, "`highest` is inf "),
            (1e-9, 1.0, 3, "`highest` is 1 "),
            (0.01, 0.1, 0, "`points-per-decade` is 0 "),
            (0.01, 0.1, 101, "`points-per-decade` is 101 "),
        ] {
            let grid = RateGrid {
                lowest,
                highest,
                points_per_decade: points,
            };
            let sentence = grid.rates().expect_err("refused").to_string();
            assert!(sentence.contains(field), "{sentence}");
        }
    }
}
