//! Who is told how a download goes.

use super::outcome::Origin;
use crate::reason::Reason;
use std::fmt;
use std::time::Duration;

/// Is told how a download goes, and may stop it. Every method has a default that does nothing, and
/// `()` is the observer that looks away.
pub trait Observer {
    /// A file of `total` bytes is about to be received, of which `have` are there.
    fn started(&mut self, _file: &str, _total: u64, _have: u64) {}

    /// The file now has its first `position` bytes. After a failure it may have fewer than before.
    fn advanced(&mut self, _file: &str, _position: u64) {}

    /// Something went wrong, and another try follows unless this was the last.
    fn retrying(&mut self, _file: &str, _retry: &Retry<'_>) {}

    /// The file is in place.
    fn done(&mut self, _file: &str, _origin: &Origin) {}

    /// Whether to stop. It is asked before every read and during every wait; what has arrived stays.
    fn interrupted(&self) -> bool {
        false
    }
}

impl Observer for () {}

/// A try that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry<'a> {
    /// The address.
    pub address: &'a str,
    /// What went wrong there, as words that go on after the address.
    pub reason: &'a Reason,
    /// The wait before the same address is tried again; without one the next address is tried.
    pub wait: Option<Duration>,
}

/// The address, what went wrong and what comes next.
impl fmt::Display for Retry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}; ", self.address, self.reason)?;
        match self.wait {
            Some(wait) => write!(f, "again in {:.0} s", wait.as_secs_f64()),
            None => f.write_str("the next address, if there is one"),
        }
    }
}
