//! A file of vectors: safetensors with a checksum of the whole, written whole or not at all.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use hesscope_files::{sha256_hex, write_bytes};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use serde::de::DeserializeOwned;

use crate::error::snapshot_error::SnapshotError;

/// What marks the files, and the version of their layout.
const FORMAT: &str = "hesscope-snapshot-1";

/// Where the checksum stands in the header; inside any other text its quotes would be escaped.
const CHECKSUM_KEY: &str = "\"checksum\":\"";
const CHECKSUM_DIGITS: usize = 64;

/// A file read: vectors by name, and texts by name.
pub(crate) struct VectorFile {
    path: PathBuf,
    texts: HashMap<String, String>,
    vectors: HashMap<String, Vec<f64>>,
    /// That of the whole file.
    pub(crate) checksum: String,
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
    let (dtype, bytes) = if single && values.iter().all(exact) {
        let values = values.iter().map(|&value| (value as f32).to_le_bytes());
        (Dtype::F32, values.flatten().collect())
    } else {
        let values = values.iter().map(|value| value.to_le_bytes());
        (Dtype::F64, values.flatten().collect())
    };
    Stored {
        dtype,
        len: values.len(),
        bytes,
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

    /// Writes the file whole or not at all, and returns its checksum and, where it is named by that, its name.
    pub(crate) fn write(
        mut self,
        folder: &Path,
        name: impl FnOnce(&str) -> String,
    ) -> Result<(String, String), SnapshotError> {
        self.text("format", FORMAT.to_owned());
        self.text("checksum", "0".repeat(CHECKSUM_DIGITS));
        let laid_out = |error: String| {
            SnapshotError::file("lay out a snapshot in", folder)(std::io::Error::other(error))
        };
        let (bytes, checksum) = self.bytes().map_err(laid_out)?;
        let name = name(&checksum);
        let path = folder.join(&name);
        write_bytes(&path, &bytes).map_err(SnapshotError::file("write", &path))?;
        Ok((name, checksum))
    }

    fn bytes(self) -> Result<(Vec<u8>, String), String> {
        let views = self
            .vectors
            .iter()
            .map(|(name, stored)| {
                TensorView::new(stored.dtype, vec![stored.len], &stored.bytes)
                    .map(|view| (name.as_str(), view))
            })
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| error.to_string())?;
        let mut bytes =
            safetensors::serialize(views, Some(self.texts)).map_err(|error| error.to_string())?;
        // A header that is too long for the format is written but never read.
        SafeTensors::read_metadata(&bytes).map_err(|error| error.to_string())?;
        let checksum = sha256_hex(&bytes);
        let place = checksum_place(&bytes).ok_or("the header holds no checksum")?;
        bytes[place..place + CHECKSUM_DIGITS].copy_from_slice(checksum.as_bytes());
        Ok((bytes, checksum))
    }
}

impl VectorFile {
    /// Reads what [`VectorFileWriter::write`] wrote; `None` if there is no such file.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, SnapshotError> {
        match fs::read(path) {
            Ok(bytes) => Self::parse(path, bytes)
                .map(Some)
                .map_err(|reason| SnapshotError::damaged(path, reason)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(SnapshotError::file("read", path)(source)),
        }
    }

    fn parse(path: &Path, mut bytes: Vec<u8>) -> Result<Self, String> {
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
        bytes[place..place + CHECKSUM_DIGITS].fill(b'0');
        if sha256_hex(&bytes) != recorded {
            return Err("its checksum is another".to_owned());
        }
        let tensors = SafeTensors::deserialize(&bytes).map_err(|error| error.to_string())?;
        let vectors = tensors
            .iter()
            .map(|(name, view)| Ok((name.to_owned(), values(&view)?)))
            .collect::<Result<_, String>>()?;
        Ok(Self {
            path: path.to_owned(),
            texts,
            vectors,
            checksum: recorded,
        })
    }

    /// The text of this name.
    pub(crate) fn text(&self, name: &str) -> Result<&str, SnapshotError> {
        let text = self.texts.get(name).map(String::as_str);
        text.ok_or_else(|| self.damaged(format!("`{name}` is missing")))
    }

    /// What stands in JSON as the text of this name.
    pub(crate) fn value<T: DeserializeOwned>(&self, name: &str) -> Result<T, SnapshotError> {
        serde_json::from_str(self.text(name)?)
            .map_err(|error| self.damaged(format!("`{name}`: {error}")))
    }

    /// Takes out the vector of this name.
    pub(crate) fn take(&mut self, name: &str) -> Result<Vec<f64>, SnapshotError> {
        let vector = self.vectors.remove(name);
        vector.ok_or_else(|| self.damaged(format!("vector `{name}` is missing")))
    }

    /// Takes out the vectors `prefix.0`, `prefix.1`, ... of length `len`.
    pub(crate) fn take_all(
        &mut self,
        prefix: &str,
        count: usize,
        len: usize,
    ) -> Result<Vec<Vec<f64>>, SnapshotError> {
        let mut vectors = Vec::new();
        for index in 0..count {
            let name = format!("{prefix}.{index}");
            let vector = self.take(&name)?;
            let found = vector.len();
            if found != len {
                return Err(self.damaged(format!("vector `{name}` has {found} values, not {len}")));
            }
            vectors.push(vector);
        }
        Ok(vectors)
    }

    fn damaged(&self, reason: String) -> SnapshotError {
        SnapshotError::damaged(&self.path, reason)
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
