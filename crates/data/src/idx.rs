//! The IDX format of MNIST: a magic number, the dimensions, then the values.
//!
//! Only unsigned bytes are read. A gzip stream is recognised by its first bytes, whatever the file
//! is called. Sizes in a header are never trusted: memory grows with the bytes really read, and
//! reading stops one byte after the announced end.

use crate::DataError;
use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::{BufReader, Cursor, ErrorKind, Read};
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
    let file = File::open(path).map_err(|source| DataError::Io {
        path: path.to_owned(),
        source,
    })?;
    read(BufReader::new(file), path)
}

/// Reads IDX content, plain or gzip, from anything; `path` only serves the messages.
///
/// # Errors
/// As [`read_file`].
pub fn read<const D: usize>(mut source: impl Read, path: &Path) -> Result<Idx<D>, DataError> {
    let mut start = Vec::new();
    (&mut source)
        .take(2)
        .read_to_end(&mut start)
        .map_err(|error| read_error(error, path, false))?;
    let gzip = start == [0x1f, 0x8b];
    let whole = Cursor::new(start).chain(source);
    if gzip {
        read_content(MultiGzDecoder::new(whole), path, true)
    } else {
        read_content(whole, path, false)
    }
}

fn read_content<const D: usize>(
    mut content: impl Read,
    path: &Path,
    gzip: bool,
) -> Result<Idx<D>, DataError> {
    let mut up_to = |length: u64| {
        let mut bytes = Vec::new();
        (&mut content)
            .take(length)
            .read_to_end(&mut bytes)
            .map_err(|error| read_error(error, path, gzip))?;
        Ok::<_, DataError>(bytes)
    };
    let too_short = |found: u64, expected: u64| DataError::IdxTooShort {
        path: path.to_owned(),
        found,
        expected,
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
    let found = bytes.len() as u64;
    if found < length {
        return Err(too_short(header_length + found, header_length + length));
    }
    if found > length {
        return Err(DataError::IdxTooLong {
            path: path.to_owned(),
            expected: header_length + length,
        });
    }
    Ok(Idx { dims, bytes })
}

/// Checks the four bytes `00 00 type rank`; bytes missing at the end are left to the length check.
fn check_magic<const D: usize>(magic: &[u8], path: &Path) -> Result<(), DataError> {
    let path = path.to_owned();
    if magic.iter().take(2).any(|&byte| byte != 0) {
        let found: Vec<_> = magic.iter().map(|byte| format!("{byte:02x}")).collect();
        let found = found.join(" ");
        return Err(DataError::NotIdx { path, found });
    }
    match *magic {
        [_, _, kind, ..] if kind != UNSIGNED_BYTE => Err(DataError::IdxType { path, found: kind }),
        [_, _, _, rank] if usize::from(rank) != D => Err(DataError::IdxRank {
            path,
            found: rank,
            expected: D,
        }),
        _ => Ok(()),
    }
}

/// The dimensions in a header and their product, which is at most [`MAX_BYTES`].
fn dimensions<const D: usize>(sizes: &[u8], path: &Path) -> Result<([usize; D], u64), DataError> {
    let mut announced = [0u32; D];
    for (size, bytes) in announced.iter_mut().zip(sizes.as_chunks().0) {
        *size = u32::from_be_bytes(*bytes);
    }
    let path = path.to_owned();
    let dims = announced.map(|size| size.to_string()).join("x");
    if announced.contains(&0) {
        return Err(DataError::IdxZeroDimension { path, dims });
    }
    let product = announced
        .iter()
        .try_fold(1u64, |product, &size| product.checked_mul(u64::from(size)));
    match product {
        Some(length) if length <= MAX_BYTES => Ok((announced.map(|size| size as usize), length)),
        _ => Err(DataError::IdxTooLarge {
            path,
            dims,
            limit: MAX_BYTES,
        }),
    }
}

fn read_error(source: std::io::Error, path: &Path, gzip: bool) -> DataError {
    let path = path.to_owned();
    match source.kind() {
        ErrorKind::UnexpectedEof if gzip => DataError::GzipTruncated { path },
        ErrorKind::InvalidData | ErrorKind::InvalidInput if gzip => {
            DataError::GzipCorrupt { path, source }
        }
        _ => DataError::Io { path, source },
    }
}
