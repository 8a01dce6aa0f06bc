//! How many outliers Hess has, and that they are those of G.

use hesscope_records::{Condition, Evidence, Finding, Number};
use hesscope_spectral::OutlierOutcome;

use super::bounds::SAME_SPACE;
use super::counting::{above, some_outliers, why};
use crate::findings::condition::{
    Statement, at_least, at_most, exact, judge, undecided, unknown, within,
};

/// The paragraph on what belongs to G and what to H.
const ATTRIBUTION: &str = "section 3, \"Attribution of outliers to G and bulk to H\"";

/// Least factor of a gap that the rule of the outliers may have been too weak to find.
const GAP: f64 = 1.1;

/// **Paper.** Section 3, "Confirmation of bulk-and-outliers", figure 1: the Hessian over the training and over the test
/// examples has a bulk and outliers apart from it.
///
/// **Rule.** Hess has at least one outlier above zero, by the rule that counts outliers. Each split is judged by itself.
///
/// Error bars: residuals are in the count; undecided where the rule of the outliers is, or where none is significant and a gap
/// is there where [`count`] looks for it.
pub fn bulk_and_outliers(evidence: &Evidence) -> Finding {
    let statement = Statement {
        id: "bulk-and-outliers",
        claim: "The spectrum of Hess has a bulk and outliers above it".into(),
        paper: "section 3, \"Confirmation of bulk-and-outliers\"; figure 1",
        rule: format!(
            "Hess has at least one outlier above zero; none are undecided where a gap of a factor of {GAP} or more follows \
             the eigenvalue C - 1 or C"
        ),
    };
    match number_of_outliers(evidence) {
        Ok(found) => judge(statement, vec![at_least(found, 1.0)], gaps(evidence)),
        Err(reason) => undecided(statement, reason, gaps(evidence)),
    }
}

/// **Paper.** Figure 1: arguably there are as many outliers as classes, over training and over test examples.
///
/// **Rule.** The outliers of Hess above zero are counted, and the count is C or C - 1, C being the classes with examples in
/// the split. C - 1 counts as equal: A1 = sum P_c/N g_c g_c^T has C terms, and where the gradient of the loss vanishes,
/// `sum P_c g_c = - sum P_cc g_cc` does to first order in the errors 1 - p, so that training itself takes one of the C
/// directions away.
///
/// No outliers are undecided, not against the finding, where a gap of a factor of 1.1 or more follows the eigenvalue C - 1
/// or C: the rule of the outliers asks for significance, which a gap among few eigenvalues may lack. Residuals are in the
/// count.
pub fn count(evidence: &Evidence) -> Finding {
    let classes = evidence.classes_with_examples;
    let statement = Statement {
        id: "outlier-count",
        claim: format!(
            "Hess has as many outliers as there are classes, C = {classes}, or one fewer"
        ),
        paper: "figure 1, \"arguably the number of outliers is equal to the number of classes\"",
        rule: format!(
            "the outliers of Hess above zero are counted, and are C or C - 1, as where the gradient vanishes the C class \
             means of A1 are nearly dependent; none are undecided where a gap of a factor of {GAP} or more follows the \
             eigenvalue C - 1 or C"
        ),
    };
    let found = match number_of_outliers(evidence) {
        Ok(found) => found,
        Err(reason) => return undecided(statement, reason, gaps(evidence)),
    };
    let mut beside = vec![exact("that number less C", found.value - classes as f64)];
    beside.extend(gaps(evidence));
    judge(
        statement,
        vec![
            at_least(found.clone(), classes as f64 - 1.0),
            at_most(found, classes as f64),
        ],
        beside,
    )
}

/// The outliers of Hess above zero, or why that is not known.
fn number_of_outliers(evidence: &Evidence) -> Result<Number, String> {
    let outliers = match evidence.hess.outliers.positive {
        OutlierOutcome::Decided(outliers) => outliers,
        OutlierOutcome::Undecided(reason) => return Err(why("Hess", reason)),
    };
    if outliers.count == 0 && gaps(evidence).iter().any(|gap| gap.value >= GAP) {
        return Err("no gap is significant, and one is there where the finding has it".into());
    }
    Ok(exact(
        "the number of outliers of Hess",
        outliers.count as f64,
    ))
}

/// The factors that follow the eigenvalues C - 1 and C of Hess.
fn gaps(evidence: &Evidence) -> Vec<Number> {
    let (classes, hess) = (evidence.classes_with_examples, &evidence.hess);
    let values = positive(&hess.values, hess.next);
    [classes.saturating_sub(1), classes]
        .into_iter()
        .filter_map(|k| {
            let what = format!("the factor between eigenvalues {k} and {}", k + 1);
            gap_after(&values, k).map(|value| unknown(what, value))
        })
        .collect()
}

/// The values above zero, largest first, the next one behind them.
fn positive(values: &[f64], next: Option<f64>) -> Vec<f64> {
    let mut found: Vec<f64> = values.iter().copied().filter(|v| *v > 0.0).collect();
    found.sort_by(|a, b| b.total_cmp(a));
    found.extend(next);
    found
}

/// `lambda_k / lambda_(k+1)`, k from 1.
fn gap_after(values: &[f64], k: usize) -> Option<f64> {
    let (upper, lower) = (values.get(k.checked_sub(1)?)?, values.get(k)?);
    (*lower > 0.0).then(|| upper / lower)
}

/// **Paper.** Section 3, "Attribution of outliers to G and bulk to H": the outliers of the Hessian are G's.
///
/// **Rule.** Hess has k outliers above zero, k at least 1, and
/// - the overlap of their space with that of the k leading eigenvectors of G is 0.9 or more,
/// - taking H out leaves them: at least k eigenvalues of G lie above the value between outliers and bulk of Hess,
/// - taking G out leaves none: no eigenvalue of H does.
///
/// Error bars: of the overlap what the residuals can have turned the spaces by (Davis & Kahan), of the counts the
/// residuals.
pub fn of_g(evidence: &Evidence) -> Finding {
    let statement = Statement {
        id: "outliers-of-g",
        claim: "The outliers of Hess are those of G".into(),
        paper: ATTRIBUTION,
        rule: format!(
            "the overlap of the outlier space of Hess with the leading eigenspace of G of its dimension k is {SAME_SPACE} or \
             more; at least k eigenvalues of G, which is Hess without H, lie above the value between outliers and bulk of \
             Hess, and none of H, which is Hess without G"
        ),
    };
    let spaces = &evidence.hess_and_g;
    let overlap = || {
        within(
            format!(
                "the overlap of the spaces of dimension {} of Hess and G",
                spaces.first.dimension
            ),
            spaces.overlap.overlap,
            spaces.overlap.error,
        )
    };
    let mut beside = vec![exact("the overlap by chance", spaces.overlap.chance)];
    beside.extend(largest_difference(evidence));
    let (count, threshold) = match some_outliers(&evidence.hess, "Hess") {
        Ok(found) => found,
        Err(reason) => {
            beside.insert(0, overlap());
            return undecided(statement, reason, beside);
        }
    };
    if spaces.first.dimension != count {
        beside.insert(0, overlap());
        let reason = format!(
            "Hess has {count} outliers, and {} leading eigenvectors were computed: give more with --top",
            spaces.first.dimension
        );
        return undecided(statement, reason, beside);
    }
    let of = |leading, name: &str| {
        above(
            leading,
            threshold,
            format!("the number of eigenvalues of {name} above the threshold of Hess"),
        )
    };
    judge(
        statement,
        vec![
            at_least(overlap(), SAME_SPACE),
            at_least(of(&evidence.g, "G"), count as f64),
            at_most(of(&evidence.h, "H"), 0.0),
        ],
        beside,
    )
}

/// The largest relative difference of the eigenvalues of Hess and G, rank by rank.
fn largest_difference(evidence: &Evidence) -> Option<Number> {
    let (hess, g) = (&evidence.hess_and_g.first, &evidence.hess_and_g.second);
    let residuals = hess.residuals.iter().zip(&g.residuals);
    let differences = hess.eigenvalues.iter().zip(&g.eigenvalues).zip(residuals);
    differences
        .filter(|((a, _), _)| **a != 0.0)
        .map(|((a, b), (r, s))| ((a - b).abs() / a.abs(), (r + s) / a.abs()))
        .max_by(|x, y| x.0.total_cmp(&y.0))
        .map(|(difference, error)| {
            within(
                "the largest relative difference of their eigenvalues",
                difference,
                error,
            )
        })
}

/// **Paper.** Section 3, "Attribution of outliers to G and bulk to H": the spectrum of H contains no outliers.
///
/// **Rule.** H has no outliers at either end, by the rule that counts those of Hess; undecided where they cannot be counted.
/// Residuals are in the counts.
pub fn not_of_h(evidence: &Evidence) -> Finding {
    let statement = Statement {
        id: "h-without-outliers",
        claim: "The spectrum of H contains no outliers".into(),
        paper: ATTRIBUTION,
        rule: "the outliers of H above zero and below it, counted by the same rule as those of Hess, are none".into(),
    };
    let h = &evidence.h;
    let mut conditions: Vec<Condition> = Vec::new();
    let mut open = Vec::new();
    let mut beside = Vec::new();
    for (outcome, side) in [
        (h.outliers.positive, "above"),
        (h.outliers.negative, "below"),
    ] {
        match (outcome.number(), outcome) {
            (Some(count), _) => {
                let what = format!("the number of outliers of H {side} zero");
                conditions.push(at_most(exact(what, count as f64), 0.0));
            }
            (None, OutlierOutcome::Undecided(reason)) => {
                open.push(format!("{side} zero, {}", why("H", reason)));
            }
            (None, OutlierOutcome::Decided(_)) => {}
        }
        if let Some(outliers) = outcome.decided() {
            beside.push(exact(
                format!("the p-value of the widest gap {side} zero"),
                outliers.p_value,
            ));
        }
    }
    let (largest, residual) =
        h.values
            .iter()
            .zip(&h.residuals)
            .fold((0.0f64, 0.0), |most, (value, residual)| {
                if *value > most.0 {
                    (*value, *residual)
                } else {
                    most
                }
            });
    beside.push(within("the largest eigenvalue of H", largest, residual));
    if let Ok((count, _)) = some_outliers(&evidence.hess, "Hess")
        && let Some(&least) = positive(&evidence.hess.values, None).get(count - 1)
    {
        beside.push(unknown(
            "the largest eigenvalue of H over the least outlier of Hess",
            largest / least,
        ));
    }
    // An outlier found on one side decides, whatever the other has.
    let found = conditions.iter().any(|c| c.holds == Some(false));
    if open.is_empty() || found {
        judge(statement, conditions, beside)
    } else {
        undecided(statement, open.join("; "), beside)
    }
}
