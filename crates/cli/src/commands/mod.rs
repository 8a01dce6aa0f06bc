//! The commands, each its options and what it does.

pub mod check;
pub mod compare;
pub mod completions;
pub mod data;
pub mod devices;
pub mod dynamics;
pub mod eigenvalues;
pub mod export;
pub mod figure;
pub mod findings;
pub mod man;
pub mod model;
pub mod overlaps;
pub mod plan;
pub mod report;
pub mod results;
pub mod run;
pub mod schema;
pub mod spectrum;
pub mod speed;
pub mod sweep;
pub mod trace;
pub mod train;
pub mod verify;
