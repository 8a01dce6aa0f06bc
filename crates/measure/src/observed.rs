//! An operator that tells how many products it has formed.

use hesscope_spectral::{LinearOperator, OperatorError, VectorOf};

use crate::observer::Observer;

/// An operator whose products are counted by an observer.
pub struct ObservedOperator<'a, O> {
    operator: &'a O,
    observer: &'a dyn Observer,
}

impl<'a, O> ObservedOperator<'a, O> {
    /// The operator, its products told to the observer.
    pub fn new(operator: &'a O, observer: &'a dyn Observer) -> Self {
        ObservedOperator { operator, observer }
    }
}

impl<O: LinearOperator> LinearOperator for ObservedOperator<'_, O> {
    type Space = O::Space;

    fn space(&self) -> &O::Space {
        self.operator.space()
    }

    fn apply(&self, block: &[VectorOf<O>]) -> Result<Vec<VectorOf<O>>, OperatorError> {
        let products = self.operator.apply(block)?;
        self.observer.advance(block.len());
        Ok(products)
    }

    fn excluded(&self) -> &[VectorOf<O>] {
        self.operator.excluded()
    }
}
