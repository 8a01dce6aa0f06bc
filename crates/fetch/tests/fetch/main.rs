//! Fetching, against a server that does what it is told, and unpacking, against archives that mean
//! harm.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod archives;
mod folders;
mod killed;
mod redirects;
mod resume;
mod server;
mod servers;
mod table;
mod verification;
mod world;
