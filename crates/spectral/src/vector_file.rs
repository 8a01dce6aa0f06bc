//! A file of vectors: safetensors with a checksum of the whole, written whole or not at all.

use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::path::Path;

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use crate::snapshot_error::SnapshotError;

/// What marks the files, and the version of their layout.
const FORMAT: &str = "hesscope-snapshot-1";

/// Where the checksum stands in the header; inside any other text its quotes would be escaped.
const CHECKSUM_KEY: &str = "\"checksum\":\"";
const CHECKSUM_DIGITS: usize = 16;
const BLANK: &str = "0000000000000000";

/// Vectors by name, and texts by name.
#[derive(Default)]
pub(crate) struct VectorFile {
    pub(crate) texts: HashMap<String, String>,
    pub(crate) vectors: HashMap<String, Vec<f64>>,
}

/// One vector as bytes: float32 where that holds every value exactly, float64 where not.
struct Stored {
    dtype: Dtype,
    len: usize,
    bytes: Vec<u8>,
}

/// The bytes of a vector, in float32 if `single` and if every value is one.
fn stored(values: &[f64], single: bool) -> Stored {
    let exact = |&value: &f64| f64::from(value as f32).to_bits() == value.to_bits();
    let len = values.len();
    if single && values.iter().all(exact) {
        Stored {
            dtype: Dtype::F32,
            len,
            bytes: values
                .iter()
                .flat_map(|&value| (value as f32).to_le_bytes())
                .collect(),
        }
    } else {
        Stored {
            dtype: Dtype::F64,
            len,
            bytes: values
                .iter()
                .flat_map(|value| value.to_le_bytes())
                .collect(),
        }
    }
}

/// Bytes of a file being made: vectors are added one at a time, so that one of float64 is held at most.
#[derive(Default)]
pub(crate) struct VectorFileWriter {
    texts: HashMap<String, String>,
    vectors: Vec<(String, Stored)>,
}

impl VectorFileWriter {
    pub(crate) fn text(&mut self, name: &str, value: String) {
        self.texts.insert(name.to_owned(), value);
    }

    pub(crate) fn vector(&mut self, name: String, values: &[f64], single: bool) {
        self.vectors.push((name, stored(values, single)));
    }

    /// The file and its checksum.
    pub(crate) fn bytes(mut self, path: &Path) -> Result<(Vec<u8>, String), SnapshotError> {
        self.text("format", FORMAT.to_owned());
        self.text("checksum", BLANK.to_owned());
        let unwritable = |reason: String| SnapshotError::Io {
            action: "lay out",
            path: path.to_owned(),
            source: std::io::Error::other(reason),
        };
        let views = self
            .vectors
            .iter()
            .map(|(name, stored)| {
                TensorView::new(stored.dtype, vec![stored.len], &stored.bytes)
                    .map(|view| (name.as_str(), view))
            })
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| unwritable(error.to_string()))?;
        let mut bytes = safetensors::serialize(views, Some(self.texts))
            .map_err(|error| unwritable(error.to_string()))?;
        let checksum = format!("{:016x}", checksum(&bytes));
        // A header that is too long for the format is written but never read.
        SafeTensors::read_metadata(&bytes).map_err(|error| unwritable(error.to_string()))?;
        let place = checksum_place(&bytes)
            .ok_or_else(|| unwritable("the header holds no checksum".to_owned()))?;
        bytes[place..place + CHECKSUM_DIGITS].copy_from_slice(checksum.as_bytes());
        Ok((bytes, checksum))
    }
}

impl VectorFile {
    /// Reads a file written from [`VectorFileWriter::bytes`] and returns it with its checksum; `None` if there is none.
    pub(crate) fn read(path: &Path) -> Result<Option<(Self, String)>, SnapshotError> {
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => {
                return Err(SnapshotError::Io {
                    action: "read",
                    path: path.to_owned(),
                    source,
                });
            }
        };
        Self::parse(bytes)
            .map(Some)
            .map_err(|reason| SnapshotError::Damaged {
                path: path.to_owned(),
                reason,
            })
    }

    fn parse(mut bytes: Vec<u8>) -> Result<(Self, String), String> {
        let (_, header) = SafeTensors::read_metadata(&bytes)
            .map_err(|error| format!("it is no whole safetensors file: {error}"))?;
        let texts = header.metadata().clone().unwrap_or_default();
        if texts.get("format").map(String::as_str) != Some(FORMAT) {
            return Err(format!("it is not marked as `{FORMAT}`"));
        }
        let recorded = texts.get("checksum").cloned().unwrap_or_default();
        let place = checksum_place(&bytes)
            .filter(|_| recorded.len() == CHECKSUM_DIGITS)
            .ok_or("it has no checksum")?;
        bytes[place..place + CHECKSUM_DIGITS].copy_from_slice(BLANK.as_bytes());
        if format!("{:016x}", checksum(&bytes)) != recorded {
            return Err("its checksum is another".to_owned());
        }
        let tensors = SafeTensors::deserialize(&bytes).map_err(|error| error.to_string())?;
        let vectors = tensors
            .iter()
            .map(|(name, view)| Ok((name.to_owned(), values(&view)?)))
            .collect::<Result<_, String>>()?;
        Ok((Self { texts, vectors }, recorded))
    }

    /// The text of this name.
    pub(crate) fn text(&self, name: &str) -> Result<&str, String> {
        let text = self.texts.get(name).map(String::as_str);
        text.ok_or_else(|| format!("`{name}` is missing"))
    }

    /// The number that stands as the text of this name.
    pub(crate) fn number<T: std::str::FromStr>(&self, name: &str) -> Result<T, String> {
        let text = self.text(name)?;
        text.parse()
            .map_err(|_| format!("`{name}` is {text}, not a count"))
    }

    /// Takes out the vectors `prefix.0`, `prefix.1`, ... of length `len`.
    pub(crate) fn take(
        &mut self,
        prefix: &str,
        count: usize,
        len: usize,
    ) -> Result<Vec<Vec<f64>>, String> {
        (0..count)
            .map(|index| {
                let name = format!("{prefix}.{index}");
                let vector = self
                    .vectors
                    .remove(&name)
                    .ok_or_else(|| format!("vector `{name}` is missing"))?;
                if vector.len() == len {
                    Ok(vector)
                } else {
                    Err(format!(
                        "vector `{name}` has {} values, not {len}",
                        vector.len()
                    ))
                }
            })
            .collect()
    }
}

fn values(view: &TensorView<'_>) -> Result<Vec<f64>, String> {
    match view.dtype() {
        Dtype::F32 => {
            let (values, _) = view.data().as_chunks::<4>();
            Ok(values
                .iter()
                .map(|&value| f64::from(f32::from_le_bytes(value)))
                .collect())
        }
        Dtype::F64 => {
            let (values, _) = view.data().as_chunks::<8>();
            Ok(values
                .iter()
                .map(|&value| f64::from_le_bytes(value))
                .collect())
        }
        other => Err(format!("it holds values of type {other:?}")),
    }
}

/// Where the checksum's digits begin, if there is room for them in the header.
fn checksum_place(bytes: &[u8]) -> Option<usize> {
    let (length, _) = bytes.split_first_chunk::<8>()?;
    let end = usize::try_from(u64::from_le_bytes(*length))
        .ok()?
        .checked_add(8)?;
    let header = bytes.get(..end)?;
    let key = CHECKSUM_KEY.as_bytes();
    let place = header.windows(key.len()).position(|window| window == key)? + key.len();
    (place + CHECKSUM_DIGITS <= end).then_some(place)
}

/// A checksum against damage, not malice: each word of eight bytes is mixed in by a bijection of the state, so that a
/// change within one word always shows, and one of more words but for chance 2^-64.
fn checksum(bytes: &[u8]) -> u64 {
    const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;
    let mix = |state: u64, word: u64| ((state ^ word).wrapping_mul(MULTIPLIER)).rotate_left(29);
    let (words, rest) = bytes.as_chunks::<8>();
    let mut state = mix(MULTIPLIER, bytes.len() as u64);
    for &word in words {
        state = mix(state, u64::from_le_bytes(word));
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    mix(mix(state, u64::from_le_bytes(last)), 0)
}

/// Writes a file under a temporary name beside its own, syncs and renames it; the folder too is synced.
pub(crate) fn write_whole(
    folder: &Path,
    prefix: &str,
    path: &Path,
    bytes: &[u8],
) -> Result<(), SnapshotError> {
    let attempt = || -> std::io::Result<()> {
        let mut file = tempfile::Builder::new()
            .prefix(prefix)
            .tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        // What is renamed must be so before anything that relies on it.
        #[cfg(unix)]
        fs::File::open(folder)?.sync_all()?;
        Ok(())
    };
    attempt().map_err(|source| SnapshotError::Io {
        action: "write",
        path: path.to_owned(),
        source,
    })
}
