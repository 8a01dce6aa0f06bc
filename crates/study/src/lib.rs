//! A study of a network: it is trained, kept in the folder of a run, measured, and what is found is judged.
//!
//! - [`settings`]: what a file and flags say, merged as tables and read once;
//! - [`ranks`]: processes that share the examples;
//! - [`run`]: the folder of a run, its training, and whether all in it belongs together;
//! - [`measure`]: spectra, leading eigenvalues, subspaces, class means and energies of one checkpoint over one split, opened
//!   once;
//! - [`findings`]: the findings of the papers, judged on one network by stated rules;
//! - [`dynamics`], [`figures`], [`sweep`]: many runs beside each other;
//! - [`check`]: whether all in a folder is whole and belongs together;
//! - [`compare`]: one configuration on several devices, or equal runs that were made apart;
//! - [`pace`]: how fast a training goes, and how long it will go on;
//! - [`speed`]: how long products and training take on a device;
//! - [`plan`]: time and memory of a run before it starts;
//! - [`export`]: weights, analyses and eigenvectors for other programs.
//!
//! The library prints nothing: what it has to say goes to an [`Observer`].
#![forbid(unsafe_code)]

pub mod check;
pub mod compare;
pub mod counts;
pub mod device;
mod durations;
pub mod dynamics;
pub mod eigenvector_file;
mod error;
pub mod export;
mod fault;
pub mod figures;
pub mod findings;
mod folders;
mod manifest;
pub mod measure;
pub mod model;
mod observer;
pub mod pace;
pub mod plan;
pub mod ranks;
pub mod results;
pub mod run;
mod sealed_file;
pub mod settings;
mod shared_folder;
pub mod source;
pub mod speed;
pub mod sweep;

pub use error::StudyError;
pub use fault::{Fault, Remedy};
pub use observer::{Event, Observer, TrainingEvent};
