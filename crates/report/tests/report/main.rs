//! Reports of synthetic spectra.

mod arrays;
mod class_means;
mod dynamics;
mod edge_cases;
mod errors;
mod figures;
mod findings;
mod grids;
mod page;
mod spectrum_report;
mod synthetic;
