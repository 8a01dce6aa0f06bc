//! What can be fetched, from where, and which bytes it is.

mod dataset;
mod list;
mod standard;

pub use dataset::{Dataset, Pin, RemoteFile};
pub use list::Catalogue;
