//! Which part of the Hessian each feature of its spectrum belongs to.

use hesscope_records::{Condition, Finding, FindingVerdict, Findings, Number, Relation, SpacePair};
use maud::{Markup, html};

use crate::html::markup::{Table, details, paragraph};
use crate::text::names::{capitalised, subject_title};
use crate::text::numbers::{accuracy, plain, significant};

/// All findings.
pub(super) fn section(all: &[Findings]) -> Markup {
    html! {
        @if !all.is_empty() {
            section {
                h2 { "Findings" }
                (paragraph(
                    "The findings of the papers, each judged on this network by a rule that was fixed before. A finding is \
                     confirmed where every condition holds for all of its error bar, and not confirmed where one fails for \
                     all of it. Otherwise, or where what the rule speaks of is not there, it is undecided.",
                ))
                @for findings in all {
                    section {
                        h3 { (subject_title(&findings.settings.subject)) }
                        (verdicts(findings))
                        (details("Every condition", false, conditions(findings)))
                        (details("Companion numbers", false, companions(findings)))
                        (details("The outliers one by one", false, html! {
                            (pairs("Hess beside G", &findings.evidence.hess_and_g))
                            (pairs("G beside A1", &findings.evidence.g_and_a1))
                        }))
                        (details("Rules", false, rules(findings)))
                    }
                }
            }
        }
    }
}

/// The short name: the head of a row does not break.
fn name(finding: &Finding) -> String {
    let word = |word: &str| match word {
        "g" | "h" | "a1" => word.to_uppercase(),
        word => word.to_owned(),
    };
    let words: Vec<String> = finding.id.split('-').map(word).collect();
    capitalised(&words.join(" "))
}

/// A verdict in words.
fn words(verdict: FindingVerdict) -> &'static str {
    match verdict {
        FindingVerdict::Confirmed => "confirmed",
        FindingVerdict::NotConfirmed => "not confirmed",
        FindingVerdict::Undecided => "undecided",
    }
}

fn verdicts(findings: &Findings) -> Table {
    let evidence = &findings.evidence;
    let caption = format!(
        "Findings on p = {} parameters, N = {} examples and C = {} classes, accuracy {} %",
        evidence.dimension,
        evidence.examples,
        evidence.classes,
        accuracy(evidence.accuracy, 4)
    );
    let mut table =
        Table::new(caption, &["Finding", "Verdict", "The papers say", "Here"]).of_text();
    for finding in &findings.findings {
        table.row([
            name(finding),
            words(finding.verdict).to_owned(),
            finding.claim.clone(),
            capitalised(&finding.reason),
        ]);
    }
    table
}

fn conditions(findings: &Findings) -> Table {
    let head = [
        "Finding",
        "Quantity",
        "Value",
        "Error bar",
        "Asked for",
        "Holds",
    ];
    let mut table = Table::new("Conditions of the rules", &head).of_text();
    for finding in &findings.findings {
        for condition in &finding.conditions {
            table.row(condition_row(finding, condition));
        }
    }
    table
}

fn condition_row(finding: &Finding, condition: &Condition) -> [String; 6] {
    let relation = match condition.relation {
        Relation::AtLeast => "at least",
        Relation::AtMost => "at most",
    };
    let [what, value, bar] = number(&condition.number);
    [
        name(finding),
        what,
        value,
        bar,
        format!("{relation} {}", shortest(condition.bound)),
        match condition.holds {
            Some(true) => "yes",
            Some(false) => "no",
            None => "undecided",
        }
        .to_owned(),
    ]
}

fn companions(findings: &Findings) -> Table {
    let head = ["Finding", "Quantity", "Value", "Error bar"];
    let mut table = Table::new("Companion numbers, which decide nothing", &head).of_text();
    for finding in &findings.findings {
        for found in &finding.beside {
            let [what, value, bar] = number(found);
            table.row([name(finding), what, value, bar]);
        }
    }
    table
}

/// What, value and error bar.
fn number(number: &Number) -> [String; 3] {
    let bar = match (number.lower, number.upper) {
        (Some(lower), Some(upper)) if lower == upper => "exact".to_owned(),
        (Some(lower), Some(upper)) => format!("{} to {}", shortest(lower), shortest(upper)),
        (Some(lower), None) => format!("{} or more", shortest(lower)),
        (None, Some(upper)) => format!("{} or less", shortest(upper)),
        (None, None) => "unknown".to_owned(),
    };
    [capitalised(&number.what), shortest(number.value), bar]
}

/// Whole numbers without decimals.
fn shortest(x: f64) -> String {
    if x == x.trunc() && x.abs() < 1e6 {
        significant(x, 7)
            .split('.')
            .next()
            .unwrap_or_default()
            .to_owned()
    } else {
        plain(x)
    }
}

/// The eigenvalues of two spaces, rank by rank.
fn pairs(caption: &str, spaces: &SpacePair) -> Table {
    let head = ["Rank", "First", "its residual", "Second", "its residual"];
    let mut table = Table::new(caption, &head);
    let (first, second) = (&spaces.first, &spaces.second);
    let cell = |values: &[f64], i: usize, digits: usize| {
        values
            .get(i)
            .map_or_else(String::new, |value| significant(*value, digits))
    };
    for i in 0..first.eigenvalues.len().max(second.eigenvalues.len()) {
        table.row([
            (i + 1).to_string(),
            cell(&first.eigenvalues, i, 5),
            cell(&first.residuals, i, 2),
            cell(&second.eigenvalues, i, 5),
            cell(&second.residuals, i, 2),
        ]);
    }
    table
}

fn rules(findings: &Findings) -> Table {
    let mut table = Table::new("Rules, fixed before", &["Finding", "Confirmed where"]).of_text();
    for finding in &findings.findings {
        table.row([name(finding), capitalised(&finding.rule)]);
    }
    table
}
