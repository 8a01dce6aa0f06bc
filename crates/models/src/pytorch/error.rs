//! What can go wrong with files of weights.

use std::{fmt, io, path::PathBuf};

use thiserror::Error;

use crate::{networks::ModelError, state::StateError};

/// Names written out in a message at most.
const SHOWN: usize = 3;

/// Names of tensors; displayed are how many they are and the first few.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names(pub Vec<String>);

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.0.len() == 1 { "" } else { "s" };
        write!(f, "{} tensor{plural} (", self.0.len())?;
        for (k, name) in self.0.iter().take(SHOWN).enumerate() {
            let comma = if k == 0 { "" } else { ", " };
            write!(f, "{comma}`{name}`")?;
        }
        let more = if self.0.len() > SHOWN { ", …)" } else { ")" };
        f.write_str(more)
    }
}

/// Weights that cannot be read from a PyTorch or safetensors file.
#[derive(Debug, Error)]
pub enum ImportError {
    /// The network cannot be built, whatever the file holds.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// There is no such file.
    #[error("there is no file {}: check the path of the weights", path.display())]
    FileMissing {
        /// The file.
        path: PathBuf,
    },
    /// The system refused to read it.
    #[error("cannot read the weights {} ({source}): check its permissions and that it is a file", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another kind of file.
    #[error("{} is neither a PyTorch nor a safetensors file: name what `torch.save` or `safetensors.torch.save_file` wrote", path.display())]
    NotWeights {
        /// The file.
        path: PathBuf,
    },
    /// A file of the right kind that contradicts itself or ends early.
    #[error("the {kind} file {} is damaged or cut short ({reason}): copy or save it again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What kind of file it is.
        kind: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// Tensors in a form that is no plain tensor, such as quantized or sparse ones.
    #[error("`{key}` in {} has the form `{object}`, which is no plain tensor: save a `state_dict` of ordinary tensors", path.display())]
    Object {
        /// The file.
        path: PathBuf,
        /// Name of the tensor in the file.
        key: String,
        /// Name of the Python type.
        object: String,
    },
    /// A pickle larger than that of any network.
    #[error("the pickle in {} takes at least {bytes} bytes where {limit} are enough for any network: save the network's `state_dict` alone", path.display())]
    LargePickle {
        /// The file.
        path: PathBuf,
        /// The fewest bytes that it has, or those that its archive claims.
        bytes: u64,
        /// Bytes that are read at most.
        limit: u64,
    },
    /// A file of the right kind without any tensor that has a name.
    #[error("{} holds no dictionary of tensors: save the network's `state_dict`", path.display())]
    NoTensors {
        /// The file.
        path: PathBuf,
    },
    /// Two names that are one without their wrappers.
    #[error("{} has both `{first}` and `{second}`, which are one tensor of the network: remove one of them", path.display())]
    Twice {
        /// The file.
        path: PathBuf,
        /// One of the names.
        first: String,
        /// The other.
        second: String,
    },
    /// Several tensors of one name, which different keys lead to.
    #[error("{} has several tensors with the name `{name}`, of which one must be chosen: save it again without the others", path.display())]
    Ambiguous {
        /// The file.
        path: PathBuf,
        /// The name.
        name: String,
    },
    /// Tensors of the network that the file lacks.
    #[error("{} lacks {missing} of `{net}`{}: choose the network and the options it was made with", path.display(), instead(unexpected))]
    Missing {
        /// The file.
        path: PathBuf,
        /// The network's name.
        net: &'static str,
        /// Names that the file lacks, in the naming that fits it best.
        missing: Names,
        /// Names that it has and the network does not.
        unexpected: Names,
    },
    /// Tensors of the file that the network lacks.
    #[error("{} has {unexpected} without a place in `{net}`: choose the network and the options it was made with, or allow extra tensors (--weights-allow-extra)", path.display())]
    Unexpected {
        /// The file.
        path: PathBuf,
        /// The network's name.
        net: &'static str,
        /// Names that the network has no place for.
        unexpected: Names,
    },
    /// Shapes differ.
    #[error("`{key}` in {} has shape {found:?} where the network takes {wanted:?}, probably because {cause}: choose what it was made with", path.display())]
    Shape {
        /// The file.
        path: PathBuf,
        /// Name of the tensor in the file.
        key: String,
        /// Its shape there.
        found: Vec<usize>,
        /// The network's, in PyTorch's layout.
        wanted: Vec<usize>,
        /// What most likely differs.
        cause: String,
    },
    /// Numbers that are no floats.
    #[error("`{key}` in {} holds {found} numbers: save it as float16, bfloat16, float32 or float64", path.display())]
    Element {
        /// The file.
        path: PathBuf,
        /// Name of the tensor in the file.
        key: String,
        /// Its element type.
        found: String,
    },
    /// A NaN or an infinity, or a float64 beyond float32.
    #[error("`{key}` in {} has a value that is not finite in the precision asked for: take a checkpoint from before the training diverged", path.display())]
    NotFinite {
        /// The file.
        path: PathBuf,
        /// Name of the tensor in the file.
        key: String,
    },
    /// The tensors do not make the network.
    #[error("the weights {} do not fit the network ({source}): choose the network and the options they were made with", path.display())]
    State {
        /// The file.
        path: PathBuf,
        /// What disagrees.
        source: StateError,
    },
}

/// The part of a sentence that names what a file has in place of what it lacks.
fn instead(unexpected: &Names) -> String {
    if unexpected.0.is_empty() {
        return String::new();
    }
    format!(" and has {unexpected} that it does not know")
}

/// Weights that cannot be written for PyTorch.
#[derive(Debug, Error)]
pub enum ExportError {
    /// Another extension.
    #[error("cannot write {}, for weights are written as safetensors alone: give the file the extension `.safetensors`", path.display())]
    Extension {
        /// The file.
        path: PathBuf,
    },
    /// Neither float32 nor float64.
    #[error(
        "the tensor `{key}` holds {found} numbers where float32 or float64 are needed: cast the network first"
    )]
    Precision {
        /// Name of the tensor.
        key: String,
        /// Its element type.
        found: String,
    },
    /// The system refused to write.
    #[error("cannot write the weights {} ({source}): check the folder and the space left", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}
