//! What it takes to measure the spectrum of one's own model.
//!
//! ```
//! use burn::nn::{Linear, LinearConfig};
//! use burn::tensor::{Device, Tensor, TensorData};
//! use hesscope::prelude::*;
//!
//! # fn main() -> Result<(), Error> {
//! let module = LinearConfig::new(4, 3).init(&Device::flex());
//! let inputs = TensorData::new((0..120).map(|i| f64::from(i * i % 17)).collect(), [30, 4]);
//! let labels = (0..30).map(|i| i % 3).collect();
//! let forward = |m: &Linear, x: Tensor<2>| m.forward(x);
//! let problem = Problem::cross_entropy(&module, forward, inputs, labels)?;
//! let spectrum = problem.spectrum(Part::Hess).top(4).run()?;
//! println!("{:?} ± {:?}", spectrum.top().values, spectrum.top().residuals);
//! println!("{}", spectrum.outliers());
//! # Ok(())
//! # }
//! ```

pub use hesscope_hvp::{
    Examples, Loss, Objective, Part, Precision, Problem, ProblemOptions, Samples, Source, Targets,
    Terms,
};
pub use hesscope_measure::Observer;
pub use hesscope_spectral::{LinearOperator, VectorSpace};

pub use crate::builder::{Spectra, SpectrumBuilder};
pub use crate::error::Error;
pub use crate::model_spectrum::ModelSpectrum;
pub use crate::spectrum_report::write_report;
