//! The parts of G: outliers from A1, two bulks from B1 and B2.

use hesscope_records::{Evidence, Finding, Number, SpacePair};
use hesscope_spectral::IntervalCount;

use super::bounds::{HALF, SAME_SPACE};
use super::counting::{above, exactly_above, some_outliers};
use crate::findings::condition::{
    Statement, at_least, at_most, bounded, exact, judge, number, ratio, undecided, unknown, within,
};

/// The paragraph on the three levels.
pub const LEVELS: &str =
    "section 3, \"Corroboration of three-level hierarchical structure in G\"; figure 2";

/// Farthest that an eigenvalue of A1 may be below the outlier of G of its rank, relative to that: A1 is most of it.
const PLACE: f64 = 0.5;

/// **Paper.** Section 3, "Attribution of outliers in G to A1": the outliers come of G being a second moment matrix, and A1
/// holds the means that are not taken away.
///
/// **Rule.** G has k outliers above zero, k at least 1, and
/// - number: A1 has k eigenvalues above the value between outliers and bulk of G,
/// - places: each is at least half of the outlier of its rank (G - A1 has no eigenvalue below zero, so it is no larger),
/// - space: the overlap of the outlier space of G with the range of A1 is 0.9 or more,
/// - A1 alone: G - A1 has no eigenvalue above that value, nor has A2. A1 and A2 have one range, since P_cc g_cc = -P_c g_c, so
///   that the overlap alone cannot tell them apart.
///
/// The spectra of A1 and A2 are exact, by the Gram matrix of the class means. Error bars: of the overlap what the residuals
/// can have turned the space of G by, of counts and places the residuals.
pub fn outliers_of_a1(evidence: &Evidence) -> Finding {
    let statement = Statement {
        id: "outliers-of-a1",
        claim: "The outliers of G are those of A1, the part between classes".into(),
        paper: "section 3, \"Attribution of outliers in G to A1\"",
        rule: format!(
            "A1 has as many eigenvalues above the value between outliers and bulk of G as G has outliers, each at most {PLACE} \
             of the outlier of its rank below it; the overlap of the outlier space of G with the range of A1 is {SAME_SPACE} \
             or more; neither G without A1 nor A2 has an eigenvalue above that value"
        ),
    };
    let spaces = &evidence.g_and_a1;
    let overlap = within(
        format!(
            "the overlap of the spaces of G, of dimension {}, and A1, of dimension {}",
            spaces.first.dimension, spaces.second.dimension
        ),
        spaces.overlap.overlap,
        spaces.overlap.error,
    );
    let largest = |values: &[f64]| values.iter().copied().fold(0.0f64, f64::max);
    let left = &evidence.g_without_a1;
    let mut beside = vec![
        exact("the overlap by chance", spaces.overlap.chance),
        exact("the largest eigenvalue of A1", largest(&evidence.a1)),
        exact("of A2", largest(&evidence.a2)),
        unknown("of G without A1", largest(&left.values)),
    ];
    let (count, threshold) = match some_outliers(&evidence.g, "G") {
        Ok(found) => found,
        Err(reason) => {
            beside.insert(0, overlap);
            return undecided(statement, reason, beside);
        }
    };
    if spaces.first.dimension != count {
        let reason = format!(
            "G has {count} outliers, and {} leading eigenvectors were computed: give more with --top",
            spaces.first.dimension
        );
        return undecided(statement, reason, beside);
    }
    let k = count as f64;
    let of_a1 = exact(
        format!(
            "the number of eigenvalues of A1 beyond the threshold of the {count} outliers of G"
        ),
        exactly_above(&evidence.a1, threshold),
    );
    let of_a2 = exact(
        "the number of eigenvalues of A2 beyond it",
        exactly_above(&evidence.a2, threshold),
    );
    let without = above(
        left,
        threshold,
        "the number of G without A1 beyond it".into(),
    );
    judge(
        statement,
        vec![
            at_least(of_a1.clone(), k),
            at_most(of_a1, k),
            at_most(farthest(spaces, &evidence.a1), PLACE),
            at_least(overlap, SAME_SPACE),
            at_most(without, 0.0),
            at_most(of_a2, 0.0),
        ],
        beside,
    )
}

/// How far the eigenvalues of A1 are below the outliers of G of their ranks, relative to these, at most; an outlier that A1 has
/// no eigenvalue for is all of itself above.
fn farthest(spaces: &SpacePair, a1: &[f64]) -> Number {
    let g = spaces.first.eigenvalues.iter().zip(&spaces.first.residuals);
    let mut ends = [0.0f64; 3];
    for (rank, (&value, &residual)) in g.enumerate() {
        let of_a1 = a1.get(rank).copied().unwrap_or(0.0);
        let distance = |value: f64| {
            if value > 0.0 {
                (value - of_a1).abs() / value
            } else {
                f64::INFINITY
            }
        };
        let [low, high] = [value - residual, value + residual];
        let between = low <= of_a1 && of_a1 <= high;
        let least = if between {
            0.0
        } else {
            distance(low).min(distance(high))
        };
        let found = [least, distance(value), distance(low).max(distance(high))];
        for (end, found) in ends.iter_mut().zip(found) {
            *end = end.max(found);
        }
    }
    number(
        "the largest relative distance of eigenvalues of A1 and outliers of G, rank by rank",
        ends[1],
        [ends[0], ends[2]],
    )
}

/// **Paper.** Section 3, "Corroboration of three-level hierarchical structure in G": two bulks in the spectrum, that
/// correspond to B1 and B2.
///
/// **Rule.** B1 stands above B2 in the spectrum of G, as a bulk of its own, each at its own place:
/// - B2 has at most half as many eigenvalues at or above the median of B1 as B1 has,
/// - in the middle half of B1, between its quartiles, G has at least half as many eigenvalues as B1, and
/// - G without B1 has at most half as many there as G.
///
/// The spectrum of B1 is exact, by the Gram matrix of the class means, its zeros left out. Error bars: the 95% intervals of
/// the counts, the ends of one against those of the other.
pub fn two_bulks(evidence: &Evidence) -> Finding {
    let statement = Statement {
        id: "two-bulks",
        claim: "The spectrum of G has two bulks, at the places of B1 and of B2".into(),
        paper: LEVELS,
        rule: format!(
            "B2 has at most {HALF} as many eigenvalues at or above the median of those of B1 as B1 has; between the quartiles \
             of B1, G has at least {HALF} as many eigenvalues as B1, and G without B1 at most {HALF} as many as G"
        ),
    };
    let Some(bulks) = &evidence.bulks else {
        return undecided(
            statement,
            "B1 has no eigenvalue but zero, as with two classes, or too many class means for an exact spectrum",
            Vec::new(),
        );
    };
    let (median, classes) = (bulks.b1_quartiles[1], evidence.classes_with_examples);
    let b2 = bulks.b2_median;
    let decades = |b2: f64| (median / b2).log10();
    let upper_half = bulks.b1.iter().filter(|value| **value >= median).count() as f64;
    judge(
        statement,
        vec![
            at_most(
                ratio(
                    "the eigenvalues of B2 above the median of B1 over those of B1 there",
                    ends(&bulks.b2_above),
                    [upper_half; 3],
                ),
                HALF,
            ),
            at_least(
                ratio(
                    "the eigenvalues of G in the middle half of B1 over those of B1",
                    ends(&bulks.g_middle),
                    [bulks.b1_middle as f64; 3],
                ),
                HALF,
            ),
            at_most(
                ratio(
                    "the eigenvalues of G without B1 in the middle half of B1 over those of G",
                    ends(&bulks.g_without_b1_middle),
                    ends(&bulks.g_middle),
                ),
                HALF,
            ),
        ],
        vec![
            exact("the number of eigenvalues of B1", bulks.b1.len() as f64),
            exact(
                "what the decomposition gives, C (C - 2)",
                (classes * evidence.classes.saturating_sub(2)) as f64,
            ),
            number(
                "the median of B1, between its quartiles",
                median,
                [bulks.b1_quartiles[0], bulks.b1_quartiles[2]],
            ),
            number(
                "the median of B2 above the noise floor",
                b2.value,
                [b2.lower, b2.upper.unwrap_or(f64::INFINITY)],
            ),
            number(
                "the decades from that to the median of B1",
                decades(b2.value),
                [
                    decades(b2.upper.unwrap_or(f64::INFINITY)),
                    decades(b2.lower),
                ],
            ),
            count(
                "the number of eigenvalues of B2 above the median of B1",
                &bulks.b2_above,
            ),
            count("the number of G in the middle half of B1", &bulks.g_middle),
            count("of G without B1", &bulks.g_without_b1_middle),
        ],
    )
}

/// Lower end, value and upper end.
fn ends(count: &IntervalCount) -> [f64; 3] {
    [count.count.lower, count.count.mean, count.count.upper]
}

fn count(what: &str, count: &IntervalCount) -> Number {
    bounded(what, &count.count)
}
