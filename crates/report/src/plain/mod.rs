//! Results as plain text, as the command prints them: a few lines of a record each, and tables.

mod analysis;
mod comparison;
mod dynamics;
mod eigenvalues;
mod findings;
mod overlaps;
mod speed;
mod table;

pub use analysis::analysis;
pub use comparison::comparison;
pub use dynamics::dynamics;
pub use eigenvalues::eigenvalues;
pub use findings::{findings, verdicts};
pub use overlaps::overlaps;
pub use speed::speed;
pub use table::table;
