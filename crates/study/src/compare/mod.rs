//! One configuration on several devices, or equal runs that were made apart: how far each is from a reference.

mod deviation;
mod devices;
mod files;
mod measured;
mod request;
mod runs;
mod verdict;

pub use devices::compare_devices;
pub use files::ComparisonFiles;
pub use request::CompareRequest;
pub use runs::compare_runs;
