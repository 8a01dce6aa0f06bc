//! A part of a source.

use std::ops::Range;

use super::source::{Samples, Source};
use crate::error::{HvpError, SourceError};

/// Consecutive examples of a source: what one of several ranks reads.
#[derive(Clone, Debug)]
pub struct Share<S> {
    source: S,
    range: Range<usize>,
}

impl<S: Source> Share<S> {
    /// The examples of a range.
    ///
    /// # Errors
    ///
    /// A range beyond the source, or without examples.
    pub fn new(source: S, range: Range<usize>) -> Result<Self, HvpError> {
        if range.is_empty() || range.end > source.len() {
            return Err(HvpError::Input(format!(
                "a share has the examples {} to {} of {}: give every rank at least one, by fewer ranks or more examples",
                range.start,
                range.end,
                source.len()
            )));
        }
        Ok(Share { source, range })
    }
}

impl<S: Source> Source for Share<S> {
    fn len(&self) -> usize {
        self.range.len()
    }

    fn batch(&self, range: Range<usize>) -> Result<Samples, SourceError> {
        let first = self.range.start;
        self.source.batch(range.start + first..range.end + first)
    }
}
