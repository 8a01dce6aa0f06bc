//! The splits of a data set.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::named::named;

/// The examples that a loss is the mean over.
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
pub enum Split {
    /// The training examples.
    #[default]
    Train,
    /// The test examples.
    Test,
}

named!(
    Split { Train => "train", Test => "test" },
    UnknownSplit: "there is no split `{0}`: {1}choose train or test"
);
