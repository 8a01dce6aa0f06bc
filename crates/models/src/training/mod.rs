//! Stochastic gradient descent, saving checkpoints from which a killed run continues exactly.

mod company;
mod error;
mod observer;
mod progress;
mod setup;
mod sgd;
mod shared_step;
mod train;
mod trainer;

pub use company::Company;
pub use error::TrainError;
pub use observer::{SilentObserver, TrainObserver};
pub use progress::Progress;
pub use setup::Setup;
pub use sgd::Sgd;
pub use train::Training;
pub use trainer::Trainer;
