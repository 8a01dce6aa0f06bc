//! The files a run leaves behind: the analysis schema, figures and a self-contained HTML report.
#![forbid(unsafe_code)]

pub mod schema;
