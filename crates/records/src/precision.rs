//! The precisions of an analysis.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::named::named;

/// The precision products are computed in.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// IEEE single precision.
    #[default]
    F32,
    /// IEEE double precision; not every device has it.
    F64,
}

impl Precision {
    /// The distance from one to the next number.
    pub fn epsilon(self) -> f64 {
        match self {
            Precision::F32 => f64::from(f32::EPSILON),
            Precision::F64 => f64::EPSILON,
        }
    }

    /// How far two computations of one quantity may be apart, relative to its size, and still agree.
    pub fn tolerance(self) -> f64 {
        match self {
            Precision::F32 => 1e-4,
            Precision::F64 => 1e-10,
        }
    }

    /// Bytes a number takes.
    pub fn bytes(self) -> usize {
        match self {
            Precision::F32 => 4,
            Precision::F64 => 8,
        }
    }
}

named!(
    Precision { F32 => "f32", F64 => "f64" },
    UnknownPrecision: "there is no precision `{0}`: {1}choose f32 or f64"
);
