//! A value with its error bar.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A value with the ends of its error bar.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Measure {
    /// The value.
    pub value: f64,
    /// Lower end.
    pub lower: f64,
    /// Upper end; none where nothing bounds it.
    pub upper: Option<f64>,
}
