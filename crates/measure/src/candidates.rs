//! The leading eigenvalues of each side that outliers are counted from.

use std::iter::zip;

use crate::pairs::LeadingPairs;

/// A Ritz value this uncertain, relative to itself, may hide others: the list of its side ends before it.
const UNCERTAIN: f64 = 0.1;

/// A value this small, in units of the rounding of the largest, is not told from zero.
pub(crate) const NOTHING: f64 = 100.0;

/// An eigenvalue and its residual.
type Value = (f64, f64);

/// Leading eigenvalues with their error bars that outliers are counted from: on each side none is missing above the least.
#[derive(Clone, Debug, PartialEq)]
pub struct OutlierCandidates {
    /// The eigenvalues, largest modulus first.
    pub values: Vec<f64>,
    /// Their residuals.
    pub residuals: Vec<f64>,
    /// Whether all eigenvalues of the positive and of the negative side are among them, but for zeros.
    pub exhausted: [bool; 2],
}

impl OutlierCandidates {
    /// The leading pairs and, where Lanczos vectors were kept orthogonal, the Ritz values of the Lanczos run, joined by
    /// value: an eigenvalue that both have found is one, and one that either has found twice is two. Each side is listed as
    /// far as its values are certain and above rounding, of which `epsilon` is the unit, and no farther than `most`.
    ///
    /// Without reorthogonalisation Ritz values come in copies, which no rule on spacings survives: then the pairs are all.
    pub fn of<V>(
        leading: &LeadingPairs<V>,
        positive_semidefinite: bool,
        most: usize,
        epsilon: f64,
    ) -> Self {
        let pairs = &leading.pairs;
        let pairs: Vec<Value> = zip(
            pairs.values.iter().copied(),
            pairs.residuals.iter().copied(),
        )
        .collect();
        let values: Vec<Value> = leading
            .ritz
            .iter()
            .take(1)
            .flatten()
            .map(|ritz| (ritz.value, ritz.residual))
            .collect();
        let ritz = RitzValues {
            values: &values,
            complete: leading.complete,
        };
        Self::joined(&pairs, ritz, positive_semidefinite, most, epsilon)
    }

    /// The same of a Lanczos run under way.
    pub(crate) fn of_ritz_values(
        ritz: RitzValues<'_>,
        positive_semidefinite: bool,
        most: usize,
        epsilon: f64,
    ) -> Self {
        Self::joined(&[], ritz, positive_semidefinite, most, epsilon)
    }

    fn joined(
        pairs: &[Value],
        ritz: RitzValues<'_>,
        positive_semidefinite: bool,
        most: usize,
        epsilon: f64,
    ) -> Self {
        let values = || pairs.iter().chain(ritz.values);
        let largest = values().fold(0.0f64, |m, (value, _)| m.max(value.abs()));
        let nothing = NOTHING * epsilon * largest;
        let all = join(pairs, ritz.values, nothing);
        let mut listed: Vec<Value> = Vec::new();
        let mut exhausted = [false; 2];
        for (sign, exhausted) in zip([1.0, -1.0], &mut exhausted) {
            if sign < 0.0 && positive_semidefinite {
                *exhausted = true;
                continue;
            }
            let mut side: Vec<Value> = all
                .iter()
                .copied()
                .filter(|(value, _)| sign * value > nothing)
                .collect();
            side.sort_by(|a, b| (sign * b.0).total_cmp(&(sign * a.0)));
            let certain = |(value, residual): &&Value| *residual <= UNCERTAIN * value.abs();
            let known = side.iter().take_while(certain).count();
            *exhausted = known == side.len() && known <= most && ritz.reach_zero(sign, nothing);
            listed.extend(&side[..known.min(most)]);
        }
        listed.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()));
        OutlierCandidates {
            values: listed.iter().map(|(value, _)| *value).collect(),
            residuals: listed.iter().map(|(_, residual)| *residual).collect(),
            exhausted,
        }
    }
}

/// The Ritz values of a Lanczos run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RitzValues<'a> {
    /// Ascending, with their residual bounds; none where they may be copies.
    pub(crate) values: &'a [Value],
    /// Whether they are the whole spectrum.
    pub(crate) complete: bool,
}

impl RitzValues<'_> {
    /// Whether those of one side go on to a converged zero, so that nothing lies between.
    fn reach_zero(&self, sign: f64, nothing: f64) -> bool {
        let behind = self
            .values
            .iter()
            .filter(|(value, _)| sign * value <= nothing);
        let next = behind.max_by(|a, b| (sign * a.0).total_cmp(&(sign * b.0)));
        self.complete
            || next.is_some_and(|(value, residual)| value.abs() <= nothing && *residual <= nothing)
    }
}

/// Both lists as one. A pair and a Ritz value are one eigenvalue where they are within their residuals, and `rounding`, of
/// each other: each pair takes the nearest that is left, and of the two the surer is kept.
fn join(pairs: &[Value], ritz: &[Value], rounding: f64) -> Vec<Value> {
    let mut left: Vec<Value> = ritz.to_vec();
    let mut surest: Vec<Value> = pairs.to_vec();
    surest.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut joined = Vec::with_capacity(pairs.len() + ritz.len());
    for pair in surest {
        let distance = |other: &Value| (other.0 - pair.0).abs();
        let nearest = (0..left.len())
            .filter(|&i| distance(&left[i]) <= pair.1 + left[i].1 + rounding)
            .min_by(|&i, &j| distance(&left[i]).total_cmp(&distance(&left[j])));
        let same = nearest.map(|i| left.swap_remove(i));
        joined.push(same.filter(|other| other.1 < pair.1).unwrap_or(pair));
    }
    joined.extend(left);
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    const EPSILON: f64 = f64::EPSILON;

    fn listed(pairs: &[Value], ritz: &[Value], most: usize) -> OutlierCandidates {
        let ritz = RitzValues {
            values: ritz,
            complete: false,
        };
        OutlierCandidates::joined(pairs, ritz, false, most, EPSILON)
    }

    #[test]
    fn ties_of_both_signs_are_neither_lost_nor_doubled() {
        // A symmetric spectrum; the pairs end in the middle of a tie, in another order than the Ritz values.
        let ritz: Vec<Value> = [-3.0, -2.0, -1.0, 1.0, 2.0, 3.0]
            .map(|v| (v, 1e-12))
            .to_vec();
        for pairs in [
            [(3.0, 1e-9), (-3.0, 1e-9), (2.0, 1e-9)],
            [(-3.0, 1e-9), (3.0 - 1e-13, 1e-9), (-2.0, 1e-9)],
        ] {
            let found = listed(&pairs, &ritz, 10);
            let mut values = found.values.clone();
            values.sort_by(f64::total_cmp);
            assert_eq!(values, [-3.0, -2.0, -1.0, 1.0, 2.0, 3.0]);
            // As many of each side where the list is cut.
            let cut = listed(&pairs, &ritz, 2).values;
            assert_eq!(cut.iter().filter(|v| **v > 0.0).count(), 2);
            assert_eq!(cut.iter().filter(|v| **v < 0.0).count(), 2);
        }
    }

    #[test]
    fn multiplicities_that_either_has_found_are_kept() {
        // The block finds 5 twice, Lanczos once; Lanczos finds 3 twice, the block once.
        let pairs = [(5.0, 1e-9), (5.0, 1e-9), (3.0, 1e-9)];
        let ritz = [(1.0, 1e-9), (3.0, 1e-9), (3.0, 1e-9), (5.0, 1e-12)];
        assert_eq!(listed(&pairs, &ritz, 10).values, [5.0, 5.0, 3.0, 3.0, 1.0]);
    }

    #[test]
    fn a_pair_that_has_not_converged_gives_way_to_the_ritz_value_it_stands_for() {
        let pairs = [(5.0, 1e-9), (2.9, 0.2)];
        let ritz = [(1.0, 1e-9), (3.0, 1e-10), (5.0, 1e-9)];
        assert_eq!(listed(&pairs, &ritz, 10).values, [5.0, 3.0, 1.0]);
        // And one that stands for none ends the list of its side.
        let found = listed(&[(5.0, 1e-9), (-4.0, 2.0)], &ritz, 10);
        assert_eq!(found.values, [5.0, 3.0, 1.0]);
        let found = listed(&[(4.0, 0.9)], &[(-2.0, 1e-9), (1.0, 1e-9), (5.0, 1e-9)], 10);
        assert_eq!(found.values, [5.0, -2.0]);
    }

    #[test]
    fn a_side_is_exhausted_where_its_values_go_on_to_zeros() {
        // Low rank: three values, then converged rounding.
        let low = [
            (-1e-17, 1e-18),
            (2e-16, 1e-18),
            (1.0, 1e-9),
            (2.0, 1e-9),
            (3.0, 1e-9),
        ];
        assert_eq!(listed(&[], &low, 10).exhausted, [true, true]);
        // The next is an uncertain one, or one of the other side: something may lie between.
        let open = [(0.01, 0.3), (1.0, 1e-9), (2.0, 1e-9)];
        assert_eq!(listed(&[], &open, 10).exhausted, [false, false]);
        let signs = [(-1.0, 1e-9), (1.0, 1e-9), (2.0, 1e-9)];
        assert_eq!(listed(&[], &signs, 10).exhausted, [false, false]);
        let whole = RitzValues {
            values: &signs,
            complete: true,
        };
        let found = OutlierCandidates::joined(&[], whole, false, 10, EPSILON);
        assert_eq!(found.exhausted, [true, true]);
        // A list that was cut is not all.
        assert_eq!(listed(&[], &low, 2).exhausted, [false, true]);
        // Below zero a positive semidefinite matrix has nothing but rounding.
        let open = RitzValues {
            values: &open,
            complete: false,
        };
        let found = OutlierCandidates::joined(&[], open, true, 10, EPSILON);
        assert_eq!(found.exhausted, [false, true]);
    }
}
