//! A test of trend over the rows, or the columns, of a grid of values that have error bars.
//!
//! Kendall's S counts the pairs of one row that rise less those that fall, and adds up over rows (Hirsch, Slack & Smith,
//! "Techniques of trend analysis for monthly water quality data", 1982, who add it over seasons). Where every order of the
//! values of a row is as likely, its distribution is exact.

use hesscope_records::{Condition, Measure};

use crate::findings::condition::{at_least, at_most, number};

/// The probability of finding a trend in one direction where there is none.
pub const SIGNIFICANT: f64 = 0.05;

/// Which way a quantity is claimed to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// It rises along the row.
    Rises,
    /// It falls.
    Falls,
}

/// Kendall's tau over all rows: S over the number of pairs. Pairs whose error bars overlap are known to have either sign, and
/// count for both at the ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trend {
    /// By the values themselves.
    pub tau: f64,
    /// Every pair that is not told apart taken against it.
    pub lower: f64,
    /// Every such pair taken for it.
    pub upper: f64,
    /// The least tau that chance exceeds or reaches with a probability of 0.05 at most.
    pub critical: f64,
    /// Pairs, all rows together.
    pub pairs: usize,
}

/// The trend over rows of values, those that are not known left out. None where even the same direction of all pairs would be
/// no evidence: at least four places in one row are needed, or three in each of two.
pub fn trend(rows: &[Vec<Option<Measure>>]) -> Option<Trend> {
    let rows: Vec<Vec<Measure>> = rows
        .iter()
        .map(|row| row.iter().flatten().copied().collect())
        .collect();
    let lengths: Vec<usize> = rows.iter().map(Vec::len).collect();
    let pairs: usize = lengths.iter().map(|n| n * n.saturating_sub(1) / 2).sum();
    let critical = critical(&lengths)?;
    let (mut by_value, mut sure, mut open) = (0i64, 0i64, 0i64);
    for row in &rows {
        for (i, first) in row.iter().enumerate() {
            for second in &row[i + 1..] {
                by_value += match second.value.total_cmp(&first.value) {
                    std::cmp::Ordering::Less => -1,
                    std::cmp::Ordering::Equal => 0,
                    std::cmp::Ordering::Greater => 1,
                };
                if first.upper.is_some_and(|upper| upper < second.lower) {
                    sure += 1;
                } else if second.upper.is_some_and(|upper| upper < first.lower) {
                    sure -= 1;
                } else {
                    open += 1;
                }
            }
        }
    }
    let share = |count: i64| count as f64 / pairs as f64;
    Some(Trend {
        tau: share(by_value),
        lower: share(sure - open),
        upper: share(sure + open),
        critical: share(critical),
        pairs,
    })
}

impl Trend {
    /// Asks for a trend in a direction beyond chance, at all of what the error bars allow.
    pub fn condition(&self, direction: Direction, what: &str) -> Condition {
        let tau = number(what, self.tau, [self.lower, self.upper]);
        match direction {
            Direction::Rises => at_least(tau, self.critical),
            Direction::Falls => at_most(tau, -self.critical),
        }
    }
}

/// The least S that is reached with a probability of 0.05 at most where every order of each row is as likely; none where the
/// largest is likelier.
fn critical(lengths: &[usize]) -> Option<i64> {
    // The number of orders by their inversions, over all orders: a product of 1 + q + ... + q^(k-1) over k / k.
    let mut inversions = vec![1.0];
    for &n in lengths {
        for k in 2..=n {
            let mut next = vec![0.0; inversions.len() + k - 1];
            for (i, probability) in inversions.iter().enumerate() {
                for place in &mut next[i..i + k] {
                    *place += probability / k as f64;
                }
            }
            inversions = next;
        }
    }
    // S is the number of pairs less twice the inversions, so that large S is few inversions.
    let pairs = inversions.len() - 1;
    let mut sum = 0.0;
    let most = inversions
        .iter()
        .take_while(|probability| {
            sum += **probability;
            sum <= SIGNIFICANT
        })
        .count();
    Some(pairs as i64 - 2 * (most.checked_sub(1)? as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exactly(values: &[f64]) -> Vec<Option<Measure>> {
        within(values, 0.0)
    }

    fn within(values: &[f64], error: f64) -> Vec<Option<Measure>> {
        let measure = |&value: &f64| Measure {
            value,
            lower: value - error,
            upper: Some(value + error),
        };
        values.iter().map(|value| Some(measure(value))).collect()
    }

    #[test]
    fn critical_values_are_those_of_the_tables() {
        // Kendall (1970), one-sided at 0.05: S = 6 of 6 for n = 4, 8 for 5, 11 for 6, 13 for 7, 16 for 8.
        for (n, s) in [(4, 6), (5, 8), (6, 11), (7, 13), (8, 16)] {
            assert_eq!(critical(&[n]), Some(s), "{n}");
        }
        assert_eq!(critical(&[3]), None);
        assert_eq!(critical(&[2, 2, 2, 2]), None);
        // One order of 36, and of 32.
        assert_eq!(critical(&[3, 3]), Some(6));
        assert_eq!(critical(&[2; 5]), Some(5));
        assert_eq!(critical(&[]), None);
    }

    #[test]
    fn a_trend_is_found_missed_or_left_open() {
        let rises = trend(&[exactly(&[1.0, 2.0, 3.0, 4.0])]).expect("enough places");
        assert_eq!((rises.tau, rises.lower, rises.upper), (1.0, 1.0, 1.0));
        let holds = |trend: &Trend, direction| trend.condition(direction, "tau").holds;
        assert_eq!(holds(&rises, Direction::Rises), Some(true));
        assert_eq!(holds(&rises, Direction::Falls), Some(false));
        let mixed = trend(&[exactly(&[1.0, 3.0, 2.0, 4.0])]).expect("enough places");
        assert_eq!(holds(&mixed, Direction::Rises), Some(false));
        // The errors leave a pair open.
        let open = trend(&[within(&[1.0, 2.0, 2.1, 4.0], 0.1)]).expect("enough places");
        assert_eq!((open.tau, open.upper), (1.0, 1.0));
        assert!((open.lower - 4.0 / 6.0).abs() < 1e-12);
        assert_eq!(holds(&open, Direction::Rises), None);
        assert_eq!(holds(&open, Direction::Falls), Some(false));
    }

    #[test]
    fn what_is_not_known_is_passed_over() {
        let mut row = exactly(&[1.0, 2.0, 9.0, 3.0, 4.0]);
        row[2] = None;
        assert_eq!(trend(&[row]).expect("enough places").tau, 1.0);
        assert!(trend(&[exactly(&[1.0, 2.0, 3.0])]).is_none());
        assert!(trend(&[exactly(&[1.0, 2.0, 3.0]), exactly(&[4.0, 5.0, 6.0])]).is_some());
    }

    /// Of random rows, at most a twentieth and not much less passes for rising.
    #[test]
    fn chance_passes_as_often_as_it_says() {
        let mut state = 1u64;
        let mut uniform = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        let mut passed = 0;
        for _ in 0..4000 {
            let mut row = || exactly(&[uniform(), uniform(), uniform(), uniform(), uniform()]);
            let found = trend(&[row(), row(), row(), row()]).expect("enough places");
            passed += usize::from(found.condition(Direction::Rises, "tau").holds == Some(true));
        }
        assert!((80..=230).contains(&passed), "{passed} of 4000");
    }
}
