//! The page of a sweep.

use maud::{Markup, html};
use serde_json::Value;

use super::columns::{COLUMNS, Column, Sort};
use super::entry::{SweepEntry, SweepSummary};
use super::names::names;
use crate::html::markup::{Table, data, lead, paragraph, table_box};
use crate::html::{Page, script};
use crate::text::names::{counted, unbroken};

const STYLE: &str = include_str!("sweep.css");
const SCRIPTS: [&str; 5] = [
    include_str!("table.js"),
    include_str!("filters.js"),
    include_str!("plot.js"),
    include_str!("compare.js"),
    include_str!("page.js"),
];

/// The page.
pub(super) fn page(sweep: &SweepSummary) -> String {
    let title = match sweep.title.trim() {
        "" => "hesscope sweep",
        _ => &sweep.title,
    };
    let any = !sweep.entries.is_empty();
    let curves = sweep.entries.iter().map(|entry| entry.curve.clone());
    let curves: Value = curves.collect();
    let main = html! {
        (lead(&opening(sweep)))
        @if !sweep.failures.is_empty() { section { h2 { "Failures" } (failures(sweep)) } }
        @if any {
            section id="analyses" {
                h2 { "Analyses" }
                (table_box(true, "Analyses", analyses(sweep)))
                (paragraph(
                "Edges and mean eigenvalues are given with one standard error. Outliers are counted by the rule that each \
                 run\u{2019}s report states. \u{201c}Undecided\u{201d} means that the rule could not tell.",
                ))
            }
            (data("curves", &curves))
        }
    };
    let page = Page {
        title,
        version: &sweep.version,
        device: None,
        style: STYLE,
        script: any.then(|| script(SCRIPTS)),
        main,
    };
    page.html()
}

/// What there is, in a sentence.
fn opening(sweep: &SweepSummary) -> String {
    let mut runs: Vec<&str> = sweep
        .entries
        .iter()
        .map(|entry| entry.row.run.as_str())
        .collect();
    runs.sort_unstable();
    runs.dedup();
    let runs_in_words = |n| counted(n, "run", "runs");
    let failed = match sweep.failures.len() {
        0 => String::new(),
        n => format!(" {} failed.", runs_in_words(n)),
    };
    if sweep.entries.is_empty() {
        return format!("No analysis has been made yet.{failed}");
    }
    let analyses = counted(sweep.entries.len(), "analysis", "analyses");
    format!("{analyses} of {}.{failed}", runs_in_words(runs.len()))
}

fn failures(sweep: &SweepSummary) -> Table {
    let failures = sweep.failures.iter();
    Table::new("Runs that failed", "Run | Why")
        .of_text()
        .with(failures.map(|failure| [failure.run.clone(), failure.reason.clone()]))
}

/// The table, complete as it stands; the script adds what can be done with it.
fn analyses(sweep: &SweepSummary) -> Markup {
    let rows: Vec<_> = sweep.entries.iter().map(|entry| &entry.row).collect();
    let names = names(&rows);
    html! {
        table class="numbers" id="table" {
            caption { span { "A row for each analysis" } }
            thead {
                tr {
                    th scope="col" class="words" data-key="run" { "Run" }
                    @for column in &COLUMNS {
                        th scope="col" class=[class(column)] data-key=(column.key) data-filter[column.filter] {
                            (column.title)
                        }
                    }
                }
            }
            tbody { @for (entry, name) in sweep.entries.iter().zip(names) { (row(entry, &name)) } }
        }
    }
}

fn class(column: &Column) -> Option<&'static str> {
    column.words.then_some("words")
}

fn row(entry: &SweepEntry, name: &str) -> Markup {
    let cells = COLUMNS.iter().map(|column| {
        let cell = (column.cell)(&entry.row);
        let sort = match cell.sort {
            Sort::Text => None,
            // As the script reads it: `Infinity`, not `inf`.
            Sort::Number(f64::INFINITY) => Some("Infinity".to_owned()),
            Sort::Number(value) => Some(format!("{value:e}")),
            Sort::Missing => Some(String::new()),
        };
        html! { td class=[class(column)] data-sort=[sort] { (unbroken(&cell.text)) } }
    });
    html! {
        tr {
            th scope="row" class="words" {
                @if let Some(report) = &entry.report {
                    a href=(relative(report)) { (unbroken(name)) }
                } @else {
                    (unbroken(name))
                }
            }
            @for cell in cells { (cell) }
        }
    }
}

/// A path as an address that stays beside the page, whatever characters it has.
fn relative(path: &str) -> String {
    let mut out = "./".to_owned();
    for byte in path.trim_start_matches(['/', '\\']).bytes() {
        match byte {
            b'\\' => out.push('/'),
            b'/' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{SCRIPTS, relative};

    #[test]
    fn no_script_ends_its_element() {
        let scripts = SCRIPTS.concat();
        assert!(!scripts.contains("</") && !scripts.contains("<!--"));
    }

    #[test]
    fn a_path_becomes_an_address_beside_the_page() {
        assert_eq!(relative("runs/a b/report.html"), "./runs/a%20b/report.html");
        assert_eq!(
            relative("javascript:alert(1)"),
            "./javascript%3Aalert%281%29"
        );
        assert_eq!(relative("//host/x?#\"\u{3bb}"), "./host/x%3F%23%22%CE%BB");
    }
}
