//! Which part of the Hessian each feature of its spectrum belongs to.

use hesscope_records::{
    Condition, Finding, FindingVerdict, Findings, Number, Relation, SpacePair, SpaceRecord,
};
use maud::{Markup, html};

use crate::html::markup::{Table, details, paragraph};
use crate::text::names::{capitalised, subject_title};
use crate::text::numbers::{accuracy, plain, significant};

/// All findings.
pub(super) fn section(id: &str, all: &[Findings]) -> Markup {
    html! {
        @if !all.is_empty() {
            section id=(id) {
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

/// A table of text with rows for each finding, under its short name.
fn table<const N: usize>(
    findings: &Findings,
    caption: &str,
    heads: &str,
    rows: impl Fn(&Finding) -> Vec<[String; N]>,
) -> Table {
    let named = |finding: &Finding| {
        let name = name(finding);
        let named = move |row| std::iter::once(name.clone()).chain(row);
        rows(finding).into_iter().map(named).collect::<Vec<_>>()
    };
    let rows = findings.findings.iter().flat_map(named);
    Table::new(caption, heads).of_text().with(rows)
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
    let heads = "Finding | Verdict | The papers say | Here";
    table(findings, &caption, heads, |finding| {
        let (verdict, claim) = (words(finding.verdict), &finding.claim);
        vec![[
            verdict.to_owned(),
            claim.clone(),
            capitalised(&finding.reason),
        ]]
    })
}

fn conditions(findings: &Findings) -> Table {
    let heads = "Finding | Quantity | Value | Error bar | Asked for | Holds";
    table(findings, "Conditions of the rules", heads, |finding| {
        finding.conditions.iter().map(condition_row).collect()
    })
}

fn condition_row(condition: &Condition) -> [String; 5] {
    let relation = match condition.relation {
        Relation::AtLeast => "at least",
        Relation::AtMost => "at most",
    };
    let holds = match condition.holds {
        Some(true) => "yes",
        Some(false) => "no",
        None => "undecided",
    };
    let [what, value, bar] = number(&condition.number);
    let asked = format!("{relation} {}", shortest(condition.bound));
    [what, value, bar, asked, holds.to_owned()]
}

fn companions(findings: &Findings) -> Table {
    let caption = "Companion numbers, which decide nothing";
    let heads = "Finding | Quantity | Value | Error bar";
    table(findings, caption, heads, |finding| {
        finding.beside.iter().map(number).collect()
    })
}

fn rules(findings: &Findings) -> Table {
    let heads = "Finding | Confirmed where";
    table(findings, "Rules, fixed before", heads, |finding| {
        vec![[capitalised(&finding.rule)]]
    })
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
        let written = significant(x, 7);
        written.split('.').next().unwrap_or_default().to_owned()
    } else {
        plain(x)
    }
}

/// The eigenvalues of two spaces, rank by rank.
fn pairs(caption: &str, spaces: &SpacePair) -> Table {
    let cells = |space: &SpaceRecord, i: usize| {
        let digits = [(&space.eigenvalues, 5), (&space.residuals, 2)];
        digits.map(|(values, digits)| {
            values
                .get(i)
                .map_or_else(String::new, |x| significant(*x, digits))
        })
    };
    let (first, second) = (&spaces.first, &spaces.second);
    let ranks = first.eigenvalues.len().max(second.eigenvalues.len());
    let row = |i: usize| {
        let cells = cells(first, i).into_iter().chain(cells(second, i));
        std::iter::once((i + 1).to_string()).chain(cells)
    };
    Table::new(
        caption,
        "Rank | First | its residual | Second | its residual",
    )
    .with((0..ranks).map(row))
}
