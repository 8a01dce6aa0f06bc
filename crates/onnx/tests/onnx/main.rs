//! Models against exact answers, bad models against their sentences, and broken files.

mod bad;
mod broken;
mod common;
mod documentation;
mod fixtures;
mod selection;
mod shared;
mod sizes;
