//! What the command prints: results on standard output; progress and notes on standard error.

pub mod analysis;
pub mod eigenvalues;
pub mod findings;
pub mod overlaps;
mod pace;
mod progress;
pub mod stream;
mod table;
mod terminal;
mod training;

pub use progress::Progress;
pub use stream::{print, tell};
pub use table::table;
pub use terminal::Terminal;
