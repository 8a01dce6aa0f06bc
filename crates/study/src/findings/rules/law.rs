//! The law of H's spectrum.

use hesscope_records::{Evidence, Finding, Number};
use hesscope_spectral::{Bounded, LogLaws, LogTrend, Side};

use crate::findings::condition::{
    Statement, at_least, at_most, bounded, exact, judge, number, undecided,
};

/// Decades that have to be resolved: over fewer hardly any law is told from another.
const DECADES: f64 = 1.25;

/// The density follows the trend where it stays within this many decades of it: a factor of 2.
const TREND: f64 = 0.3;

/// **Paper.** Section 3, "Distribution of H": the spectrum of log(H) does not follow a semicircle, as had been suggested, but a
/// power law trend.
///
/// **Rule.** On each side of zero, over the decades of modulus where the 95% band of the density of `log10 |lambda|` is within
/// a factor of 4 (1.25 decades at least), and d the distance of that density from a law, half the range of the difference
/// of their logarithms at the law's best parameters:
/// - d of the power law, a straight line, is 0.3 decades (a factor of 2) at most, and
/// - every semicircle of `log10 |lambda|`, and every semicircle of lambda about zero, misses the band by more than the
///   nearest power law does. The text leaves open which of the two had been suggested.
///
/// Not confirmed where the power law misses the band by more; undecided where both pass within it, or where fewer decades are
/// resolved on a side. Error bars: the band, which holds at all points at once and has the errors of probes and steps in it.
pub fn of_h(evidence: &Evidence) -> Finding {
    let statement = Statement {
        id: "law-of-h",
        claim: "The spectrum of log |H| follows a power law trend, not a semicircle".into(),
        paper: "section 3, \"Distribution of H\"",
        rule: format!(
            "on each side of zero, over at least {DECADES} decades that are resolved, the density of log10 of the modulus \
             stays within {TREND} decades of the nearest power law, and all semicircles of the logarithm and of the \
             eigenvalue miss the density's 95% band by more than that power law"
        ),
    };
    let mut conditions = Vec::new();
    let mut beside = Vec::new();
    let mut open = Vec::new();
    for (side, name) in [(Side::Positive, "above"), (Side::Negative, "below")] {
        let found = evidence
            .log_laws
            .iter()
            .find(|trend| trend.options.side == side);
        let decades = found.map_or(0.0, |trend| trend.decades);
        beside.push(exact(format!("the decades resolved {name} zero"), decades));
        beside.extend(found.map_or_else(Vec::new, |trend| range(trend, name)));
        match found.and_then(|trend| trend.laws) {
            Some(laws) if decades >= DECADES => {
                conditions.push(at_most(
                    bounded(
                        format!("the distance of the power law {name} zero, in decades"),
                        &laws.power_law,
                    ),
                    TREND,
                ));
                for (other, what) in [
                    (laws.log_semicircle, "semicircle of the logarithm"),
                    (laws.semicircle, "semicircle of the eigenvalue"),
                ] {
                    let what = format!(
                        "the distance of the nearest {what} {name} zero less that of the power law, in decades,"
                    );
                    conditions.push(at_least(farther(what, &other, &laws.power_law), 0.0));
                }
                beside.push(exponent(&laws, name));
            }
            _ => open.push(format!("{decades:.2} decades {name} zero")),
        }
    }
    if open.is_empty() || conditions.iter().any(|c| c.holds == Some(false)) {
        judge(statement, conditions, beside)
    } else {
        let reason = format!(
            "too little is resolved, {} of {DECADES} needed: give more --law-steps or --law-probes",
            open.join(" and ")
        );
        undecided(statement, reason, beside)
    }
}

/// How much farther from the density one law is than the power law. The interval is above zero where every curve of the law
/// misses the band by more than the nearest power law, below zero where it is the other way round, and about zero where
/// both pass within the band.
fn farther(what: String, law: &Bounded, power_law: &Bounded) -> Number {
    let missed = law.lower - power_law.lower;
    let ends = [
        if missed > 0.0 {
            missed
        } else {
            law.lower - power_law.upper
        },
        if missed < 0.0 {
            missed
        } else {
            law.upper - power_law.lower
        },
    ];
    let value = (law.mean - power_law.mean).clamp(ends[0], ends[1].max(ends[0]));
    number(what, value, ends)
}

fn exponent(laws: &LogLaws, name: &str) -> Number {
    let [least, largest] = laws.exponents.unwrap_or([f64::NEG_INFINITY, f64::INFINITY]);
    number(
        format!("the exponent of the nearest power law {name} zero"),
        laws.exponent,
        [least.min(laws.exponent), largest.max(laws.exponent)],
    )
}

/// The moduli that are resolved.
fn range(trend: &LogTrend, name: &str) -> Vec<Number> {
    let ends = trend.points.first().zip(trend.points.last());
    ends.map(|(first, last)| {
        exact(
            format!("log10 of the least modulus resolved {name} zero"),
            first.min(*last),
        )
    })
    .into_iter()
    .collect()
}
