//! Eigenpairs and subspaces.

pub(crate) mod angles;
pub(crate) mod chebyshev;
pub(crate) mod chebyshev_filter;
pub(crate) mod extreme;
pub(crate) mod lanczos;
pub(crate) mod lanczos_options;
pub(crate) mod lanczos_run;
mod outlier_words;
pub(crate) mod outliers;
pub(crate) mod random_directions;
pub(crate) mod range;
pub(crate) mod rayleigh_ritz;
pub(crate) mod recursion;
pub(crate) mod selection;
pub(crate) mod subspace;
pub(crate) mod thick_restart;
