//! An operator that counts its products and shows how far it is.

use std::cell::Cell;

use hesscope_hvp::{Array, Operator, ParameterSpace};
use hesscope_spectral::{LinearOperator, OperatorError};

use crate::output::Progress;

/// An operator that counts its products and shows how far it is.
pub struct Counted<'a> {
    inner: Operator<'a>,
    progress: Progress,
    products: Cell<usize>,
}

impl<'a> Counted<'a> {
    /// Expects about so many products with one vector, for what `message` says.
    pub fn new(inner: Operator<'a>, expected: usize, message: String) -> Self {
        let progress = Progress::new(expected as u64, "products").with_lines();
        progress.say(message);
        Counted {
            inner,
            progress,
            products: Cell::new(0),
        }
    }

    /// Products with one vector so far.
    pub fn products(&self) -> usize {
        self.products.get()
    }
}

impl LinearOperator for Counted<'_> {
    type Space = ParameterSpace;

    fn space(&self) -> &ParameterSpace {
        self.inner.space()
    }

    fn apply(&self, block: &[Array]) -> Result<Vec<Array>, OperatorError> {
        let products = self.inner.apply(block)?;
        self.products.set(self.products.get() + block.len());
        self.progress.advance(block.len() as u64);
        Ok(products)
    }
}
