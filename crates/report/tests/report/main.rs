//! Reports of synthetic spectra.

mod arrays;
mod attribution;
mod dynamics;
mod edge_cases;
mod errors;
mod figures;
mod grids;
mod page;
mod schemas;
mod synthetic;
