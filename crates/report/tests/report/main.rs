//! Reports of synthetic spectra.

mod arrays;
mod edge_cases;
mod errors;
mod figures;
mod grids;
mod page;
mod schemas;
mod synthetic;
