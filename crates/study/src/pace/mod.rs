//! How fast a training goes, and how long it will go on.

mod rate;
mod training;

pub use rate::{Left, Pace, Work};
pub use training::TrainingPace;
