//! The command from outside: its files, its manners, its endurance.

mod bad_input;
mod check;
mod common;
mod compare;
mod completions;
mod data;
mod datasets;
mod dynamics;
mod eigenvalues;
mod export;
mod figures;
mod findings;
mod integrity;
mod killed;
mod limits;
mod model;
mod overlaps;
mod run;
#[cfg(target_os = "linux")]
mod scripts;
mod search;
mod signals;
mod small;
mod small_inputs;
mod speed;
mod surroundings;
mod sweep;
mod trace;
mod weights;
