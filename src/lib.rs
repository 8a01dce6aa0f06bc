//! hesscope measures the spectrum of the loss Hessian of a network, and of every part it
//! decomposes into. This crate gathers the libraries the command is made of.
#![forbid(unsafe_code)]

pub use hesscope_data as data;
pub use hesscope_hvp as hvp;
pub use hesscope_models as models;
pub use hesscope_report as report;
pub use hesscope_spectral as spectral;
pub use hesscope_verify as verify;
