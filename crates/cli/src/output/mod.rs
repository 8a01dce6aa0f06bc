//! What the command prints: results on standard output; progress and notes on standard error.

mod progress;
pub mod stream;
mod terminal;
mod training;

pub use progress::Progress;
pub use stream::{print, tell};
pub use terminal::Terminal;
