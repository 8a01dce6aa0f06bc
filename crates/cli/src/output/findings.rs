//! Findings as text.

use hesscope_records::{FindingVerdict, Findings};
use hesscope_study::findings::condition::with_ends;

/// Every finding with its verdict, why, and the numbers beside.
pub fn text(findings: &Findings) -> String {
    let (subject, evidence) = (&findings.settings.subject, &findings.evidence);
    let mut out = format!(
        "{} split, epoch {}: p = {}, N = {}, C = {}, accuracy {:.2}%",
        subject.split,
        subject.epoch,
        evidence.dimension,
        evidence.examples,
        evidence.classes,
        100.0 * evidence.accuracy
    );
    for finding in &findings.findings {
        out += &format!("\n{:14} {}", verdict_words(finding.verdict), finding.claim);
        out += &format!("\n{:14} {}", "", finding.reason);
        if !finding.beside.is_empty() {
            let beside: Vec<String> = finding.beside.iter().map(with_ends).collect();
            out += &format!("\n{:14} beside: {}", "", beside.join("; "));
        }
    }
    out
}

fn verdict_words(verdict: FindingVerdict) -> &'static str {
    match verdict {
        FindingVerdict::Confirmed => "confirmed",
        FindingVerdict::NotConfirmed => "not confirmed",
        FindingVerdict::Undecided => "undecided",
    }
}
