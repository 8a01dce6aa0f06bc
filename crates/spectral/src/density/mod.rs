//! Spectral densities and their estimators.

pub(crate) mod assessment;
pub(crate) mod automatic;
pub(crate) mod automatic_options;
pub(crate) mod deflated_density;
pub(crate) mod grid;
pub(crate) mod kernel;
pub(crate) mod slq;
pub(crate) mod spectral_density;
pub(crate) mod wasserstein_error;

pub use assessment::{Assessment, AutomaticDensity, AutomaticLimit, AutomaticOutcome};
pub use automatic::{AutomaticEstimation, automatic_density};
pub use automatic_options::AutomaticOptions;
pub use deflated_density::deflated_density;
pub use grid::{LogGrid, SymmetricLogGrid, linear_grid};
pub use kernel::gaussian_width;
pub use slq::{SlqEstimation, SlqOptions, slq};
pub use spectral_density::{Atom, Curve, LogDensity, SpectralDensity};
