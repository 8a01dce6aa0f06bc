//! The page of a sweep.

use super::columns::{COLUMNS, Column, Sort};
use super::{SweepEntry, SweepSummary};
use crate::escape::escape;
use crate::html::document::document;
use crate::html::markup::{Table, data, paragraph};
use crate::json;
use crate::numbers::integer;
use crate::script;

const STYLE: &str = include_str!("sweep.css");

/// The page.
pub(super) fn page(sweep: &SweepSummary) -> String {
    let title = if sweep.title.trim().is_empty() {
        "hesscope sweep"
    } else {
        &sweep.title
    };
    let mut main = format!("<p class=\"lead\">{}</p>\n", escape(&lead(sweep)));
    main.push_str(&failures(sweep));
    if !sweep.entries.is_empty() {
        main.push_str(&analyses(sweep));
        main.push_str(&paragraph(
            "Edges and mean eigenvalues are given with one standard error. Outliers are counted by the rule that each run's \
             report states; \u{201c}undecided\u{201d} means that the rule could not tell.",
        ));
        let curves = sweep.entries.iter().map(|entry| entry.curve.json());
        main.push_str(&data("curves", &json::array(curves)));
    }
    let script = if sweep.entries.is_empty() {
        String::new()
    } else {
        script::sweep()
    };
    let footer = format!("Written by hesscope {}.", escape(&sweep.version));
    document(title, &sweep.version, STYLE, &script, &main, &footer)
}

/// What there is, in a sentence.
fn lead(sweep: &SweepSummary) -> String {
    let mut runs: Vec<&str> = sweep
        .entries
        .iter()
        .map(|entry| entry.row.run.as_str())
        .collect();
    runs.sort_unstable();
    runs.dedup();
    let count = |n: usize, one: &str, many: &str| match n {
        1 => format!("1 {one}"),
        n => format!("{} {many}", integer(n)),
    };
    let failed = match sweep.failures.len() {
        0 => String::new(),
        n => format!(" {} failed.", runs_in_words(n)),
    };
    if sweep.entries.is_empty() {
        return format!("No analysis has been made yet.{failed}");
    }
    format!(
        "{} of {}.{failed}",
        count(sweep.entries.len(), "analysis", "analyses"),
        count(runs.len(), "run", "runs")
    )
}

fn runs_in_words(n: usize) -> String {
    match n {
        1 => "1 run".to_owned(),
        n => format!("{} runs", integer(n)),
    }
}

/// What failed, where anything did.
fn failures(sweep: &SweepSummary) -> String {
    if sweep.failures.is_empty() {
        return String::new();
    }
    let mut table = Table::new("Runs that failed", &["Run", "Why"]).of_text();
    for failure in &sweep.failures {
        table.row([failure.run.clone(), failure.reason.clone()]);
    }
    format!("<section>\n<h2>Failures</h2>\n{}</section>\n", table.html())
}

/// The table, complete as it stands; the script adds what can be done with it.
fn analyses(sweep: &SweepSummary) -> String {
    let mut out = "<section id=\"analyses\">\n<h2>Analyses</h2>\n\
         <div class=\"box tall\" role=\"region\" tabindex=\"0\" aria-label=\"Analyses\">\n\
         <table class=\"numbers\" id=\"table\">\n<caption><span>A row for each analysis</span></caption>\n<thead><tr>"
        .to_owned();
    for column in &COLUMNS {
        let filter = if column.filter { " data-filter" } else { "" };
        out.push_str(&format!(
            "<th scope=\"col\"{} data-key=\"{}\"{filter}>{}</th>",
            class(column),
            column.key,
            column.title
        ));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for entry in &sweep.entries {
        out.push_str(&row(entry));
    }
    out.push_str("</tbody>\n</table>\n</div>\n</section>\n");
    out
}

fn class(column: &Column) -> &'static str {
    if column.words { " class=\"words\"" } else { "" }
}

fn row(entry: &SweepEntry) -> String {
    let mut out = "<tr>".to_owned();
    for (i, column) in COLUMNS.iter().enumerate() {
        let cell = (column.cell)(&entry.row);
        let text = escape(&cell.text);
        let sort = match cell.sort {
            Sort::Text => String::new(),
            // As the script reads it: `Infinity`, not `inf`.
            Sort::Number(f64::INFINITY) => " data-sort=\"Infinity\"".to_owned(),
            Sort::Number(value) => format!(" data-sort=\"{value:e}\""),
            Sort::Missing => " data-sort=\"\"".to_owned(),
        };
        let class = class(column);
        if i == 0 {
            let text = match &entry.report {
                Some(report) => format!("<a href=\"{}\">{text}</a>", relative(report)),
                None => text,
            };
            out.push_str(&format!("<th scope=\"row\"{class}{sort}>{text}</th>"));
        } else {
            out.push_str(&format!("<td{class}{sort}>{text}</td>"));
        }
    }
    out.push_str("</tr>\n");
    out
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
    use super::relative;

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
