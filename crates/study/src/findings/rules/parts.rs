//! The parts of G: outliers from A1, two bulks from B1 and B2.

use hesscope_records::{Evidence, Finding};

use super::bounds::{HALF, SAME_SPACE};
use super::bulk::{count, ends};
use super::counting::{above, some_outliers};
use crate::findings::condition::{
    Statement, at_least, at_most, exact, judge, number, ratio, undecided, within,
};

/// Outliers go where at most this share of them is left, and stay where all but this share is.
const GONE: f64 = 0.1;

/// **Rule.** G has k outliers above zero, k at least 1, and
/// - the overlap of their space with the leading eigenspace of A1, of dimension C, is 0.9 or more,
/// - without A1 at most a tenth of them is left above the value between outliers and bulk of G,
/// - without A2, without B1 and without B2, each by itself, at least nine tenths are.
///
/// The spectrum of A1, and that of G without B2, are exact, by the Gram matrix of the class means. Error bars: of the overlap
/// what the residuals can have turned the space of G by, of the counts the residuals. A1 and A2 have one range, since
/// P_cc g_cc = -P_c g_c, so that the overlap alone cannot tell them apart.
pub fn outliers_of_a1(evidence: &Evidence) -> Finding {
    let statement = Statement {
        id: "outliers-of-a1",
        claim: "The outliers of G are those of A1, the part between classes".into(),
        rule: format!(
            "the overlap of the outlier space of G with the leading eigenspace of A1 is {SAME_SPACE} or more; without A1 at \
             most {GONE} of the k outliers are left above the value between outliers and bulk of G, and without A2, B1 or B2 \
             at least {} of them",
            1.0 - GONE
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
    let mut beside = vec![exact("the overlap by chance", spaces.overlap.chance)];
    let largest = |values: &[f64]| values.iter().copied().fold(0.0f64, f64::max);
    beside.push(exact(
        "the largest eigenvalue of G",
        largest(&evidence.g.values),
    ));
    for knock_out in &evidence.knock_outs {
        beside.push(exact(
            format!("without {}", knock_out.part),
            largest(&knock_out.left.values),
        ));
    }
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
    let mut conditions = vec![at_least(overlap, SAME_SPACE)];
    for knock_out in &evidence.knock_outs {
        let left = above(
            &knock_out.left,
            threshold,
            format!(
                "the number of the {count} outliers left without {}",
                knock_out.part
            ),
        );
        conditions.push(if knock_out.part == "A1" {
            at_most(left, GONE * k)
        } else {
            at_least(left, (1.0 - GONE) * k)
        });
    }
    judge(statement, conditions, beside)
}

/// **Rule.** B1 stands above B2 in the spectrum of G, as a bulk of its own:
/// - B2 has at most half as many eigenvalues at or above the median of B1 as B1 has,
/// - in the middle half of B1, between its quartiles, G without B1 has at most half as many eigenvalues as G.
///
/// The spectrum of B1 is exact, by the Gram matrix of the class means, its zeros left out. Error bars: the 95% intervals of
/// the counts, the ends of one against those of the other.
pub fn two_bulks(evidence: &Evidence) -> Finding {
    let statement = Statement {
        id: "two-bulks",
        claim: "The spectrum of G has two bulks, one of B1 above one of B2".into(),
        rule: format!(
            "B2 has at most {HALF} as many eigenvalues at or above the median of those of B1 as B1 has, and between the \
             quartiles of B1, G without B1 has at most {HALF} as many eigenvalues as G"
        ),
    };
    let Some(bulks) = &evidence.bulks else {
        return undecided(
            statement,
            "B1 has no eigenvalue but zero, as with two classes",
            Vec::new(),
        );
    };
    let median = bulks.b1_quartiles[1];
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
            number(
                "the median of B1, between its quartiles",
                median,
                [bulks.b1_quartiles[0], bulks.b1_quartiles[2]],
            ),
            number(
                "the median of B2 above the noise floor, over the probes",
                0.5 * (bulks.b2_median[0] + bulks.b2_median[1]),
                bulks.b2_median,
            ),
            exact(
                "decades between B1 and B2 (Wasserstein)",
                bulks.decades_apart,
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
