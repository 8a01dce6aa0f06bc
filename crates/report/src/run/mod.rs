//! The report of a run.

mod findings;
mod groups;
mod opening;
mod overlaps;
mod page;
mod reading;
mod settings;
mod summary;
mod training;
mod write;

pub use summary::RunSummary;
pub use write::write_report;
