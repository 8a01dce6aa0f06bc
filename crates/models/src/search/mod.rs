//! The search for the learning rate.

mod error;
mod observer;
mod rate_search;
mod table;

pub use error::SearchError;
pub use observer::SearchObserver;
pub use rate_search::{Search, trial_folder};
pub use table::{Edge, SEARCH_TABLE, SearchTable, Trial};
