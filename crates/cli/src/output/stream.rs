//! Lines on standard output and standard error. No work is given up because nobody reads them.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};
use std::sync::OnceLock;

use crate::failure::Failure;

/// Why standard output could not be written, if it could not.
static FAILED: OnceLock<io::Error> = OnceLock::new();

/// Prints a line on standard output. A failure is kept for [`finish`].
pub fn print(line: impl Display) {
    let mut out = io::stdout().lock();
    if let Err(error) = writeln!(out, "{line}").and_then(|()| out.flush()) {
        let _ = FAILED.set(error);
    }
}

/// Prints a line on standard error. A terminal that was closed is no reason to end.
pub fn tell(line: impl Display) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Whether all that was printed on standard output could be written.
pub fn finish() -> Result<(), Failure> {
    FAILED.get().map_or(Ok(()), refuse)
}

/// Whether something printed otherwise on standard output could be written.
pub fn check(printed: io::Result<()>) -> Result<(), Failure> {
    printed.or_else(|error| refuse(&error))
}

/// A reader that went away, as `head` does, had what it wanted.
fn refuse(error: &io::Error) -> Result<(), Failure> {
    if error.kind() == ErrorKind::BrokenPipe {
        return Ok(());
    }
    Err(Failure::new(format!(
        "cannot write to standard output: {error}; give it another place, and repeat the command"
    )))
}
