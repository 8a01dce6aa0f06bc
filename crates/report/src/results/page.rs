//! `results.html`: one file, no script, no request.

use hesscope_records::{Finding, FindingVerdict};
use maud::{Markup, html};

use super::column::{ResultsColumn, names};
use crate::findings::{JUDGED, condition_row, number_row, short_name};
use crate::html::Page;
use crate::html::markup::{Table, details, lead, paragraph};
use crate::text::names::{NONE, capitalised, counted};

/// The page; `version` and `device` are of the first results.
pub(super) fn page(title: &str, columns: &[ResultsColumn], version: &str, device: &str) -> String {
    let (common, own) = names(columns);
    let findings = all_findings(columns);
    let main = html! {
        (lead(&opening(&common, columns)))
        (paragraph(JUDGED))
        section {
            h2 { "Verdicts" }
            (verdicts(&findings, columns, &own))
            (links(columns, &own))
        }
        @for finding in &findings {
            (section(finding, columns, &own))
        }
    };
    let page = Page {
        device: Some(device).filter(|device| !device.is_empty()),
        ..Page::new(title, version, device, main)
    };
    page.html()
}

/// What all are of, and how often which verdict was given.
fn opening(common: &[String], columns: &[ResultsColumn]) -> String {
    let all = || columns.iter().flat_map(|column| &column.findings);
    let of = |verdict: FindingVerdict| all().filter(|finding| finding.verdict == verdict).count();
    let verdicts = [
        FindingVerdict::Confirmed,
        FindingVerdict::NotConfirmed,
        FindingVerdict::Undecided,
    ]
    .map(|verdict| format!("{} {}", of(verdict), verdict));
    let total = counted(all().count(), "verdict", "verdicts");
    let common = if common.iter().all(String::is_empty) {
        String::new()
    } else {
        let said: Vec<&str> = common.iter().map(String::as_str).collect();
        format!("{}. ", capitalised(&said.join(", ")))
    };
    format!("{common}{total}: {}.", verdicts.join(", "))
}

/// Every finding once, in the order in which they come up.
fn all_findings(columns: &[ResultsColumn]) -> Vec<&Finding> {
    let mut found: Vec<&Finding> = Vec::new();
    for finding in columns.iter().flat_map(|column| &column.findings) {
        if !found.iter().any(|other| other.id == finding.id) {
            found.push(finding);
        }
    }
    found
}

fn of<'a>(column: &'a ResultsColumn, finding: &Finding) -> Option<&'a Finding> {
    let mut all = column.findings.iter();
    all.find(|other| other.id == finding.id)
}

/// A row for each finding, a column for each that it was judged on.
fn verdicts(findings: &[&Finding], columns: &[ResultsColumn], own: &[String]) -> Table {
    let heads =
        std::iter::once("Finding".to_owned()).chain(own.iter().map(|name| capitalised(name)));
    let row = |finding: &&Finding| {
        let mut row = vec![short_name(finding)];
        row.extend(columns.iter().map(|column| {
            of(column, finding)
                .map_or_else(|| NONE.to_owned(), |finding| finding.verdict.to_string())
        }));
        row
    };
    Table::of_columns("The verdicts", heads)
        .of_text()
        .with(findings.iter().map(row))
}

/// Where more of each is.
fn links(columns: &[ResultsColumn], own: &[String]) -> Markup {
    let mut linked: Vec<(&String, &String)> = Vec::new();
    for (column, name) in columns.iter().zip(own) {
        if let Some(link) = &column.link
            && !linked.iter().any(|(other, _)| *other == link)
        {
            linked.push((link, name));
        }
    }
    html! {
        @if !linked.is_empty() {
            p {
                "The reports: "
                @for (place, (link, name)) in linked.iter().enumerate() {
                    @if place > 0 { "; " }
                    a href=(link) { @if name.is_empty() { (link) } @else { (name) } }
                }
                "."
            }
        }
    }
}

/// The claim, how it was judged on each, and with which numbers.
fn section(finding: &Finding, columns: &[ResultsColumn], own: &[String]) -> Markup {
    let judged: Vec<(&Finding, &String)> = columns
        .iter()
        .zip(own)
        .filter_map(|(column, name)| Some((of(column, finding)?, name)))
        .collect();
    let on = |name: &str| {
        if name.is_empty() {
            NONE.to_owned()
        } else {
            capitalised(name)
        }
    };
    let reasons = Table::new("Why", "Judged on | Verdict | Reason")
        .of_text()
        .with(judged.iter().map(|(finding, name)| {
            let verdict = finding.verdict.to_string();
            [on(name), verdict, capitalised(&finding.reason)]
        }));
    let conditions = judged.iter().flat_map(|(finding, name)| {
        finding.conditions.iter().map(|condition| {
            std::iter::once(on(name))
                .chain(condition_row(condition))
                .collect::<Vec<_>>()
        })
    });
    let conditions = Table::new(
        "Conditions",
        "Judged on | Quantity | Value | Error bar | Asked for | Holds",
    )
    .of_text()
    .with(conditions);
    let companions = judged.iter().flat_map(|(finding, name)| {
        finding.beside.iter().map(|number| {
            std::iter::once(on(name))
                .chain(number_row(number))
                .collect::<Vec<_>>()
        })
    });
    let companions = Table::new(
        "Companion numbers, which decide nothing",
        "Judged on | Quantity | Value | Error bar",
    )
    .of_text()
    .with(companions);
    html! {
        section id=(finding.id) {
            h2 { (short_name(finding)) }
            (paragraph(&format!("The paper, {}: {}.", finding.paper, finding.claim)))
            (reasons)
            (details("The rule", false, paragraph(&format!("Confirmed where {}.", finding.rule))))
            (details("Every condition", false, conditions))
            (details("Companion numbers", false, companions))
        }
    }
}
