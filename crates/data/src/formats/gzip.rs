//! Content that may be compressed.

use crate::error::{DataError, Fault};
use flate2::read::MultiGzDecoder;
use std::io::{self, Cursor, ErrorKind, Read};
use std::path::Path;

/// The content, decompressed if it is a gzip stream, and whether it is one; told by its first bytes.
pub(super) fn decompressed<'a>(
    mut source: impl Read + 'a,
) -> io::Result<(Box<dyn Read + 'a>, bool)> {
    let mut start = Vec::new();
    source.by_ref().take(2).read_to_end(&mut start)?;
    let gzip = start == [0x1f, 0x8b];
    let whole = Cursor::new(start).chain(source);
    Ok(if gzip {
        (Box::new(MultiGzDecoder::new(whole)), true)
    } else {
        (Box::new(whole), false)
    })
}

/// The error for what a decoder says of the file at `path`, a file of this `kind`; `inside` is what it decodes.
pub(super) fn failure(source: io::Error, path: &Path, kind: &str, inside: &str) -> DataError {
    let (fault, problem) = match source.kind() {
        ErrorKind::UnexpectedEof => {
            let problem = format!("ends in the middle of {inside}, as a broken download does");
            (Fault::CutShort, problem)
        }
        ErrorKind::InvalidData | ErrorKind::InvalidInput | ErrorKind::Other => {
            (Fault::Damaged, format!("is a damaged {kind} ({source})"))
        }
        _ => return DataError::io(path)(source),
    };
    DataError::unusable(path, fault, problem, "fetch it again")
}
