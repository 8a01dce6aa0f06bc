//! Which part of the Hessian each feature of its spectrum belongs to.

use super::markup::{Table, details, paragraph};
use crate::escape::escape;
use crate::numbers::{plain, significant};
use crate::wording::{capitalised, split_name};
use hesscope_records::{Condition, Finding, FindingVerdict, Findings, Number, Relation, SpacePair};

/// All attributions.
pub(crate) fn section(all: &[Findings]) -> String {
    if all.is_empty() {
        return String::new();
    }
    let mut out = "<section>\n<h2>Findings</h2>\n".to_owned();
    out.push_str(&paragraph(
        "The findings of the papers, each judged on this network by a rule that was fixed before. A finding is confirmed \
         where every condition of its rule holds for all of its error bar, not confirmed where one fails for all of it, and \
         undecided otherwise, or where what the rule speaks of is not there.",
    ));
    for attribution in all {
        let split = split_name(&attribution.settings.split);
        out.push_str(&format!(
            "<section>\n<h3>{} split, epoch {}</h3>\n",
            escape(&capitalised(split)),
            attribution.settings.epoch
        ));
        out.push_str(&verdicts(attribution));
        out.push_str(&details("Every condition", false, &conditions(attribution)));
        out.push_str(&details("Numbers beside", false, &beside(attribution)));
        out.push_str(&details(
            "The outliers one by one",
            false,
            &(pairs("Hess beside G", &attribution.measured.hess_and_g)
                + &pairs("G beside A1", &attribution.measured.g_and_a1)),
        ));
        out.push_str(&details("Rules", false, &rules(attribution)));
        out.push_str("</section>\n");
    }
    out.push_str("</section>\n");
    out
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

fn verdicts(attribution: &Findings) -> String {
    let measured = &attribution.measured;
    let caption = format!(
        "Findings on p = {} parameters, N = {} examples and C = {} classes, {} % answered right",
        measured.dimension,
        measured.examples,
        measured.classes,
        significant(100.0 * measured.accuracy, 4)
    );
    let mut table =
        Table::new(caption, &["Finding", "Verdict", "The papers say", "Here"]).of_text();
    for finding in &attribution.findings {
        table.row([
            name(finding),
            words(finding.verdict).to_owned(),
            finding.claim.clone(),
            capitalised(&finding.reason),
        ]);
    }
    table.html()
}

fn conditions(attribution: &Findings) -> String {
    let head = [
        "Finding",
        "Quantity",
        "Value",
        "Error bar",
        "Asked for",
        "Holds",
    ];
    let mut table = Table::new("Conditions of the rules", &head).of_text();
    for finding in &attribution.findings {
        for condition in &finding.conditions {
            table.row(condition_row(finding, condition));
        }
    }
    table.html()
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

fn beside(attribution: &Findings) -> String {
    let head = ["Finding", "Quantity", "Value", "Error bar"];
    let mut table = Table::new("Numbers that decide nothing", &head).of_text();
    for finding in &attribution.findings {
        for found in &finding.beside {
            let [what, value, bar] = number(found);
            table.row([name(finding), what, value, bar]);
        }
    }
    table.html()
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
fn pairs(caption: &str, spaces: &SpacePair) -> String {
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
    table.html()
}

fn rules(attribution: &Findings) -> String {
    let mut table = Table::new("Rules, fixed before", &["Finding", "Confirmed where"]).of_text();
    for finding in &attribution.findings {
        table.row([name(finding), capitalised(&finding.rule)]);
    }
    table.html()
}
