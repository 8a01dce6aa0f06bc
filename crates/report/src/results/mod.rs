//! The findings of several runs and dynamics on one page.

mod column;
mod page;
mod write;

pub use column::ResultsColumn;
pub use write::write_results;
