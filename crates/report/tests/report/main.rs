//! Reports of synthetic spectra.

mod arrays;
mod edge_cases;
mod errors;
mod figures;
mod page;
mod schemas;
mod synthetic;
