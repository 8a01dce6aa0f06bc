//! What can be wrong with a model or with what is asked of it.

use std::fmt;
use std::path::PathBuf;

use hesscope_hvp::{CaptureError, HvpError};
use thiserror::Error;

/// What a step of the reading found wrong, to be said of a node or a tensor.
pub(crate) type Fault = String;

/// Why a model could not be read or be made a program.
#[derive(Debug, Error)]
pub enum OnnxError {
    /// The file could not be read.
    #[error("{} could not be read: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// The bytes are no message of the ONNX format.
    #[error("it is not an ONNX model, or a part of it is missing ({0}): export it again")]
    Encoding(String),
    /// The message is a model without operations.
    #[error("the model has no graph: export it again")]
    NoGraph,
    /// The operators are older than those that are read.
    #[error("the model uses opset {0}: export it with opset 11 or later")]
    Opset(i64),
    /// A tensor stored in the model is not what it says.
    #[error("the tensor `{name}` {fault}")]
    Tensor {
        /// The tensor.
        name: String,
        /// What is wrong with it.
        fault: String,
    },
    /// The graph does not hold together.
    #[error("{0}")]
    Graph(String),
    /// One operation cannot be computed as the model says.
    #[error("the node `{node}` ({operator}) {fault}")]
    Node {
        /// The name of the node, or of its output where it has none.
        node: String,
        /// The operator.
        operator: String,
        /// What is wrong with it.
        fault: String,
    },
    /// There is no rule for an operator.
    #[error(transparent)]
    Missing(#[from] Missing),
    /// The inputs, outputs or parameters that were chosen are not those of the model.
    #[error("{0}")]
    Selection(String),
    /// The data do not fit the model.
    #[error("{0}")]
    Input(String),
    /// The logits are not what a program ends with.
    #[error(transparent)]
    Program(#[from] CaptureError),
}

impl OnnxError {
    pub(crate) fn tensor(name: &str, fault: impl Into<String>) -> Self {
        OnnxError::Tensor {
            name: name.to_owned(),
            fault: fault.into(),
        }
    }
}

impl From<OnnxError> for HvpError {
    fn from(error: OnnxError) -> Self {
        HvpError::of_network(error)
    }
}

/// An operator of a model that there is no rule for.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub struct Missing {
    /// The operator, with its domain where that is not the standard one.
    pub operator: String,
    /// The name of its first node, or of the node's output where it has none.
    pub node: String,
    /// The parameter nearest to that node, on the way back to the input.
    pub parameter: Option<String>,
    /// The nodes of the model that have this operator.
    pub count: usize,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the operator `{}` of the node `{}`",
            self.operator, self.node
        )?;
        if let Some(parameter) = &self.parameter {
            write!(f, ", near the parameter `{parameter}`,")?;
        }
        write!(
            f,
            " has no rule for differentiating it twice: write it with other operators before the export (docs/onnx.md \
             lists them)"
        )
    }
}
