//! What fetching comes to.

use serde::Serialize;
use std::fmt;
use std::path::PathBuf;

/// A file that is now in its folder, with exactly the bytes pinned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FetchedFile {
    /// Where it is.
    pub path: PathBuf,
    /// How it came there.
    pub origin: Origin,
    /// The folder it was unpacked to, if [`Settings::unpack`](crate::Settings::unpack) asked for that and it is an archive.
    pub unpacked: Option<UnpackedFolder>,
}

/// How a file came to be in its folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// It was there already.
    Kept,
    /// An earlier call had brought all of it.
    Completed,
    /// It was downloaded.
    Downloaded {
        /// The address that gave the last byte.
        address: String,
        /// How many bytes an earlier call had left.
        resumed: u64,
        /// How many bytes this call received, including any that were thrown away.
        received: u64,
    },
}

/// As in `from https://…/file.gz, SHA-256 as pinned`.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Kept => f.write_str("was there already")?,
            Origin::Completed => f.write_str("was there but for its name")?,
            Origin::Downloaded {
                address, resumed, ..
            } => {
                write!(f, "from {address}")?;
                if *resumed > 0 {
                    write!(f, ", resumed after {resumed} bytes")?;
                }
            }
        }
        f.write_str(", SHA-256 as pinned")
    }
}

/// The folder of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnpackedFolder {
    /// Where it is.
    pub path: PathBuf,
    /// Whether it was there before, and so is as it was.
    pub kept: bool,
}
