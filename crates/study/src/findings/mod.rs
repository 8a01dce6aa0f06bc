//! The findings of the papers, judged on one network: which part of the Hessian each feature of its spectrum belongs to.

mod bulk_end;
pub mod condition;
mod evidence;
mod judge;
mod median;
mod operators;
mod rules;

pub(crate) use bulk_end::{BulkEnd, bulk_end};
pub use judge::{FindingsRequest, judge};
pub(crate) use median::median_above;
pub(crate) use rules::bounds;
pub use rules::findings;
