//! Why a reference could not be used.

use std::path::PathBuf;

use thiserror::Error;

/// Why a reference could not be used.
#[derive(Debug, Error)]
pub enum VerifyError {
    /// The file cannot be read.
    #[error("cannot read the reference {}: {source}; check the path", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is no safetensors file, or not a whole one.
    #[error("{} is not a complete safetensors file ({reason}): fetch or generate it again", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The file is a safetensors file, but not a reference.
    #[error("{} is not a reference: {reason}", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What is missing or wrong.
        reason: String,
    },
    /// The model cannot be read.
    #[error(transparent)]
    Model(#[from] hesscope_onnx::OnnxError),
    /// The products could not be computed.
    #[error(transparent)]
    Hvp(#[from] hesscope_hvp::HvpError),
    /// An operator failed.
    #[error("a product failed: {0}")]
    Operator(String),
}
