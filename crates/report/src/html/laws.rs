//! The laws that the bulks follow.

use hesscope_spectral::{Comparison, LawAnalysis, LawFit, Side};

use super::markup::{Table, details};
use crate::groups::Group;
use crate::numbers::{percent_of, significant};
use hesscope_records::Analysis;

/// The verdicts of a group, and every fit behind them; nothing where no law was fitted.
pub(crate) fn laws(group: &Group<'_>) -> String {
    if group
        .analyses
        .iter()
        .all(|analysis| analysis.laws.is_empty())
    {
        return String::new();
    }
    let mut table = Table::new(
        "Which law the bulk follows, and its upper tail, outliers and what is near zero left out. A law is named where it \
         is favoured over every other by Vuong\u{2019}s test and not rejected by Kolmogorov\u{2019}s; a power law of the tail \
         where its goodness of fit is 0.1 or more",
        &[
            "Operator, side",
            "Whole bulk",
            "Tail",
            "Exponent of the tail",
            "95 % interval",
            "from",
            "Goodness of fit",
            "Share analysed",
        ],
    );
    let mut fits = String::new();
    for analysis in &group.analyses {
        for laws in &analysis.laws {
            let head = head(group, analysis, laws);
            table.row(row(&head, laws));
            fits.push_str(&of_comparison(
                &format!("{head}, whole bulk"),
                &laws.whole_bulk,
            ));
            if let Some(tail) = &laws.tail {
                fits.push_str(&of_comparison(&format!("{head}, tail"), &tail.comparison));
            }
        }
    }
    table.html() + &details("Every fit", false, &fits)
}

fn head(group: &Group<'_>, analysis: &Analysis, laws: &LawAnalysis) -> String {
    let side = match laws.sample.side {
        Side::Positive => "above zero",
        Side::Negative => "below zero",
        Side::Both => "both sides",
    };
    format!("{}, {side}", group.name(analysis))
}

fn row(head: &str, laws: &LawAnalysis) -> Vec<String> {
    let none = || "\u{2013}".to_owned();
    let mut row = vec![head.to_owned(), verdict(&laws.whole_bulk)];
    row.extend(match &laws.tail {
        Some(tail) => [
            verdict(&tail.comparison),
            significant(tail.alpha, 3),
            format!(
                "{} to {}",
                significant(tail.alpha_interval[0], 3),
                significant(tail.alpha_interval[1], 3)
            ),
            significant(tail.xmin, 2),
            significant(tail.goodness_of_fit, 2),
        ],
        None => [none(), none(), none(), none(), none()],
    });
    row.push(percent_of(laws.sample.mass));
    row
}

/// The winner; who is still in stands in the table of every fit.
fn verdict(comparison: &Comparison) -> String {
    comparison
        .verdict
        .winner
        .map_or_else(|| "undecided".to_owned(), |law| law.to_string())
}

fn of_comparison(head: &str, comparison: &Comparison) -> String {
    let mut table = Table::new(
        format!("{head}: {}", comparison.verdict.reason),
        &[
            "Law",
            "Parameters",
            "Log-likelihood",
            "Kolmogorov distance",
            "Wasserstein distance",
            "Outside its support",
        ],
    );
    for fit in &comparison.fits {
        table.row([
            fit.law.name().to_string(),
            parameters(fit),
            significant(fit.log_likelihood, 5),
            significant(fit.kolmogorov, 2),
            fit.wasserstein
                .map_or_else(|| "no mean".to_owned(), |x| significant(x, 2)),
            percent_of(fit.outside_support),
        ]);
    }
    table.html()
}

/// `alpha 2.1 ± 0.1, xmin 3`.
fn parameters(fit: &LawFit) -> String {
    let said: Vec<String> = fit
        .parameters
        .iter()
        .map(|parameter| {
            let value = significant(parameter.value, 3);
            match parameter.standard_error {
                Some(error) => format!(
                    "{} {value} \u{b1} {}",
                    parameter.name,
                    significant(error, 2)
                ),
                None => format!("{} {value}", parameter.name),
            }
        })
        .collect();
    said.join(", ")
}
