//! Stochastic gradient descent, saving checkpoints from which a killed run continues exactly.

mod error;
mod observer;
mod progress;
mod sgd;
mod train;
mod trainer;

pub use error::TrainError;
pub use observer::{SilentObserver, TrainObserver};
pub use progress::Progress;
pub use sgd::Sgd;
pub use train::Training;
pub use trainer::Trainer;
