//! Reports of synthetic spectra.

mod attribution;
mod edge_cases;
mod errors;
mod figures;
mod grids;
mod page;
mod synthetic;
