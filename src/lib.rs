//! hesscope measures the spectrum of the loss Hessian of a network, and of every part it
//! decomposes into. This crate gathers the libraries the command is made of; [`prelude`] has what the spectrum of one's
//! own model takes.
#![forbid(unsafe_code)]

mod builder;
mod error;
mod model_spectrum;
pub mod prelude;
mod spectrum_report;

pub use builder::{Spectra, SpectrumBuilder};
pub use error::Error;
pub use hesscope_data as data;
pub use hesscope_hvp as hvp;
pub use hesscope_measure as measure;
pub use hesscope_models as models;
pub use hesscope_onnx as onnx;
pub use hesscope_records as records;
pub use hesscope_report as report;
pub use hesscope_spectral as spectral;
pub use hesscope_verify as verify;
pub use model_spectrum::ModelSpectrum;
pub use spectrum_report::write_report;
