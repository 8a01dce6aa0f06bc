//! The npz files of NumPy: a zip archive with one npy file an array.

use super::array::{self, Array, ElementType};
use super::stored::Stored;
use crate::error::{DataError, Fault};
use npyz::{DType, NpyHeader, Order};
use std::fmt::Display;
use std::io::{Read, Seek};
use std::path::Path;
use zip::ZipArchive;
use zip::result::ZipError;

/// The most bytes that are read of one array (4 GiB).
const MAX_BYTES: u64 = 1 << 32;
/// The longest header of an npy file that is read; NumPy writes 128 bytes for an array of images.
const LONGEST_HEADER: usize = 1024;

/// Reads `images` or `inputs`, and `labels`; `path` only serves the messages.
pub(crate) fn read(source: impl Read + Seek, path: &Path) -> Result<Stored, DataError> {
    let mut zip = ZipArchive::new(source).map_err(|error| npz(path, error))?;
    if zip.has_duplicate_names() {
        return Err(npz(path, "it has two arrays of one name"));
    }
    let name = Stored::name(|name| zip.index_for_name(&format!("{name}.npy")).is_some());
    let examples = read_array(&mut zip, name, path)?;
    let labels = read_array(&mut zip, "labels", path)?;
    Stored::new(name, examples, labels, None, path)
}

fn npz(path: &Path, problem: impl Display) -> DataError {
    let problem = format!("is not a sound npz file ({problem})");
    let remedy = "write it again with numpy.savez";
    DataError::unusable(path, Fault::Damaged, problem, remedy)
}

fn read_array<R: Read + Seek>(
    zip: &mut ZipArchive<R>,
    array: &str,
    path: &Path,
) -> Result<Array<'static>, DataError> {
    let mut entry = match zip.by_name(&format!("{array}.npy")) {
        Ok(entry) => entry,
        Err(ZipError::FileNotFound) => return Err(array::missing(path, array)),
        Err(error) => return Err(npz(path, error)),
    };
    let damaged = |problem: &str| npz(path, format!("{array}.npy {problem}"));
    let mut up_to = |length: u64| {
        let mut bytes = Vec::new();
        let read = (&mut entry).take(length).read_to_end(&mut bytes);
        read.map_err(|error| damaged(&error.to_string()))?;
        Ok::<_, DataError>(bytes)
    };

    let mut start = up_to(10)?;
    let extra = match start[..] {
        [0x93, b'N', b'U', b'M', b'P', b'Y', 1, ..] => 0,
        [0x93, b'N', b'U', b'M', b'P', b'Y', 2 | 3, ..] => 2,
        _ => return Err(damaged("does not begin as an npy file")),
    };
    start.extend(up_to(extra)?);
    let length = match *start.get(8..).unwrap_or_default() {
        [a, b] => usize::from(u16::from_le_bytes([a, b])),
        [a, b, c, d] => u32::from_le_bytes([a, b, c, d]) as usize,
        _ => return Err(damaged("ends within its header")),
    };
    if length > LONGEST_HEADER {
        return Err(damaged("has a header that is too long"));
    }
    let text = up_to(length as u64)?;
    if text.len() < length {
        return Err(damaged("ends within its header"));
    }
    if !is_plain(&text) {
        return Err(damaged("has a header that is not of one plain array"));
    }
    start.extend(text);
    let header = NpyHeader::from_reader(&start[..]).map_err(|error| damaged(&error.to_string()))?;

    let shape = header.shape().iter().map(|&size| usize::try_from(size));
    let shape: Vec<usize> = shape
        .collect::<Result<_, _>>()
        .map_err(|_| damaged("is larger than this computer can address"))?;
    if header.order() == Order::Fortran && shape.len() > 1 {
        let problem = format!("stores the array {array} in Fortran order");
        let remedy = "store numpy.ascontiguousarray of it";
        return Err(DataError::unusable(path, Fault::Format, problem, remedy));
    }
    let DType::Plain(kind) = header.dtype() else {
        return Err(damaged("has a header that is not of one plain array"));
    };
    let name = kind.to_string();
    let element = array::fitting(ElementType::from_numpy(&name), array, &name, path)?;
    let bytes = header.len().checked_mul(element.width as u64);
    let Some(length) = bytes.filter(|&bytes| bytes <= MAX_BYTES) else {
        return Err(damaged(&format!(
            "announces more than the {MAX_BYTES} bytes that are read at most"
        )));
    };
    let bytes = up_to(length + 1)?;
    if bytes.len() as u64 != length {
        let relation = if (bytes.len() as u64) < length {
            "fewer"
        } else {
            "more"
        };
        return Err(damaged(&format!(
            "has {relation} than the {length} bytes that its header announces"
        )));
    }
    Ok(Array {
        element: Some(element),
        name,
        shape,
        bytes: bytes.into(),
    })
}

/// Whether a header describes one array of plain numbers of a size that cannot overflow anything: one dictionary,
/// one shape, no structure. What does more is refused before it is parsed.
fn is_plain(text: &[u8]) -> bool {
    let count = |wanted: u8| text.iter().filter(|&&byte| byte == wanted).count();
    let Some(shape) = text.split(|&byte| byte == b'(').nth(1) else {
        return false;
    };
    let mut parts = shape.split(|&byte| byte == b')');
    let shape = parts.next().unwrap_or_default();
    let numbers = text.split(|byte| !byte.is_ascii_digit());
    let product = numbers
        .filter(|run| !run.is_empty())
        .try_fold(1u64, |product, run| {
            let run: u64 = std::str::from_utf8(run).ok()?.parse().ok()?;
            product
                .checked_mul(run.max(1))
                .filter(|&product| product < 1 << 48)
        });
    [b'{', b'}', b'(', b')'].map(count) == [1; 4]
        && count(b'[') == 0
        && shape
            .iter()
            .all(|byte| byte.is_ascii_digit() || b", ".contains(byte))
        && product.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_headers_are_parsed() {
        for text in [
            "{'descr': '<f4', 'fortran_order': False, 'shape': (50000, 3, 32, 32), }",
            "{'descr': '|u1', 'fortran_order': False, 'shape': (7,), }",
            "{'descr': '|u1', 'fortran_order': False, 'shape': (), }",
        ] {
            assert!(is_plain(text.as_bytes()), "{text}");
        }
        for text in [
            "",
            "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (3,), }",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296, 2), }",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (0xffff, 1), }",
            "{'descr': '<f4', 'fortran_order': False, 'shape': ((((1, ",
            "{{'descr': '<f4', 'fortran_order': False, 'shape': (1), }",
            "{'descr': '<U9999999999999999', 'fortran_order': False, 'shape': (1,), }",
        ] {
            assert!(!is_plain(text.as_bytes()), "{text}");
        }
    }
}
