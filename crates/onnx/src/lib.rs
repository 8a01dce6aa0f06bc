//! Networks in ONNX files as [`Program`](hesscope_hvp::Program)s.
//!
//! [`Model::read`] reads a file, [`Model::problem`] gives the loss of its network over a data set, and [`Model::program`] the
//! program for one shape of inputs. [`operators`] lists what is read, `docs/onnx.md` of the repository says what is a parameter.
#![forbid(unsafe_code)]

mod arithmetic;
mod build;
mod call;
mod choice;
mod element;
mod error;
mod external;
mod files;
mod graph;
mod info;
mod missing;
mod model;
mod names;
mod node;
mod operators;
mod parameters;
mod program;
mod proto;
mod role;
mod run;
mod selection;
mod signature;
mod tensor;
mod value;

pub use element::ElementType;
pub use error::{Missing, OnnxError};
pub use info::{StoredTensor, Summary};
pub use model::Model;
pub use operators::operators;
pub use role::Role;
pub use selection::Selection;
pub use signature::{Dimension, Signature};
