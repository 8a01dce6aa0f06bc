//! The tensors of a file, listed first and read one by one.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Read},
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use burn::tensor::DType;
use burn_store::pytorch_reader::{self as pytorch, PytorchError, PytorchReader};
use safetensors::{Dtype, SafeTensors};

use super::{
    archive::{LARGEST_PICKLE, largest_pickle},
    error::ImportError,
};

/// Element type of a tensor in a file.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Element {
    /// A float type that can be read.
    Float(DType),
    /// Any other, by its name.
    Other(String),
}

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
    /// Tensors whose bytes are still in the file.
    Pytorch(BTreeMap<String, pytorch::Tensor>),
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
    let source = if head.starts_with(b"PK") {
        let bytes = largest_pickle(file).map_err(read_error)?;
        if bytes > LARGEST_PICKLE {
            return Err(ImportError::LargePickle {
                path: path.to_path_buf(),
                bytes,
                limit: LARGEST_PICKLE,
            });
        }
        open_pytorch(path)?
    } else if head.get(8) == Some(&b'{') {
        // A safetensors file begins with the length of its header, eight bytes, and the header with a brace.
        open_safetensors(path, fs::read(path).map_err(read_error)?)?
    } else {
        open_pytorch(path)?
    };
    if source.entries.is_empty() {
        return Err(ImportError::NoTensors {
            path: path.to_path_buf(),
        });
    }
    Ok(source)
}

fn open_safetensors(path: &Path, bytes: Vec<u8>) -> Result<Source, ImportError> {
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

fn open_pytorch(path: &Path) -> Result<Source, ImportError> {
    let reader = guarded(|| PytorchReader::new(path))
        .map_err(|reason| damaged(path, reason))?
        .map_err(|error| reader_error(path, error))?;
    let tensors: BTreeMap<String, pytorch::Tensor> = reader.into_tensors().into_iter().collect();
    let entries = tensors.iter().map(|(key, tensor)| Entry {
        key: key.clone(),
        shape: tensor.shape().to_vec(),
        element: match tensor.dtype() {
            pytorch::DType::F16 => Element::Float(DType::F16),
            pytorch::DType::BF16 => Element::Float(DType::BF16),
            pytorch::DType::F32 => Element::Float(DType::F32),
            pytorch::DType::F64 => Element::Float(DType::F64),
            other => Element::Other(format!("{other:?}")),
        },
    });
    Ok(Source {
        entries: entries.collect(),
        contents: Contents::Pytorch(tensors),
    })
}

impl Source {
    /// All tensors, by name.
    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The bytes of one of them, row-major in this machine's byte order.
    pub(super) fn read(&self, path: &Path, entry: &Entry) -> Result<Vec<u8>, ImportError> {
        let bytes = match &self.contents {
            Contents::Pytorch(tensors) => {
                let Some(tensor) = tensors.get(&entry.key) else {
                    return Err(lost(path, entry));
                };
                guarded(|| tensor.read())
                    .map_err(|reason| damaged(path, reason))?
                    .map_err(|error| io_error(path, error))?
            }
            Contents::Safetensors(file) => {
                let tensors = SafeTensors::deserialize(file);
                let view = tensors.and_then(|tensors| {
                    let view = tensors.tensor(&entry.key)?;
                    Ok(view.data().to_vec())
                });
                view.map_err(|_| lost(path, entry))?
            }
        };
        Ok(bytes)
    }
}

/// Runs `read`, turning a panic into its message.
///
/// The reader of pickles checks what it reads, yet a file is from outside and one check forgotten would end the whole
/// program; this is the one place where a panic is caught. Nothing is shared with `read` that could be left half done.
fn guarded<T>(read: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(read)).map_err(|payload| {
        let text = payload.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
        text.unwrap_or("the reader gave up").to_owned()
    })
}

fn reader_error(path: &Path, error: PytorchError) -> ImportError {
    match error {
        PytorchError::Io(error) => io_error(path, error),
        // The reader has one kind for all of these; a wording that is not known is taken for damage.
        PytorchError::InvalidFormat(reason)
            if reason.starts_with("not a PyTorch checkpoint")
                || reason.starts_with("No data.pkl") =>
        {
            ImportError::NotWeights {
                path: path.to_path_buf(),
            }
        }
        PytorchError::InvalidFormat(reason) if reason.starts_with("Expected a dictionary") => {
            ImportError::NoTensors {
                path: path.to_path_buf(),
            }
        }
        PytorchError::Pickle(burn_store::pytorch::PickleError::UnsupportedType(object)) => {
            ImportError::Object {
                path: path.to_path_buf(),
                object,
            }
        }
        other => damaged(path, other.to_string()),
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

fn lost(path: &Path, entry: &Entry) -> ImportError {
    damaged(path, format!("the tensor `{}` cannot be read", entry.key))
}
