//! The search for the learning rate.

pub mod error;
pub mod observer;
pub mod search;
pub mod table;
