//! Reports of synthetic spectra.

mod arrays;
mod class_means;
mod dynamics;
mod edge_cases;
mod errors;
mod figures;
mod findings;
mod grid_of_runs;
mod grids;
mod page;
mod resolution;
mod spectrum_report;
mod synthetic;
mod views;
