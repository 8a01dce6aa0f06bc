//! An attribution as text.

use hesscope_report::schema::{Attribution, FindingVerdict};

use super::condition::with_ends;

/// A verdict in words.
pub fn verdict_words(verdict: FindingVerdict) -> &'static str {
    match verdict {
        FindingVerdict::Confirmed => "confirmed",
        FindingVerdict::NotConfirmed => "not confirmed",
        FindingVerdict::Undecided => "undecided",
    }
}

/// Every finding with its verdict, why, and the numbers beside.
pub fn table(attribution: &Attribution) -> String {
    let measured = &attribution.measured;
    let mut out = format!(
        "{} split, epoch {}: p = {}, N = {}, C = {}, accuracy {:.2}%\n",
        attribution.settings.split,
        attribution.settings.epoch,
        measured.dimension,
        measured.examples,
        measured.classes,
        100.0 * measured.accuracy
    );
    for finding in &attribution.findings {
        out += &format!("{:14} {}\n", verdict_words(finding.verdict), finding.claim);
        out += &format!("{:14} {}\n", "", finding.reason);
        if !finding.beside.is_empty() {
            let beside: Vec<String> = finding.beside.iter().map(with_ends).collect();
            out += &format!("{:14} beside: {}\n", "", beside.join("; "));
        }
    }
    out
}
