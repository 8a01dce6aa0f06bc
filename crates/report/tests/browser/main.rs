//! The pages in a browser: real clicks and keys, what stands on the page read back, and nothing amiss on the way.

mod chromium;
mod density;
mod page;
mod pages;
mod run_report;
mod sample;
mod sweep;
mod views;

#[path = "../report/class_means.rs"]
mod class_means;
#[path = "../report/grid_of_runs.rs"]
mod grid_of_runs;
#[path = "../report/synthetic.rs"]
#[allow(dead_code)]
mod synthetic;
