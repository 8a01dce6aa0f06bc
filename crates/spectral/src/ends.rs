//! Which eigenvalues are wanted.

use serde::{Deserialize, Serialize};

/// Which eigenvalues an eigensolver looks for, k of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// Those of largest modulus, in falling order of it.
    #[default]
    LargestMagnitude,
    /// The largest with their sign, in falling order.
    LargestAlgebraic,
    /// The smallest with their sign, in rising order.
    SmallestAlgebraic,
    /// k at either end: the k largest in falling order, then the k smallest in rising order.
    Both,
}

impl End {
    /// Number of pairs wanted in all, for k = `pairs`.
    pub(crate) fn wanted(self, pairs: usize) -> usize {
        match self {
            Self::Both => pairs.saturating_mul(2),
            _ => pairs,
        }
    }

    /// The places of the values, the most wanted first.
    pub(crate) fn order(self, values: &[f64]) -> Vec<usize> {
        let mut order: Vec<usize> = (0..values.len()).collect();
        match self {
            Self::LargestMagnitude => {
                order.sort_by(|&a, &b| values[b].abs().total_cmp(&values[a].abs()));
            }
            Self::LargestAlgebraic => order.sort_by(|&a, &b| values[b].total_cmp(&values[a])),
            Self::SmallestAlgebraic => order.sort_by(|&a, &b| values[a].total_cmp(&values[b])),
            Self::Both => {
                order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
                let count = order.len();
                order = (0..count)
                    .map(|i| {
                        if i % 2 == 0 {
                            order[i / 2]
                        } else {
                            order[count - 1 - i / 2]
                        }
                    })
                    .collect();
            }
        }
        order
    }

    /// The first `wanted` places in the order in which results are given.
    pub(crate) fn arranged(self, order: &[usize], wanted: usize) -> Vec<usize> {
        let first = &order[..wanted.min(order.len())];
        match self {
            Self::Both => first
                .iter()
                .step_by(2)
                .chain(first.iter().skip(1).step_by(2))
                .copied()
                .collect(),
            _ => first.to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_end_comes_first() {
        let values = [1.0, -5.0, 3.0, 0.5, -2.0];
        let named = |end: End, wanted| -> Vec<f64> {
            end.arranged(&end.order(&values), wanted)
                .into_iter()
                .map(|i| values[i])
                .collect()
        };
        assert_eq!(named(End::LargestMagnitude, 3), [-5.0, 3.0, -2.0]);
        assert_eq!(named(End::LargestAlgebraic, 3), [3.0, 1.0, 0.5]);
        assert_eq!(named(End::SmallestAlgebraic, 2), [-5.0, -2.0]);
        assert_eq!(named(End::Both, 4), [3.0, 1.0, -5.0, -2.0]);
        assert_eq!(End::Both.wanted(2), 4);
    }
}
