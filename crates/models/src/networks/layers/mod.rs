//! The layers that networks are made of.

pub mod batch_norm;
pub mod buffer;
pub mod conv;
pub mod conv_norm;
pub mod linear;
pub mod pooling;
