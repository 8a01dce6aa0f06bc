//! The command from outside: its files, its manners, its endurance.

mod bad_input;
mod common;
mod data;
mod datasets;
mod export;
mod figures;
mod killed;
mod overlaps;
mod run;
mod search;
mod sweep;
mod weights;
