//! How the class means group: by the class of their examples.

use hesscope_records::{Condition, Evidence, Finding, MeanGrouping, MeanScores, MeanSelection};
use hesscope_spectral::PermutationTest;

use super::parts::LEVELS;
use crate::findings::condition::{Statement, at_least, at_most, exact, judge, number, undecided};

/// A grouping is told from shuffled labels at this p-value.
const SIGNIFICANT: f64 = 0.01;

/// 95% of a normal variable.
const DEVIATIONS: f64 = 1.96;

/// **Paper.** Section 3, "Corroboration of three-level hierarchical structure in G", figure 2: in the plane of t-SNE the g_cc'
/// of a class c lie about its g_c.
///
/// **Rule.** By the exact distances of the class means, and by their places in the plane of t-SNE, as figure 2 shows them:
/// - the silhouette of all means but the g_cc, grouped by the class c of their examples, is zero or more, so that a mean is
///   nearer to its own group than to the next,
/// - shuffled labels reach it with p of 0.01 at most, and
/// - the g_cc' of different classes are grouped by c as well as by c' or better: their silhouette by c is no less than that by
///   c'.
///
/// Error bars: silhouettes are exact for these means and this embedding; of the p-value the interval of the share of shuffles
/// (Wilson). Undecided with fewer than three classes, where every g_cc' is alone in its group.
pub fn three_levels(evidence: &Evidence) -> Finding {
    let statement = Statement {
        id: "three-levels",
        claim: "The class means g_cc' of a class lie about its g_c, in their distances and in the plane of t-SNE".into(),
        paper: LEVELS,
        rule: format!(
            "by exact distances and in the plane of t-SNE, the silhouette of the means but the g_cc by class c is 0 or more, \
             p against shuffled labels is {SIGNIFICANT} at most, and the silhouette of the g_cc' by c is no less than that by \
             c'"
        ),
    };
    let Some(levels) = &evidence.levels else {
        let reason =
            "fewer than three classes have examples, so that no class has two means to group";
        return undecided(statement, reason, Vec::new());
    };
    let mut conditions = Vec::new();
    let mut beside = vec![exact("the number of classes in it", levels.classes as f64)];
    for (scores, place) in [
        (&levels.distances, "by exact distances"),
        (&levels.tsne, "in the plane of t-SNE"),
    ] {
        let of = |among, by| scores.iter().find(|s| s.among == among && s.by == by);
        let whole = of(MeanSelection::WithoutOwn, MeanGrouping::Class);
        let by_class = of(MeanSelection::CrossOnly, MeanGrouping::Class);
        let by_other = of(MeanSelection::CrossOnly, MeanGrouping::Other);
        let (Some(whole), Some(by_class), Some(by_other)) = (whole, by_class, by_other) else {
            let reason = format!("{place}, the groups are too small for a silhouette");
            return undecided(statement, reason, beside);
        };
        conditions.extend(about_their_centre(whole, place));
        let [of_class, of_other] = [by_class, by_other].map(|scores| scores.silhouette.value);
        conditions.push(at_least(
            exact(
                format!("the silhouette of the g_cc' by c less that by c', {place}"),
                of_class - of_other,
            ),
            0.0,
        ));
        beside.extend([
            exact(format!("that by c, {place}"), of_class),
            exact(format!("that by c', {place}"), of_other),
            exact(
                format!("the mean silhouette of shuffled labels, {place}"),
                whole.silhouette.null_mean,
            ),
            exact(
                format!("the adjusted Rand index by class, {place}"),
                whole.rand.value,
            ),
        ]);
    }
    judge(statement, conditions, beside)
}

/// The silhouette by class, and its p-value.
fn about_their_centre(scores: &MeanScores, place: &str) -> [Condition; 2] {
    let test = &scores.silhouette;
    let what = format!("the silhouette of the means by class, {place}");
    let [lower, upper] = wilson(test);
    let p_value = number(
        format!("its p-value against shuffled labels, {place}"),
        test.p_value,
        [lower.min(test.p_value), upper.max(test.p_value)],
    );
    [
        at_least(exact(what, test.value), 0.0),
        at_most(p_value, SIGNIFICANT),
    ]
}

/// The interval of the share of shuffles that reach the score.
fn wilson(test: &PermutationTest) -> [f64; 2] {
    let count = test.permutations.max(1) as f64;
    // p = (1 + b) / (1 + m).
    let share = ((test.p_value * (1.0 + count) - 1.0) / count).clamp(0.0, 1.0);
    let square = DEVIATIONS * DEVIATIONS / count;
    let middle = (share + 0.5 * square) / (1.0 + square);
    let half = DEVIATIONS * (share * (1.0 - share) / count + 0.25 * square / count).sqrt()
        / (1.0 + square);
    [(middle - half).max(0.0), (middle + half).min(1.0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_a_p_value() {
        let test = |p_value: f64, permutations: usize| PermutationTest {
            value: 0.1,
            null_mean: 0.0,
            null_standard_deviation: 0.1,
            p_value,
            permutations,
        };
        // None of 999, and 10 of 999: by the tables 0.0038, and 0.0055 to 0.0183.
        let [lower, upper] = wilson(&test(0.001, 999));
        assert!(lower < 1e-9 && (upper - 0.00383).abs() < 1e-4, "{upper}");
        let [lower, upper] = wilson(&test(0.011, 999));
        assert!((lower - 0.00545).abs() < 1e-4, "{lower}");
        assert!((upper - 0.01833).abs() < 1e-4, "{upper}");
    }
}
