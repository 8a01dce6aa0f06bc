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
mod outliers;
mod parts;

#[cfg(test)]
mod tests;

use hesscope_records::{Evidence, Finding};

/// Every finding, in the order of the papers.
pub fn findings(evidence: &Evidence) -> Vec<Finding> {
    vec![
        outliers::count(evidence),
        outliers::of_g(evidence),
        outliers::not_of_h(evidence),
        bulk::energy(evidence),
        bulk::negative(evidence),
        bulk::tail(evidence),
        parts::outliers_of_a1(evidence),
        parts::two_bulks(evidence),
        law::of_h(evidence),
    ]
}
