//! The findings of the papers that the networks of a run show.

use hesscope_records::{Findings, SpacePair, SpaceRecord};
use maud::{Markup, html};

use crate::findings::{JUDGED, verdicts_and_rules};
use crate::html::markup::{Table, details, paragraph};
use crate::text::names::subject_title;
use crate::text::numbers::{accuracy, significant};

/// All findings.
pub(super) fn section(id: &str, all: &[Findings]) -> Markup {
    html! {
        @if !all.is_empty() {
            section id=(id) {
                h2 { "Findings" }
                (paragraph(JUDGED))
                @for findings in all {
                    section {
                        h3 { (subject_title(&findings.settings.subject)) }
                        @for note in &findings.notes { (paragraph(&format!("{note}."))) }
                        (verdicts_and_rules(&caption(findings), &findings.findings))
                        (details("The outliers one by one", false, html! {
                            (pairs("Hess beside G", &findings.evidence.hess_and_g))
                            (pairs("G beside A1", &findings.evidence.g_and_a1))
                        }))
                    }
                }
            }
        }
    }
}

fn caption(findings: &Findings) -> String {
    let evidence = &findings.evidence;
    format!(
        "Findings on p = {} parameters, N = {} examples and C = {} classes, accuracy {} %",
        evidence.dimension,
        evidence.examples,
        evidence.classes_with_examples,
        accuracy(evidence.accuracy, 4)
    )
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
