//! Findings as text.

use hesscope_records::{Finding, Findings};
use hesscope_study::findings::condition::with_ends;

/// Every finding of a network with its verdict, why, and the numbers beside.
pub fn text(findings: &Findings) -> String {
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
pub fn finding(finding: &Finding) -> String {
    let mut out = format!("{:14} {}", finding.verdict, finding.claim);
    out += &format!("\n{:14} {}", "", finding.reason);
    if !finding.beside.is_empty() {
        let beside: Vec<String> = finding.beside.iter().map(with_ends).collect();
        out += &format!("\n{:14} beside: {}", "", beside.join("; "));
    }
    out
}
