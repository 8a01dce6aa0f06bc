//! SHA-256 of bytes and of files.

use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};
use std::fmt;
use std::io::{self, Read};
use std::str::FromStr;

/// A SHA-256, shown as 64 lowercase hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Checksum([u8; 32]);

/// A text that is no SHA-256.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a SHA-256: give its 64 hexadecimal digits")]
pub struct ChecksumError {
    text: String,
}

impl Checksum {
    /// The checksum of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

impl FromStr for Checksum {
    type Err = ChecksumError;

    fn from_str(text: &str) -> Result<Self, ChecksumError> {
        let mut bytes = [0; 32];
        let parsed = hex::decode_to_slice(text, &mut bytes);
        parsed.map(|()| Self(bytes)).map_err(|_| ChecksumError {
            text: text.to_owned(),
        })
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Checksum {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Checksum({self})")
    }
}

impl Serialize for Checksum {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// A checksum in the making.
#[derive(Clone, Default)]
pub(crate) struct Hasher(Sha256);

impl Hasher {
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub fn checksum(&self) -> Checksum {
        Checksum(self.0.clone().finalize().into())
    }

    /// Takes in all that `from` still has, as long as `go_on` allows, and returns how much it was.
    pub fn read(
        &mut self,
        from: &mut impl Read,
        mut go_on: impl FnMut() -> bool,
    ) -> io::Result<u64> {
        let mut buffer = vec![0; 1 << 16];
        let mut total = 0;
        while go_on() {
            match from.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => {
                    self.update(&buffer[..read]);
                    total += read as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(total)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn a_checksum_is_read_and_shown() {
        assert_eq!(Checksum::of(b"").to_string(), EMPTY);
        assert_eq!(EMPTY.to_uppercase().parse(), Ok(Checksum::of(b"")));
        assert_eq!(EMPTY.parse(), Ok(Hasher::default().checksum()));
        for bad in [
            "",
            &EMPTY[1..],
            &EMPTY.replace('e', "g"),
            &EMPTY.replace('e', "é"),
        ] {
            let error = bad.parse::<Checksum>().unwrap_err().to_string();
            assert!(error.ends_with("is not a SHA-256: give its 64 hexadecimal digits"));
        }
    }
}
