//! Stochastic gradient descent, saving checkpoints from which a killed run continues exactly.

pub mod error;
pub mod observer;
pub mod progress;
pub mod sgd;
pub mod train;
