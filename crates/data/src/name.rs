//! The name of a data set.

use serde::{Serialize, Serializer};
use std::fmt;

/// A data set that [`crate::load`] knows, by its name in kebab case, as in `fashion-mnist`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DatasetName(&'static str);

impl DatasetName {
    /// The name of an entry of the registry, which alone makes names.
    pub(crate) const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The name as users write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for DatasetName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

impl Serialize for DatasetName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}
