//! The pages in a browser: real clicks and keys, what stands on the page read back, and nothing amiss on the way.

mod chromium;
mod density;
mod page;
mod run_report;
mod sample;
mod sweep;
#[path = "../report/synthetic.rs"]
#[allow(dead_code)]
mod synthetic;
