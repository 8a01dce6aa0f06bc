//! One data set to be fetched, and its files.

use crate::address;
use crate::checksum::Checksum;
use crate::error::FetchError;
use crate::names;
use serde::Serialize;
use std::fmt;

/// One data set and the files it is published as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dataset {
    /// The name it is asked for by, as in `fashion-mnist`.
    pub name: String,
    /// Its files; none if it cannot be fetched.
    pub files: Vec<RemoteFile>,
    /// Where it cannot be fetched, why, and what to do instead.
    pub by_hand: Option<String>,
}

/// A file, and where it can be had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RemoteFile {
    /// Its official name, without any folder.
    pub name: String,
    /// The bytes it must have.
    pub pin: Pin,
    /// For a compressed single file, the bytes it must have after decompression, where known.
    pub content: Option<Pin>,
    /// For a `.tar.gz` archive, the one folder that it unpacks to.
    pub folder: Option<String>,
    /// Addresses in the order in which they are tried, those of the publishers before mirrors.
    pub addresses: Vec<String>,
}

/// What bytes are told by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Pin {
    /// Their number.
    pub size: u64,
    /// Their SHA-256.
    pub sha256: Checksum,
}

impl Dataset {
    /// The number of bytes to download.
    pub fn size(&self) -> u64 {
        self.files.iter().map(|file| file.pin.size).sum()
    }

    /// The same data set with a mirror that is tried first; `base` is the address of the folder in
    /// which it has the files under their official names.
    ///
    /// # Errors
    ///
    /// [`FetchError::InvalidAddress`] for anything but an http or https address.
    pub fn with_mirror(mut self, base: &str) -> Result<Self, FetchError> {
        address::check(base)?;
        let base = base.trim_end_matches('/');
        for file in &mut self.files {
            file.addresses.insert(0, format!("{base}/{}", file.name));
        }
        Ok(self)
    }

    pub(super) fn check(&self) -> Result<(), FetchError> {
        if self.files.is_empty() && self.by_hand.is_none() {
            return Err(self.invalid("it has no files"));
        }
        for (number, file) in self.files.iter().enumerate() {
            let name = &file.name;
            for plain in [Some(name), file.folder.as_ref()].into_iter().flatten() {
                if let Err(problem) = names::check_component(plain) {
                    return Err(self.invalid(&format!("the name `{plain}` {problem}")));
                }
            }
            if self.files[..number].iter().any(|other| other.name == *name) {
                return Err(self.invalid(&format!("the file {name} is given twice")));
            }
            if file.pin.size == 0 || file.addresses.is_empty() {
                return Err(self.invalid(&format!("the file {name} lacks bytes or addresses")));
            }
            for one in &file.addresses {
                address::check(one)?;
            }
        }
        Ok(())
    }

    pub(super) fn invalid(&self, problem: &str) -> FetchError {
        FetchError::InvalidCatalogue {
            dataset: self.name.clone(),
            problem: problem.to_owned(),
        }
    }
}

/// Each file, its bytes and its addresses, a line each, without a line break at the end.
impl fmt::Display for Dataset {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = Vec::new();
        lines.extend(self.by_hand.iter().map(|text| format!("  by hand: {text}")));
        for file in &self.files {
            let Pin { size, sha256 } = file.pin;
            lines.push(format!("  {}: {size} bytes, SHA-256 {sha256}", file.name));
            lines.extend(
                file.addresses
                    .iter()
                    .map(|address| format!("    {address}")),
            );
        }
        out.write_str(&lines.join("\n"))
    }
}
