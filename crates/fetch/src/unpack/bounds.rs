//! A reader that gives out at most so much.

use std::error::Error;
use std::fmt;
use std::io::{self, Read};

/// Passes on what it reads until that is more than it may be, which is an error.
pub(super) struct Bounded<R> {
    inner: R,
    left: u64,
}

/// That there was more.
#[derive(Debug)]
struct Exceeded;

impl fmt::Display for Exceeded {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("more bytes than allowed")
    }
}

impl Error for Exceeded {}

impl<R: Read> Bounded<R> {
    pub fn new(inner: R, limit: u64) -> Self {
        Self { inner, left: limit }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        match self.left.checked_sub(read as u64) {
            Some(left) => self.left = left,
            None => return Err(io::Error::other(Exceeded)),
        }
        Ok(read)
    }
}

/// Whether the error is that of a [`Bounded`] reader, even if others wrapped it.
pub(super) fn is_exceeded(error: &io::Error) -> bool {
    let mut cause: Option<&(dyn Error + 'static)> = error.get_ref().map(|inner| inner as _);
    while let Some(error) = cause {
        if error.is::<Exceeded>() {
            return true;
        }
        // An error within an `io::Error` is its inner one, which `source` would skip.
        cause = match error.downcast_ref::<io::Error>() {
            Some(wrapped) => wrapped.get_ref().map(|inner| inner as _),
            None => error.source(),
        };
    }
    false
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn as_much_as_allowed_passes() {
        let mut out = Vec::new();
        Bounded::new(&[1u8; 10][..], 10)
            .read_to_end(&mut out)
            .unwrap();
        assert_eq!(out, [1; 10]);
        let error = Bounded::new(&[1u8; 11][..], 10)
            .read_to_end(&mut out)
            .unwrap_err();
        assert!(is_exceeded(&error));
        assert!(is_exceeded(&io::Error::other(error)));
        assert!(!is_exceeded(&io::Error::other("else")));
    }
}
