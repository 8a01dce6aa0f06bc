//! Findings with their verdicts.

use hesscope_records::{Finding, Findings};

use crate::results::ResultsColumn;

/// Every finding of a network with its verdict, why, and the numbers beside.
pub fn findings(findings: &Findings) -> String {
    let (subject, evidence) = (&findings.settings.subject, &findings.evidence);
    let head = format!(
        "{} split, epoch {}: p = {}, N = {}, C = {}, accuracy {:.2}%",
        subject.split,
        subject.epoch,
        evidence.dimension,
        evidence.examples,
        evidence.classes_with_examples,
        100.0 * evidence.accuracy
    );
    let notes = findings.notes.iter().map(|note| format!("note: {note}"));
    let mut lines = vec![head];
    lines.extend(notes);
    lines.extend(findings.findings.iter().map(finding));
    lines.join("\n")
}

/// One finding: verdict and claim, why, and the numbers beside.
pub(super) fn finding(finding: &Finding) -> String {
    let mut out = format!("{:14} {}", finding.verdict, finding.claim);
    out += &format!("\n{:14} {}", "", finding.reason);
    if !finding.beside.is_empty() {
        let beside: Vec<String> = finding.beside.iter().map(ToString::to_string).collect();
        out += &format!("\n{:14} beside: {}", "", beside.join("; "));
    }
    out
}

/// The verdicts alone, below what each network is.
pub fn verdicts(columns: &[ResultsColumn]) -> String {
    let mut lines = Vec::new();
    for column in columns {
        lines.push(column.traits.join(", "));
        for finding in &column.findings {
            lines.push(format!("    {:14} {}", finding.verdict, finding.claim));
        }
    }
    lines.join("\n")
}
