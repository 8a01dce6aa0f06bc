//! Reports of synthetic spectra.

mod attribution;
mod edge_cases;
mod errors;
mod figures;
mod page;
mod synthetic;
