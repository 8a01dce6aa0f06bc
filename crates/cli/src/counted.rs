//! An operator that shows how far an estimation is.

use hesscope_hvp::{Array, Operator, ParameterSpace};
use hesscope_spectral::{LinearOperator, OperatorError};

use crate::output::Progress;

/// An operator that shows how many products it has formed.
pub struct Counted<'a> {
    inner: Operator<'a>,
    progress: Progress,
}

impl<'a> Counted<'a> {
    /// Expects about so many products with one vector, for what `message` says.
    pub fn new(inner: Operator<'a>, expected: usize, message: String) -> Self {
        let progress = Progress::new(expected as u64, "products").with_lines();
        progress.say(message);
        Counted { inner, progress }
    }
}

impl LinearOperator for Counted<'_> {
    type Space = ParameterSpace;

    fn space(&self) -> &ParameterSpace {
        self.inner.space()
    }

    fn apply(&self, block: &[Array]) -> Result<Vec<Array>, OperatorError> {
        let products = self.inner.apply(block)?;
        self.progress.advance(block.len() as u64);
        Ok(products)
    }
}
