//! The law of H's spectrum.

use hesscope_records::{Evidence, Finding, FindingVerdict};
use hesscope_spectral::{Comparison, LawAnalysis, LawName, Side};

use crate::findings::condition::{Statement, exact, finding, number};

/// **Rule.** On each side of zero the law of the whole bulk of H is that which is favoured over every other by Vuong's test
/// and not rejected by Kolmogorov's, at the 5% level each; where none is, that of its tail. The finding is confirmed where both
/// sides are named a power law, not confirmed where a side is named another, or the power law is disfavoured on it and no
/// tail is named one, and undecided otherwise: where nothing is named, or a side has too little to fit.
pub fn of_h(evidence: &Evidence) -> Finding {
    let statement = Statement {
        id: "law-of-h",
        claim: "The spectrum of H follows a power law on both sides of zero".into(),
        rule: "on each side, the law that is favoured over every other for the whole bulk and not rejected, or where none \
               is, that of the tail, is the power law; another law named, or the power law disfavoured, is against it"
            .into(),
    };
    let mut sides = Vec::new();
    let mut said = Vec::new();
    let mut beside = Vec::new();
    for (side, name) in [(Side::Positive, "above"), (Side::Negative, "below")] {
        match evidence.laws.iter().find(|laws| laws.sample.side == side) {
            None => {
                sides.push(None);
                said.push(format!("{name} zero there is too little to fit a law to"));
            }
            Some(laws) => {
                let (is, why) = power_law(laws);
                sides.push(is);
                said.push(format!("{name} zero {why}"));
                beside.push(exact(
                    format!("the size of the sample {name} zero"),
                    laws.sample.size,
                ));
                if let Some(tail) = &laws.tail {
                    beside.push(number(
                        format!("the exponent of the tail {name} zero"),
                        tail.alpha,
                        tail.alpha_interval,
                    ));
                }
            }
        }
    }
    let verdict = if sides.contains(&Some(false)) {
        FindingVerdict::NotConfirmed
    } else if sides.contains(&None) {
        FindingVerdict::Undecided
    } else {
        FindingVerdict::Confirmed
    };
    finding(statement, verdict, said.join("; "), Vec::new(), beside)
}

/// Whether a side follows a power law, and how that is known.
fn power_law(laws: &LawAnalysis) -> (Option<bool>, String) {
    let whole = &laws.whole_bulk;
    if let Some(winner) = whole.verdict.winner {
        return (
            Some(winner == LawName::PowerLaw),
            format!("the whole bulk is named {winner}"),
        );
    }
    let tail = laws.tail.as_ref().map(|tail| &tail.comparison);
    if let Some(winner) = tail.and_then(|tail| tail.verdict.winner) {
        return (
            Some(winner == LawName::PowerLaw),
            format!("the whole bulk is undecided, and the tail is named {winner}"),
        );
    }
    if disfavoured(whole) {
        return (
            Some(false),
            "another law is favoured over the power law for the whole bulk, and no tail is named"
                .into(),
        );
    }
    (None, format!("no law is named: {}", whole.verdict.reason))
}

/// Whether another law is favoured over the power law.
fn disfavoured(comparison: &Comparison) -> bool {
    comparison.pairs.iter().any(|pair| {
        let other = match (pair.first, pair.second) {
            (LawName::PowerLaw, other) | (other, LawName::PowerLaw) => other,
            _ => return false,
        };
        pair.favoured == Some(other) && comparison.verdict.candidates.contains(&other)
    }) && !comparison.verdict.candidates.contains(&LawName::PowerLaw)
}
