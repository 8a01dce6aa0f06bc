//! The IDX format of MNIST: a magic number, the dimensions, then the values.
//!
//! Only unsigned bytes are read. A gzip stream is recognised by its first bytes, whatever the file
//! is called. Sizes in a header are never trusted: memory grows with the bytes really read, and
//! reading stops one byte after the announced end.

use super::gzip::{self, decompressed};
use crate::error::{DataError, Fault};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

/// The most bytes of values that are read from one file (1 GiB; MNIST's largest has 45 MiB).
pub const MAX_BYTES: u64 = 1 << 30;

/// The type code of unsigned bytes.
const UNSIGNED_BYTE: u8 = 0x08;

/// The content of an IDX file of unsigned bytes with `D` dimensions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idx<const D: usize> {
    /// The dimensions, none of them 0.
    pub dims: [usize; D],
    /// The values, row-major, as many as the product of `dims`.
    pub bytes: Vec<u8>,
}

/// Reads an IDX file, plain or gzip.
///
/// # Errors
/// A [`DataError`] that names the file and says what is wrong with it.
pub fn read_file<const D: usize>(path: &Path) -> Result<Idx<D>, DataError> {
    let file = File::open(path).map_err(DataError::io(path))?;
    read(BufReader::new(file), path)
}

/// Reads IDX content, plain or gzip, from anything; `path` only serves the messages.
///
/// # Errors
/// As [`read_file`].
pub fn read<const D: usize>(source: impl Read, path: &Path) -> Result<Idx<D>, DataError> {
    let (mut content, packed) = decompressed(source).map_err(DataError::io(path))?;
    let mut up_to = |length: u64| {
        let mut bytes = Vec::new();
        let read = content.by_ref().take(length).read_to_end(&mut bytes);
        read.map_err(|error| match packed {
            true => gzip::failure(error, path, "gzip file", "its gzip stream"),
            false => DataError::io(path)(error),
        })?;
        Ok::<_, DataError>(bytes)
    };
    let too_short = |found: u64, expected: u64| {
        let problem = format!("is cut short, with {found} of the {expected} bytes expected");
        DataError::unusable(path, Fault::CutShort, problem, AGAIN)
    };

    let header_length = 4 + 4 * D as u64;
    let magic = up_to(4)?;
    check_magic::<D>(&magic, path)?;
    let sizes = up_to(header_length - 4)?;
    let header_found = (magic.len() + sizes.len()) as u64;
    if header_found < header_length {
        return Err(too_short(header_found, header_length));
    }

    let (dims, length) = dimensions::<D>(&sizes, path)?;
    let bytes = up_to(length + 1)?;
    let (found, expected) = (bytes.len() as u64, header_length + length);
    if found < length {
        return Err(too_short(header_length + found, expected));
    }
    if found > length {
        let problem = format!("goes on after the {expected} bytes that its header announces");
        return Err(DataError::unusable(path, Fault::Overlong, problem, AGAIN));
    }
    Ok(Idx { dims, bytes })
}

const AGAIN: &str = "fetch it again";

/// Checks the four bytes `00 00 type rank`; bytes missing at the end are left to the length check.
fn check_magic<const D: usize>(magic: &[u8], path: &Path) -> Result<(), DataError> {
    let (problem, remedy) = match *magic {
        [first, ..] | [_, first, ..] if first != 0 => {
            let found: Vec<_> = magic.iter().map(|byte| format!("{byte:02x}")).collect();
            let found = found.join(" ");
            (
                format!(
                    "is not an IDX file, since it begins with the bytes {found} rather than 00 00"
                ),
                "give the official IDX file, plain or gzip",
            )
        }
        [_, _, kind, ..] if kind != UNSIGNED_BYTE => (
            format!(
                "holds IDX values of type {kind:#04x}, but only unsigned bytes (0x08) are read"
            ),
            "give the official file",
        ),
        [_, _, _, rank] if usize::from(rank) != D => (
            format!("has {rank} dimension(s) where {D} are expected"),
            "check that image and label files are not swapped",
        ),
        _ => return Ok(()),
    };
    Err(DataError::unusable(path, Fault::Format, problem, remedy))
}

/// The dimensions in a header and their product, which is at most [`MAX_BYTES`].
fn dimensions<const D: usize>(sizes: &[u8], path: &Path) -> Result<([usize; D], u64), DataError> {
    let mut announced = [0u32; D];
    for (size, bytes) in announced.iter_mut().zip(sizes.as_chunks().0) {
        *size = u32::from_be_bytes(*bytes);
    }
    let mut sizes = announced.iter().map(|&size| u64::from(size));
    let (fault, problem) = match sizes.try_fold(1u64, u64::checked_mul) {
        _ if announced.contains(&0) => (Fault::Damaged, "so it holds nothing".to_owned()),
        Some(length) if length <= MAX_BYTES => {
            return Ok((announced.map(|size| size as usize), length));
        }
        _ => (
            Fault::TooLarge,
            format!("more than the {MAX_BYTES} bytes that are read at most"),
        ),
    };
    let dims = announced.map(|size| size.to_string()).join("x");
    let problem = format!("says that its dimensions are {dims}, {problem}");
    Err(DataError::unusable(path, fault, problem, AGAIN))
}
