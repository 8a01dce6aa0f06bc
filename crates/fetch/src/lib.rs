//! Downloads of the data sets: pinned by SHA-256, resumable, unpacked with care.
//!
//! [`Catalogue::standard`] says where the files of each data set are and which bytes they have. [`Fetcher::fetch`] brings those bytes into a folder, whatever the network does on
//! the way, and [`verify`] says of a folder whether they are there. Nothing is printed: progress goes
//! to an [`Observer`].
//!
//! ```no_run
//! use hesscope_fetch::{Catalogue, Fetcher, Settings};
//!
//! let catalogue = Catalogue::standard();
//! let dataset = catalogue.get("mnist")?;
//! let fetcher = Fetcher::new(Settings::default());
//! for file in fetcher.fetch(dataset, "data/mnist".as_ref(), &mut ())? {
//!     println!("{}", file.path.display());
//! }
//! # Ok::<(), hesscope_fetch::FetchError>(())
//! ```
#![forbid(unsafe_code)]

mod address;
mod catalogue;
mod checksum;
mod disk;
mod error;
mod names;
mod reason;
mod transfer;
mod unpack;
mod verify;

pub use catalogue::{Catalogue, Dataset, Pin, RemoteFile};
pub use checksum::{Checksum, ChecksumError};
pub use error::FetchError;
pub use reason::{Failure, Reason};
pub use transfer::{FetchedFile, Fetcher, Observer, Origin, Retry, Settings, UnpackedFolder};
pub use unpack::{Limits, unpack};
pub use verify::{FileReport, FileState, Report, verify};
