//! What all pages have in common: one file, no request, complete without its script.

mod contents;
mod document;
mod formula;
pub(crate) mod markup;
mod scripts;
mod style;

pub(crate) use contents::contents;
pub(crate) use document::Page;
pub(crate) use formula::formula;
pub(crate) use scripts::{reading_script, script};
