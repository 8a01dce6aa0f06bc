//! How many outliers Hess has, and that they are those of G.

use hesscope_records::{Evidence, Finding, FindingVerdict, Number};

use super::bounds::SAME_SPACE;
use super::counting::{above, counted, some_outliers};
use crate::findings::condition::{
    Statement, at_least, at_most, exact, finding, judge, undecided, within,
};

/// Least factor of a gap that the rule of the outliers may have been too weak to find.
const GAP: f64 = 1.1;

/// **Rule.** The outliers of Hess above zero are counted, and the count is C or C - 1.
///
/// No outliers are undecided, not against the finding, where a gap of a factor of 1.1 or more follows the eigenvalue C - 1
/// or C: the rule of the outliers asks for significance, which a gap among few eigenvalues may lack. Residuals are in the
/// count.
pub fn count(evidence: &Evidence) -> Finding {
    let classes = evidence.classes;
    let statement = Statement {
        id: "outlier-count",
        claim: format!(
            "Hess has as many outliers as there are classes, C = {classes}, or one fewer"
        ),
        rule: format!(
            "the outliers of Hess above zero are counted, and are C or C - 1; none are undecided where a gap of a factor of \
             {GAP} or more follows the eigenvalue C - 1 or C"
        ),
    };
    let hess = &evidence.hess;
    let gap = |k: usize| {
        let value = gap_after(&positive(&hess.values, hess.next), k);
        value.map(|value| {
            exact(
                format!("the factor between eigenvalues {k} and {}", k + 1),
                value,
            )
        })
    };
    let gaps: Vec<Number> = [classes.saturating_sub(1), classes]
        .into_iter()
        .filter_map(gap)
        .collect();
    let Some(outliers) = counted(hess) else {
        let reason = some_outliers(hess, "Hess")
            .err()
            .unwrap_or_else(|| "the outliers of Hess are not counted".into());
        return undecided(statement, reason, gaps);
    };
    if outliers.count == 0 && gaps.iter().any(|gap| gap.value >= GAP) {
        return undecided(
            statement,
            "no gap is significant, and one is there where the finding has it",
            gaps,
        );
    }
    let found = || exact("the number of outliers of Hess", outliers.count as f64);
    judge(
        statement,
        vec![
            at_least(found(), classes as f64 - 1.0),
            at_most(found(), classes as f64),
        ],
        gaps,
    )
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

/// **Rule.** H has no outliers above zero, by the rule that counts those of Hess; undecided where they cannot be counted.
/// Residuals are in the count.
pub fn not_of_h(evidence: &Evidence) -> Finding {
    let statement = Statement {
        id: "h-without-outliers",
        claim: "H has no outliers above zero".into(),
        rule: "the outliers of H above zero, counted by the same rule as those of Hess, are none"
            .into(),
    };
    let h = &evidence.h;
    let largest = h.values.iter().copied().fold(0.0f64, f64::max);
    let mut beside = vec![exact("the largest eigenvalue of H", largest)];
    if let Some(below) = h.outliers.and_then(|found| found.negative.decided()) {
        beside.push(exact("the outliers of H below zero", below.count as f64));
    }
    if let Ok((count, _)) = some_outliers(&evidence.hess, "Hess")
        && let Some(&least) = positive(&evidence.hess.values, None).get(count - 1)
    {
        beside.push(exact(
            "the largest eigenvalue of H over the least outlier of Hess",
            largest / least,
        ));
    }
    let nothing = h.outliers.is_some_and(|outliers| {
        let positive = outliers.positive.decided();
        positive.is_some_and(|count| count.eigenvalues == 0)
    });
    if nothing {
        let reason = "no leading eigenvalue of H lies above zero".into();
        return finding(
            statement,
            FindingVerdict::Confirmed,
            reason,
            Vec::new(),
            beside,
        );
    }
    match counted(h) {
        Some(outliers) => {
            beside.push(exact("the p-value of the widest gap", outliers.p_value));
            let count = exact("the number of outliers of H", outliers.count as f64);
            judge(statement, vec![at_most(count, 0.0)], beside)
        }
        None => {
            let reason = some_outliers(h, "H").err().unwrap_or_default();
            undecided(statement, reason, beside)
        }
    }
}
