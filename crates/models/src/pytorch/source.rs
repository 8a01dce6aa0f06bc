//! The tensors of a file, listed first and read one by one.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Read, Seek},
    path::Path,
};

use burn::tensor::DType;
use hesscope_files::name_given_twice;
use safetensors::{Dtype, SafeTensors};

use super::{
    container::{self, Failure, LARGEST_PICKLE, Storages},
    element::Element,
    error::ImportError,
    tensors::{Found, PickledTensor, tensors},
};

/// A tensor of a file.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// Its name in the file.
    pub(super) key: String,
    /// Shape.
    pub(super) shape: Vec<usize>,
    /// Element type.
    pub(super) element: Element,
}

/// An open file of weights.
pub(super) struct Source {
    entries: Vec<Entry>,
    contents: Contents,
}

enum Contents {
    /// Tensors whose bytes are still in the file, of so many bytes.
    Pytorch(BTreeMap<String, PickledTensor>, Storages, u64),
    /// The whole file.
    Safetensors(Vec<u8>),
}

/// Lists the tensors of the file at `path`.
pub(super) fn open(path: &Path) -> Result<Source, ImportError> {
    let read_error = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => ImportError::FileMissing {
            path: path.to_path_buf(),
        },
        _ => ImportError::Read {
            path: path.to_path_buf(),
            source,
        },
    };
    let mut file = File::open(path).map_err(read_error)?;
    let mut head = Vec::new();
    let start = file.by_ref().take(9).read_to_end(&mut head);
    start.map_err(read_error)?;
    file.rewind().map_err(read_error)?;
    // A safetensors file begins with the length of its header, eight bytes, and the header with a brace.
    let source = if head.get(8) == Some(&b'{') && !head.starts_with(b"PK") {
        open_safetensors(path, fs::read(path).map_err(read_error)?)?
    } else {
        open_pytorch(path, file)?
    };
    if source.entries.is_empty() {
        return Err(ImportError::NoTensors {
            path: path.to_path_buf(),
        });
    }
    Ok(source)
}

fn open_safetensors(path: &Path, bytes: Vec<u8>) -> Result<Source, ImportError> {
    if let Some(name) = name_given_twice(&bytes) {
        let path = path.to_path_buf();
        return Err(ImportError::Ambiguous { path, name });
    }
    let damaged = |error: safetensors::SafeTensorError| ImportError::Damaged {
        path: path.to_path_buf(),
        kind: "safetensors",
        reason: error.to_string(),
    };
    let tensors = SafeTensors::deserialize(&bytes).map_err(damaged)?;
    let entries = tensors.iter().map(|(key, view)| Entry {
        key: key.to_owned(),
        shape: view.shape().to_vec(),
        element: match view.dtype() {
            Dtype::F16 => Element::Float(DType::F16),
            Dtype::BF16 => Element::Float(DType::BF16),
            Dtype::F32 => Element::Float(DType::F32),
            Dtype::F64 => Element::Float(DType::F64),
            other => Element::Other(format!("{other:?}")),
        },
    });
    let mut entries: Vec<Entry> = entries.collect();
    entries.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(Source {
        entries,
        contents: Contents::Safetensors(bytes),
    })
}

fn open_pytorch(path: &Path, file: File) -> Result<Source, ImportError> {
    let length = file
        .metadata()
        .map_err(|error| io_error(path, error))?
        .len();
    let (pickle, storages) = container::open(file).map_err(|failure| match failure {
        Failure::NotPytorch => ImportError::NotWeights {
            path: path.to_path_buf(),
        },
        Failure::LargePickle(bytes) => ImportError::LargePickle {
            path: path.to_path_buf(),
            bytes,
            limit: LARGEST_PICKLE,
        },
        Failure::Io(error) => io_error(path, error),
    })?;
    let tensors = tensors(&pickle)
        .ok_or_else(|| damaged(path, "the values in its pickle are too involved".to_owned()))?;
    let Found { tensors, twice } = tensors;
    if let Some(name) = twice {
        let path = path.to_path_buf();
        return Err(ImportError::Ambiguous { path, name });
    }
    let entries = tensors.iter().map(|(key, tensor)| Entry {
        key: key.clone(),
        shape: tensor.shape.clone(),
        element: tensor.element.clone(),
    });
    Ok(Source {
        entries: entries.collect(),
        contents: Contents::Pytorch(tensors, storages, length),
    })
}

impl Source {
    /// All tensors, by name.
    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The bytes of one of them, row-major and little-endian.
    pub(super) fn read(&mut self, path: &Path, entry: &Entry) -> Result<Vec<u8>, ImportError> {
        let lost = || damaged(path, format!("the tensor `{}` cannot be read", entry.key));
        match &mut self.contents {
            Contents::Pytorch(tensors, storages, length) => {
                let tensor = tensors.get(&entry.key).ok_or_else(lost)?;
                let window = Window::of(tensor, *length).ok_or_else(lost)?;
                let place = tensor.place.as_ref().ok_or_else(lost)?;
                let bytes = storages
                    .read(&place.storage, window.start, window.bytes)
                    .map_err(|error| io_error(path, error))?;
                Ok(window.row_major(&bytes))
            }
            Contents::Safetensors(file) => {
                let tensors = SafeTensors::deserialize(file);
                let view = tensors.and_then(|tensors| {
                    let view = tensors.tensor(&entry.key)?;
                    Ok(view.data().to_vec())
                });
                view.map_err(|_| lost())
            }
        }
    }
}

/// The part of a storage that a tensor's numbers lie in.
struct Window<'a> {
    start: usize,
    bytes: usize,
    /// Bytes that a number takes.
    size: usize,
    shape: &'a [usize],
    strides: &'a [usize],
}

impl<'a> Window<'a> {
    /// Nothing where there are more bytes than a file of `length` bytes can hold, or than memory.
    fn of(tensor: &'a PickledTensor, length: u64) -> Option<Self> {
        let (place, shape) = (tensor.place.as_ref()?, &tensor.shape);
        let product = |count: usize, &dim: &usize| count.checked_mul(dim);
        let count = shape.iter().try_fold(1, product)?;
        let mut last = 0usize;
        for (dim, stride) in shape.iter().zip(&place.strides) {
            last = last.checked_add(dim.saturating_sub(1).checked_mul(*stride)?)?;
        }
        let reach = if count == 0 { 0 } else { last.checked_add(1)? };
        let bytes = reach.checked_mul(place.size)?;
        // What is not wanted for its own sake must be in the file.
        if bytes > count.checked_mul(place.size)? && bytes as u64 > length {
            return None;
        }
        Some(Self {
            start: place.offset.checked_mul(place.size)?,
            bytes,
            size: place.size,
            shape,
            strides: &place.strides,
        })
    }

    /// The numbers in the order of their indices, the last index first to change.
    fn row_major(&self, bytes: &[u8]) -> Vec<u8> {
        let mut contiguous = 1;
        let in_order = self
            .shape
            .iter()
            .zip(self.strides)
            .rev()
            .all(|(&dim, &stride)| {
                let fits = dim == 1 || stride == contiguous;
                contiguous *= dim;
                fits
            });
        if in_order {
            return bytes.to_vec();
        }
        let count: usize = self.shape.iter().product();
        let mut out = Vec::with_capacity(count * self.size);
        let mut index = vec![0; self.shape.len()];
        for _ in 0..count {
            let steps = index.iter().zip(self.strides);
            let at: usize = steps.map(|(i, stride)| i * stride).sum();
            out.extend_from_slice(&bytes[at * self.size..][..self.size]);
            for (i, &dim) in index.iter_mut().zip(self.shape).rev() {
                *i += 1;
                if *i < dim {
                    break;
                }
                *i = 0;
            }
        }
        out
    }
}

/// A failure of the system by its own name, anything else as damage.
fn io_error(path: &Path, error: io::Error) -> ImportError {
    if error.raw_os_error().is_some() {
        return ImportError::Read {
            path: path.to_path_buf(),
            source: error,
        };
    }
    damaged(path, error.to_string())
}

fn damaged(path: &Path, reason: String) -> ImportError {
    ImportError::Damaged {
        path: path.to_path_buf(),
        kind: "PyTorch",
        reason,
    }
}
