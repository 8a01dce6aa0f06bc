//! Why one request brought no file.

use crate::checksum::Checksum;
use std::fmt;

/// Why one request brought no file. It is shown as what follows the address in a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// An answer other than the file.
    #[error("answered {status}{}", meaning(*.status))]
    Status {
        /// The HTTP status.
        status: u16,
    },
    /// No connection within the time allowed.
    #[error("could not be reached within {seconds} s")]
    ConnectTimeout {
        /// The time allowed, as shown.
        seconds: String,
    },
    /// No byte within the time allowed.
    #[error("sent nothing for {seconds} s")]
    Stalled {
        /// The time allowed, as shown.
        seconds: String,
    },
    /// A host name that does not resolve.
    #[error("has a host that is not known")]
    HostNotFound,
    /// A host that nothing could be sent to.
    #[error("could not be reached ({said})")]
    Unreachable {
        /// What the operating system or the HTTP library said.
        said: String,
    },
    /// A connection that broke.
    #[error("lost the connection ({said})")]
    Connection {
        /// What the operating system or the HTTP library said.
        said: String,
    },
    /// An encrypted connection that could not be trusted.
    #[error("opened no encrypted connection that can be trusted ({said})")]
    Untrusted {
        /// What the TLS library said.
        said: String,
    },
    /// An answer that is not HTTP.
    #[error("did not answer in proper HTTP ({said})")]
    Protocol {
        /// What the HTTP library said.
        said: String,
    },
    /// Fewer bytes than the file has.
    #[error("ended after {found} of {expected} bytes")]
    Truncated {
        /// The bytes there are now.
        found: u64,
        /// The bytes the file has.
        expected: u64,
    },
    /// More bytes than the file has.
    #[error("went on after the {expected} bytes that the file has")]
    TooLong {
        /// The bytes the file has.
        expected: u64,
    },
    /// A file of another size, known before its first byte.
    #[error("offers {found} bytes where the file has {expected}")]
    OtherSize {
        /// The bytes announced.
        found: u64,
        /// The bytes the file has.
        expected: u64,
    },
    /// A part of the file other than the one asked for.
    #[error("sent the range `{found}` when asked for the bytes from {expected} on")]
    OtherRange {
        /// The range it says to send.
        found: String,
        /// The first byte asked for.
        expected: u64,
    },
    /// A page for people, as networks send that want a login first.
    #[error("sent a web page in place of the file")]
    WebPage,
    /// A transformed file.
    #[error("sent the file in the encoding `{encoding}`, which was not asked for")]
    Encoded {
        /// The encoding.
        encoding: String,
    },
    /// Other bytes than the file's.
    #[error("gave other bytes, of SHA-256 {found}")]
    OtherBytes {
        /// The checksum of what it gave.
        found: Checksum,
    },
    /// A redirect from https to http.
    #[error("redirects from https to the unencrypted {location}")]
    InsecureRedirect {
        /// Where it leads.
        location: String,
    },
    /// A redirect to nowhere.
    #[error("redirects to `{location}`, which is no http or https address")]
    BadRedirect {
        /// Where it leads.
        location: String,
    },
    /// Redirect after redirect.
    #[error("redirects more than {limit} times")]
    TooManyRedirects {
        /// The number allowed.
        limit: u32,
    },
}

/// An address and why it did not give its file. It is shown as both, as a clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The address.
    pub address: String,
    /// The last thing that went wrong there.
    pub reason: Reason,
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.address, self.reason)
    }
}

impl Reason {
    /// Whether asking the same address again would give the same.
    pub(crate) fn is_final(&self) -> bool {
        match self {
            Reason::Status { status } => !matches!(status, 408 | 425 | 429 | 500 | 502 | 503 | 504),
            Reason::ConnectTimeout { .. }
            | Reason::Stalled { .. }
            | Reason::HostNotFound
            | Reason::Unreachable { .. }
            | Reason::Connection { .. }
            | Reason::Protocol { .. }
            | Reason::OtherRange { .. }
            | Reason::Truncated { .. } => false,
            Reason::Untrusted { .. }
            | Reason::TooLong { .. }
            | Reason::OtherSize { .. }
            | Reason::WebPage
            | Reason::Encoded { .. }
            | Reason::OtherBytes { .. }
            | Reason::InsecureRedirect { .. }
            | Reason::BadRedirect { .. }
            | Reason::TooManyRedirects { .. } => true,
        }
    }

    /// Whether it is the server that does not have the file, rather than the network that is at fault.
    pub(crate) fn is_of_the_server(&self) -> bool {
        self.is_final() && !matches!(self, Reason::WebPage | Reason::Untrusted { .. })
    }
}

/// The words of the more usual statuses.
fn meaning(status: u16) -> &'static str {
    match status {
        401 | 403 => " (access refused)",
        404 | 410 => " (not there)",
        408 => " (too slow a request)",
        416 => " (no such range)",
        429 => " (too many requests)",
        500 => " (an error of the server)",
        502 | 504 => " (a gateway's error)",
        503 => " (not available now)",
        _ => "",
    }
}
