//! Processes, called ranks as in MPI, that compute one thing together.
//!
//! [`Ranks`] has the collective operations that sums over examples need, over a [`Transport`]: `mpi::Mpi` between
//! processes (feature `mpi`), [`threads`] between threads of one process. Every rank must call the same operations in the same
//! order. Two ways of working follow from that:
//!
//! - every rank runs the same program, as is usual with MPI;
//! - rank 0, the leader, runs the program, and the others [`serve`]: they hold a [`Member`] for each object that the leader has
//!   [opened](Ranks::open), and take part in what the leader [tells](Remote::tell) it to do.
#![forbid(unsafe_code)]

mod agree;
mod leader;
#[cfg(feature = "mpi")]
pub mod mpi;
mod number;
mod ranks;
mod serve;
mod sum;
mod threads;
mod transport;

pub use agree::RankError;
pub use leader::Remote;
pub use number::{Number, bytes_of, numbers_of};
pub use ranks::Ranks;
pub use serve::{Member, serve};
pub use threads::threads;
pub use transport::{Place, Transport};
