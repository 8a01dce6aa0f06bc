//! Spectral densities and their estimators.

pub(crate) mod assessment;
pub(crate) mod automatic;
pub(crate) mod automatic_options;
pub(crate) mod deflated_density;
pub(crate) mod grid;
pub(crate) mod kernel;
pub(crate) mod run_density;
pub(crate) mod slq;
pub(crate) mod spectral_density;
pub(crate) mod wasserstein_error;
