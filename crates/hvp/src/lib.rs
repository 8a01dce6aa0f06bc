//! Exact products with the Hessian of a network's loss and with its parts, for any network Burn can
//! capture.
//!
//! [`Problem::new`] records a module's forward pass, [`Problem::operator`] gives
//! [`LinearOperator`](hesscope_spectral::LinearOperator)s for the estimators of `hesscope-spectral`.
#![forbid(unsafe_code)]

pub mod array;
mod batch_loss;
mod blocks;
mod builder;
mod capture;
pub mod class;
mod error;
mod fisher;
mod footprint;
mod input;
mod layers;
mod loss;
mod lower;
mod moment;
pub mod operators;
mod over_ranks;
mod pass;
mod precision;
mod problem;
mod program;
pub mod rules;
mod sgd;
mod space;
mod work;

pub use array::{Array, Kind};
pub use batch_loss::{BatchGradient, BatchLoss, BatchStatistics, MeanLoss};
pub use blocks::{Block, DiagonalBlock};
pub use builder::ProgramBuilder;
/// The record of operations that [`Rules`] are given.
pub use burn_ir as ir;
pub use capture::{capture, capture_with};
pub use error::{CaptureError, HvpError, SourceError};
pub use fisher::MomentOperator;
pub use hesscope_records::{Part, Precision, Terms, UnknownPart};
pub use input::InputKind;
pub use layers::Layers;
pub use loss::{IGNORED, Loss, Objective, SplitMix64, Targets};
pub use lower::{Lowering, Rules};
pub use moment::Moment;
pub use operators::Operator;
pub use over_ranks::sum_over_ranks;
pub use precision::PrecisionExt;
pub use problem::{
    Evaluation, Examples, Plan, Problem, ProblemOptions, Programs, Samples, Share, Source,
};
pub use program::{Node, Parameter, Program, Slot};
pub use sgd::Descent;
pub use space::{ParameterSpace, Pieces, SpreadOperator, SpreadSpace, SpreadVector};
pub use work::forward_passes;
