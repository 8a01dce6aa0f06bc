//! Findings with their verdicts, of a network or of a grid.

use hesscope_records::{Condition, Finding, Number};
use maud::{Markup, html};

use crate::html::markup::{Table, details, paragraph};
use crate::text::names::{capitalised, unbroken};
use crate::text::numbers::{plain, significant};

/// What every list of findings begins with.
pub(crate) const JUDGED: &str = "Each finding of the paper is judged by a rule that was fixed before. It is confirmed where every condition of the rule \
     holds for all of its error bar, and not confirmed where one fails for all of it. Otherwise, or where what the rule speaks \
     of is not there, it is undecided.";

/// The verdicts, and folded away the numbers and the rules.
pub(crate) fn verdicts_and_rules(caption: &str, findings: &[Finding]) -> Markup {
    html! {
        (verdicts(caption, findings))
        (details("Every condition", false, conditions(findings)))
        (details("Companion numbers", false, companions(findings)))
        (details("Rules", false, rules(findings)))
    }
}

/// The short name: the head of a row does not break.
pub(crate) fn short_name(finding: &Finding) -> String {
    let word = |word: &str| match word {
        "g" | "h" | "a1" | "b1" | "b2" => word.to_uppercase(),
        word => word.to_owned(),
    };
    let words: Vec<String> = finding.id.split('-').map(word).collect();
    capitalised(&words.join(" "))
}

/// A table of text with rows for each finding, under its short name.
fn table<const N: usize>(
    findings: &[Finding],
    caption: &str,
    heads: &str,
    rows: impl Fn(&Finding) -> Vec<[String; N]>,
) -> Table {
    let named = |finding: &Finding| {
        let name = short_name(finding);
        let named = move |row| std::iter::once(name.clone()).chain(row);
        rows(finding).into_iter().map(named).collect::<Vec<_>>()
    };
    let rows = findings.iter().flat_map(named);
    Table::new(caption, heads).of_text().with(rows)
}

/// What the paper says with its verdict, and why.
fn verdicts(caption: &str, findings: &[Finding]) -> Markup {
    html! {
        (paragraph(&format!("{caption}:")))
        dl class="findings" {
            @for finding in findings {
                dt { strong { (capitalised(&finding.verdict.to_string())) ": " } (unbroken(&finding.claim)) "." }
                dd { (unbroken(&capitalised(&finding.reason))) "." }
            }
        }
    }
}

fn conditions(findings: &[Finding]) -> Table {
    let heads = "Finding | Quantity | Value | Error bar | Asked for | Holds";
    table(findings, "Conditions of the rules", heads, |finding| {
        finding.conditions.iter().map(condition_row).collect()
    })
}

/// Quantity, value, error bar, what is asked for and whether it holds.
pub(crate) fn condition_row(condition: &Condition) -> [String; 5] {
    let holds = match condition.holds {
        Some(true) => "yes",
        Some(false) => "no",
        None => "undecided",
    };
    let [what, value, bar] = number_row(&condition.number);
    let asked = format!("{} {}", condition.relation, shortest(condition.bound));
    [what, value, bar, asked, holds.to_owned()]
}

fn companions(findings: &[Finding]) -> Table {
    let caption = "Companion numbers, which decide nothing";
    let heads = "Finding | Quantity | Value | Error bar";
    table(findings, caption, heads, |finding| {
        finding.beside.iter().map(number_row).collect()
    })
}

fn rules(findings: &[Finding]) -> Table {
    let heads = "Finding | In the paper | Confirmed where";
    table(findings, "Rules, fixed before", heads, |finding| {
        vec![[capitalised(&finding.paper), capitalised(&finding.rule)]]
    })
}

/// What, value and error bar.
pub(crate) fn number_row(number: &Number) -> [String; 3] {
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
