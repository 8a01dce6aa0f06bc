//! Bringing the files of a data set into a folder.

mod address;
mod attempt;
mod fetcher;
mod observer;
mod outcome;
mod part;
mod settings;

pub use fetcher::Fetcher;
pub use observer::{Observer, Retry};
pub use outcome::{FetchedFile, Origin, UnpackedFolder};
pub use settings::Settings;
