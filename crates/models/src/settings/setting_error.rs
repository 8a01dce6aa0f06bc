//! A setting out of its range.

use std::fmt::Display;

use thiserror::Error;

/// A setting of a training that is out of its range.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the training setting `{field}` is {value} but must be {rule}: change it")]
pub struct SettingError {
    /// The configuration key.
    pub field: &'static str,
    /// Its value.
    pub value: String,
    /// What it must be.
    pub rule: &'static str,
}

/// An error unless the value `holds` to the rule.
pub(crate) fn require(
    holds: bool,
    field: &'static str,
    value: impl Display,
    rule: &'static str,
) -> Result<(), SettingError> {
    if holds {
        return Ok(());
    }
    let value = value.to_string();
    Err(SettingError { field, value, rule })
}
