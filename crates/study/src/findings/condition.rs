//! Quantities with their error bars, and what follows when they are held against bounds.

use hesscope_records::{Condition, Finding, FindingVerdict, Number, Relation};
use hesscope_spectral::Bounded;

/// What a finding says and how it is judged.
pub struct Statement {
    /// A short name, the same in every version.
    pub id: &'static str,
    /// The finding, as a sentence.
    pub claim: String,
    /// Where the paper has it.
    pub paper: &'static str,
    /// The rule, in words.
    pub rule: String,
}

/// A quantity between two ends.
pub fn number(what: impl Into<String>, value: f64, ends: [f64; 2]) -> Number {
    // JSON has no infinity.
    let finite = |x: f64| x.is_finite().then_some(x);
    Number {
        what: what.into(),
        value,
        lower: finite(ends[0]),
        upper: finite(ends[1]),
    }
}

/// A quantity known exactly.
pub fn exact(what: impl Into<String>, value: f64) -> Number {
    number(what, value, [value, value])
}

/// A quantity within an error of its value.
pub fn within(what: impl Into<String>, value: f64, error: f64) -> Number {
    number(what, value, [value - error, value + error])
}

/// A number whose error nobody knows.
pub fn unknown(what: impl Into<String>, value: f64) -> Number {
    number(what, value, [f64::NEG_INFINITY, f64::INFINITY])
}

/// An estimate with its interval.
pub fn bounded(what: impl Into<String>, bounded: &Bounded) -> Number {
    number(what, bounded.mean, [bounded.lower, bounded.upper])
}

/// The share of the second of two numbers that are not negative in their sum, from the ends of each; 0.5 where both are
/// zero, and then anything.
pub fn share(what: impl Into<String>, first: &Bounded, second: &Bounded) -> Number {
    let of = |second: f64, first: f64| {
        let sum = first.max(0.0) + second.max(0.0);
        (sum > 0.0).then(|| second.max(0.0) / sum)
    };
    number(
        what,
        of(second.mean, first.mean).unwrap_or(0.5),
        [
            of(second.lower, first.upper).unwrap_or(0.0),
            of(second.upper, first.lower).unwrap_or(1.0),
        ],
    )
}

/// A part of a whole, from the ends of each.
pub fn ratio(what: impl Into<String>, part: [f64; 3], whole: [f64; 3]) -> Number {
    let over = |x: f64, y: f64| if y > 0.0 { x / y } else { f64::INFINITY };
    let [least, mean, most] = part;
    let value = if whole[1] > 0.0 {
        mean / whole[1]
    } else {
        f64::from(u8::from(mean > 0.0))
    };
    let lower = over(least.max(0.0), whole[2]);
    // Of an empty whole nothing is known.
    let lower = if lower.is_finite() { lower } else { 0.0 };
    number(what, value, [lower, over(most, whole[0].max(0.0))])
}

/// Asks for at least the bound.
pub fn at_least(number: Number, bound: f64) -> Condition {
    let surely = number.lower.is_some_and(|lower| lower >= bound);
    let never = number.upper.is_some_and(|upper| upper < bound);
    Condition {
        number,
        relation: Relation::AtLeast,
        bound,
        holds: decided(surely, never),
    }
}

/// Asks for at most the bound.
pub fn at_most(number: Number, bound: f64) -> Condition {
    let surely = number.upper.is_some_and(|upper| upper <= bound);
    let never = number.lower.is_some_and(|lower| lower > bound);
    Condition {
        number,
        relation: Relation::AtMost,
        bound,
        holds: decided(surely, never),
    }
}

fn decided(surely: bool, never: bool) -> Option<bool> {
    match (surely, never) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

/// Confirmed where every condition holds, not confirmed where one fails, undecided otherwise.
pub fn judge(statement: Statement, conditions: Vec<Condition>, beside: Vec<Number>) -> Finding {
    let failing = said(&conditions, Some(false));
    let open = said(&conditions, None);
    let (verdict, reason) = if !failing.is_empty() {
        (FindingVerdict::NotConfirmed, first_of(&failing))
    } else if open.is_empty() {
        let holding = said(&conditions, Some(true));
        (FindingVerdict::Confirmed, first_of(&holding))
    } else {
        (
            FindingVerdict::Undecided,
            format!("the error bar reaches over the bound: {}", first_of(&open)),
        )
    };
    finding(statement, verdict, reason, conditions, beside)
}

/// A finding that cannot be judged, and why.
pub fn undecided(statement: Statement, reason: impl Into<String>, beside: Vec<Number>) -> Finding {
    let verdict = FindingVerdict::Undecided;
    finding(statement, verdict, reason.into(), Vec::new(), beside)
}

fn finding(
    statement: Statement,
    verdict: FindingVerdict,
    reason: String,
    conditions: Vec<Condition>,
    beside: Vec<Number>,
) -> Finding {
    let Statement {
        id,
        claim,
        paper,
        rule,
    } = statement;
    Finding {
        id: id.into(),
        claim,
        paper: paper.into(),
        rule,
        verdict,
        reason,
        conditions,
        beside,
    }
}

/// Conditions that a reason names; the others stand in the record.
const NAMED: usize = 3;

/// The first of them as a sentence.
fn first_of(said: &[String]) -> String {
    let (named, rest) = said.split_at(said.len().min(NAMED));
    let mut sentence = named.join("; ");
    match rest.len() {
        0 => {}
        1 => sentence += "; and one more",
        more => sentence += &format!("; and {more} more"),
    }
    sentence
}

/// The conditions that came out so, in words.
fn said(conditions: &[Condition], holds: Option<bool>) -> Vec<String> {
    conditions
        .iter()
        .filter(|condition| condition.holds == holds)
        .map(ToString::to_string)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement() -> Statement {
        Statement {
            id: "test",
            claim: "a claim".into(),
            paper: "section 3",
            rule: "a rule".into(),
        }
    }

    #[test]
    fn a_condition_holds_fails_or_is_open_by_its_error_bar() {
        let at = |ends: [f64; 2]| number("x", 0.5 * (ends[0] + ends[1]), ends);
        assert_eq!(at_least(at([0.9, 1.0]), 0.9).holds, Some(true));
        assert_eq!(at_least(at([0.8, 1.0]), 0.9).holds, None);
        assert_eq!(at_least(at([0.7, 0.8]), 0.9).holds, Some(false));
        assert_eq!(at_most(at([0.0, 0.1]), 0.1).holds, Some(true));
        assert_eq!(at_most(at([0.0, 0.2]), 0.1).holds, None);
        assert_eq!(at_most(at([0.2, 0.3]), 0.1).holds, Some(false));
        let open = number("x", 3.0, [3.0, f64::INFINITY]);
        assert_eq!(open.upper, None);
        assert_eq!(at_least(open.clone(), 3.0).holds, Some(true));
        assert_eq!(at_most(open.clone(), 3.0).holds, None);
        assert_eq!(at_most(open, 2.0).holds, Some(false));
        assert_eq!(at_least(within("x", f64::NAN, 0.1), 0.0).holds, None);
    }

    #[test]
    fn one_failing_condition_outweighs_open_ones() {
        let yes = || at_least(exact("a", 1.0), 0.0);
        let open = || at_least(within("b", 0.0, 1.0), 0.0);
        let no = || at_least(exact("c", -1.0), 0.0);
        let verdict = |conditions| judge(statement(), conditions, Vec::new()).verdict;
        assert_eq!(verdict(vec![yes(), yes()]), FindingVerdict::Confirmed);
        assert_eq!(verdict(vec![yes(), open()]), FindingVerdict::Undecided);
        assert_eq!(
            verdict(vec![yes(), open(), no()]),
            FindingVerdict::NotConfirmed
        );
        let found = judge(statement(), vec![yes(), open(), no()], Vec::new());
        assert_eq!(found.reason, "c is -1 (at least 0 asked for)");
    }

    #[test]
    fn ratios_take_the_ends_against_each_other() {
        let found = ratio("r", [1.0, 2.0, 3.0], [4.0, 5.0, 6.0]);
        assert_eq!(
            (found.lower, found.value, found.upper),
            (Some(1.0 / 6.0), 0.4, Some(0.75))
        );
        let empty = ratio("r", [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]);
        assert_eq!(
            (empty.lower, empty.value, empty.upper),
            (Some(0.0), 0.0, None)
        );
    }

    #[test]
    fn shares_take_the_ends_against_each_other() {
        let count = |lower: f64, mean: f64, upper: f64| Bounded {
            mean,
            lower,
            upper,
            level: 0.95,
        };
        let found = share("s", &count(1.0, 2.0, 3.0), &count(5.0, 6.0, 9.0));
        assert_eq!(
            (found.lower, found.value, found.upper),
            (Some(0.625), 0.75, Some(0.9))
        );
        let zero = count(0.0, 0.0, 0.0);
        let nothing = share("s", &zero, &zero);
        assert_eq!((nothing.lower, nothing.upper), (Some(0.0), Some(1.0)));
    }
}
