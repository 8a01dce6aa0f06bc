//! The findings of the papers, each with the rule that judges it.
//!
//! A rule is a list of conditions, quantities held against bounds with their error bars. A finding is confirmed where every
//! condition holds for all of its error bar, not confirmed where one fails for all of it, and undecided otherwise, or
//! where something that the rule speaks of is not there. Bounds were fixed before any network was judged; a change of them
//! is a new [`VERSION`](bounds::VERSION).

pub mod bounds;
mod bulk;
mod counting;
mod law;
mod levels;
mod outliers;
mod parts;

#[cfg(test)]
mod tests;

use hesscope_records::{Evidence, Finding};

/// Every finding that one network can show, in the order of the paper. Those on training and sample size are of a grid
/// ([`crate::dynamics`]).
pub fn findings(evidence: &Evidence) -> Vec<Finding> {
    vec![
        outliers::bulk_and_outliers(evidence),
        outliers::count(evidence),
        outliers::not_of_h(evidence),
        outliers::of_g(evidence),
        bulk::energy(evidence),
        bulk::numbers(evidence),
        law::of_h(evidence),
        parts::outliers_of_a1(evidence),
        levels::three_levels(evidence),
        parts::two_bulks(evidence),
    ]
}

/// What to know of all of them.
pub fn notes(evidence: &Evidence) -> Vec<String> {
    let (all, some) = (evidence.classes, evidence.classes_with_examples);
    let missing = all.saturating_sub(some);
    let note = format!(
        "{missing} of {all} classes {} no examples in this split: C is {some} in the rules",
        if missing == 1 { "has" } else { "have" }
    );
    (missing > 0).then_some(note).into_iter().collect()
}
