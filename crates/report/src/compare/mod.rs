//! Devices, or runs, beside a reference: a figure and a page.

mod figure;
mod names;
mod page;
mod write;

pub use write::write_comparison;
