//! Reports of synthetic spectra.

mod attribution;
mod dynamics;
mod edge_cases;
mod errors;
mod figures;
mod grids;
mod page;
mod synthetic;
