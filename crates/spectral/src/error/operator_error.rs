//! Why a product with an operator could not be formed.

use thiserror::Error;

/// Why a product could not be formed; the cause is its [`source`](std::error::Error::source).
///
/// Made from any error by [`OperatorError::new`] or from a boxed one or a message by `into`.
#[derive(Debug, Error)]
#[error("the operator could not form its product")]
pub struct OperatorError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl OperatorError {
    /// Wraps the cause.
    pub fn new(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}

impl From<Box<dyn std::error::Error + Send + Sync>> for OperatorError {
    fn from(cause: Box<dyn std::error::Error + Send + Sync>) -> Self {
        Self(cause)
    }
}

impl From<String> for OperatorError {
    fn from(message: String) -> Self {
        Self(message.into())
    }
}

impl From<&str> for OperatorError {
    fn from(message: &str) -> Self {
        Self(message.into())
    }
}
