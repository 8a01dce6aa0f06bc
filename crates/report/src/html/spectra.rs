//! The spectra: a figure and its tables for every split and epoch.

use hesscope_spectral::{AutomaticLimit, AutomaticOutcome, Estimate, OutlierOutcome};

use super::laws::laws;
use super::markup::{Table, details, figure, paragraph};
use crate::escape::escape;
use crate::figures::{Figure, is_outlier};
use crate::groups::Group;
use crate::numbers::{estimate, integer, known_within, plain, significant, with_error};
use crate::wording::{Side, beside_classes, capitalised, reasons};
use hesscope_records::Analysis;

/// All groups; the tables of eigenvalues are open in the first.
pub(crate) fn section(groups: &[Group<'_>], figures: &[Figure]) -> String {
    if groups.is_empty() {
        return String::new();
    }
    let mut out = "<section>\n<h2>Spectra</h2>\n".to_owned();
    for (i, (group, drawn)) in groups.iter().zip(figures).enumerate() {
        out.push_str(&format!(
            "<section>\n<h3>{}</h3>\n",
            escape(&capitalised(&group.title()))
        ));
        out.push_str(&figure(drawn));
        out.push_str(&outliers(group));
        out.push_str(&asked_for(group));
        out.push_str(&laws(group));
        out.push_str(&moments(group));
        out.push_str(&ranges(group));
        for analysis in &group.analyses {
            let name = group.name(analysis);
            out.push_str(&details(
                &format!("Leading eigenvalues of {name}"),
                i == 0,
                &eigenvalues(&name, analysis),
            ));
        }
        out.push_str("</section>\n");
    }
    out.push_str("</section>\n");
    out
}

/// The counts with their evidence, a row for each side that has eigenvalues.
pub(super) fn outliers(group: &Group<'_>) -> String {
    let mut table = Table::new(
        "Outliers beside the number of classes C, where the bulk begins (\u{b1} one standard error: its residual and 1.6 \
         spacings), by which factor the last outlier is above it, and the evidence of the widest gap",
        &[
            "Operator, side",
            "Outliers",
            "beside C",
            "Bulk edge",
            "Last outlier over edge",
            "Gap beside bulk",
            "p-value",
            "Eigenvalues",
        ],
    );
    for analysis in &group.analyses {
        let sides = [
            ("above zero", analysis.outliers.positive),
            ("below zero", analysis.outliers.negative),
        ];
        for (side, outcome) in sides {
            let head = format!("{}, {side}", group.name(analysis));
            let none = || "\u{2013}".to_owned();
            table.row(match outcome {
                OutlierOutcome::Decided(count) => [
                    head,
                    count.count.to_string(),
                    if count.count == 0 {
                        none()
                    } else {
                        beside_classes(count.count, analysis.classes)
                    },
                    count
                        .bulk_edge
                        .map_or_else(none, |edge| with_error(edge.value, Some(edge.error()))),
                    count.separation().map_or_else(none, |x| significant(x, 3)),
                    significant(count.statistic, 3),
                    significant(count.p_value, 2),
                    integer(count.eigenvalues),
                ],
                OutlierOutcome::Undecided(_) => [
                    head,
                    Side::of(outcome).cell(),
                    none(),
                    none(),
                    none(),
                    none(),
                    none(),
                    none(),
                ],
            });
        }
    }
    let undecided: Vec<String> = group
        .analyses
        .iter()
        .flat_map(|analysis| {
            let name = group.name(analysis);
            reasons(&analysis.outliers)
                .into_iter()
                .map(move |reason| format!("{name}: {reason}."))
        })
        .collect();
    let mut out = table.html();
    if !undecided.is_empty() {
        out.push_str(&paragraph(&format!("Undecided. {}", undecided.join(" "))));
    }
    out
}

/// How the densities came out whose error was asked for.
fn asked_for(group: &Group<'_>) -> String {
    let mut table = Table::new(
        "Densities whose error was asked for: the Wasserstein-1 distance from the true one, as a share of the width of the \
         spectrum without atoms, and what it is made of",
        &[
            "Operator",
            "Asked for",
            "Reached",
            "of that, probes",
            "of that, steps",
            "Probes",
            "Lanczos steps",
            "Outcome",
        ],
    );
    let mut any = false;
    for analysis in &group.analyses {
        let asked = analysis.settings.density_error;
        let Some((asked, automatic)) = asked.zip(analysis.automatic.as_ref()) else {
            continue;
        };
        let Some(last) = automatic.assessments.last() else {
            continue;
        };
        any = true;
        table.row([
            group.name(analysis),
            significant(asked, 2),
            significant(last.error(), 2),
            significant(last.sampling, 2),
            significant(last.truncation, 2),
            integer(last.probes),
            integer(last.steps),
            match automatic.outcome {
                AutomaticOutcome::Met => "met".to_owned(),
                AutomaticOutcome::Exact => "exact".to_owned(),
                AutomaticOutcome::NotMet(limit) => format!("not met: {}", limit_word(limit)),
            },
        ]);
    }
    if any { table.html() } else { String::new() }
}

fn limit_word(limit: AutomaticLimit) -> &'static str {
    match limit {
        AutomaticLimit::Probes => "the most probes were taken",
        AutomaticLimit::Steps => "the most steps were taken",
        AutomaticLimit::Products => "the most products were formed",
        AutomaticLimit::Vectors => "the memory was full",
        AutomaticLimit::Resolution => "less cannot be told from zero",
    }
}

/// A table with a column for each operator of a group.
fn by_operator(
    group: &Group<'_>,
    caption: &str,
    rows: &[&str],
    column: impl Fn(&Analysis) -> Vec<String>,
) -> String {
    let mut head = vec![String::new()];
    head.extend(group.analyses.iter().map(|analysis| group.name(analysis)));
    let columns: Vec<Vec<String>> = group
        .analyses
        .iter()
        .map(|analysis| column(analysis))
        .collect();
    let mut table = Table::new(caption, &head);
    for (i, &row) in rows.iter().enumerate() {
        let cells = columns
            .iter()
            .map(|column| column.get(i).cloned().unwrap_or_default());
        table.row(std::iter::once(row.to_owned()).chain(cells));
    }
    table.html()
}

/// Trace, norm and moments.
fn moments(group: &Group<'_>) -> String {
    let rows = [
        "Trace",
        "Frobenius norm",
        "Mean of \u{3bb}",
        "Mean of \u{3bb}\u{b2}",
        "Mean of \u{3bb}\u{b3}",
        "Mean of \u{3bb}\u{2074}",
    ];
    let caption = "Trace (p times the mean of \u{3bb}) and moments, \u{b1} one standard error over the probes";
    by_operator(group, caption, &rows, |analysis| {
        let dim = analysis.dimension as f64;
        let moments = analysis.density.moments(4);
        let mut column = vec![estimate(moments[0], dim), norm(moments[1], dim)];
        column.extend(moments.iter().map(|&moment| estimate(moment, 1.0)));
        column
    })
}

/// The root of p times the second moment; its error, to first order, is half the relative one.
fn norm(second: Estimate, dim: f64) -> String {
    let norm = (dim * second.mean.max(0.0)).sqrt();
    let error = second.standard_error.map(|error| {
        if norm > 0.0 {
            dim * error / (2.0 * norm)
        } else {
            0.0
        }
    });
    with_error(norm, error)
}

/// The intervals that hold the spectra.
fn ranges(group: &Group<'_>) -> String {
    let rows = [
        "Least Ritz value",
        "its residual bound",
        "Largest Ritz value",
        "its residual bound",
        "Interval from",
        "Interval to",
        "Lanczos steps",
    ];
    let caption =
        "Range: extreme Ritz values, and the interval taken from them, bounds and margin included";
    by_operator(group, caption, &rows, |analysis| {
        let range = &analysis.range;
        vec![
            plain(range.ritz_min),
            significant(range.residual_min, 2),
            plain(range.ritz_max),
            significant(range.residual_max, 2),
            plain(range.lower),
            plain(range.upper),
            integer(range.steps),
        ]
    })
}

/// The leading eigenpairs of one operator.
fn eigenvalues(name: &str, analysis: &Analysis) -> String {
    let top = &analysis.top;
    let converged = top.converged.iter().filter(|&&done| done).count();
    let mut table = Table::new(
        format!(
            "{name}: {} leading eigenvalues by magnitude, {converged} converged to a relative residual of {} in {} \
             iterations; a true eigenvalue lies within each residual",
            top.values.len(),
            significant(analysis.settings.subspace_tolerance, 2),
            top.iterations,
        ),
        &["Rank", "Eigenvalue", "Residual", "Converged", "Belongs to"],
    )
    .tall();
    let rows = top.values.iter().zip(&top.residuals).zip(&top.converged);
    for (i, ((&value, &residual), &converged)) in rows.enumerate() {
        table.row([
            (i + 1).to_string(),
            known_within(value, residual),
            significant(residual, 2),
            if converged { "yes" } else { "no" }.to_owned(),
            if is_outlier(analysis, value) {
                "outliers"
            } else {
                "bulk"
            }
            .to_owned(),
        ]);
    }
    table.html()
}
