//! What all pages have in common: one file, no request, complete without its script.

mod document;
pub(crate) mod markup;
mod scripts;
mod style;

pub(crate) use document::Page;
pub(crate) use scripts::{reading_script, script};
