//! Ranks that share the examples of a study.
//!
//! Rank 0 leads: it has the folders, runs the estimations and writes. The others [take part](take_part) in what goes over
//! examples, each with its share: products, evaluations and steps of training.

mod company;
mod member;
mod request;

pub use company::{current, lead};
pub use member::take_part;
pub(crate) use request::{ProblemRequest, Request};
