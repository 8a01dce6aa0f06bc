//! The findings of the papers, judged on one network: which part of the Hessian each feature of its spectrum belongs to.

pub mod condition;
mod evidence;
mod judge;
mod operators;
mod rules;

pub use judge::judge;
pub use rules::findings;
