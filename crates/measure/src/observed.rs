//! An operator that tells how many products it has formed.

use std::cell::Cell;

use hesscope_spectral::{LinearOperator, OperatorError, VectorOf};

use crate::observer::Observer;

/// An operator whose products are counted by an observer.
pub struct ObservedOperator<'a, O> {
    operator: &'a O,
    observer: &'a dyn Observer,
    /// Products that were said to come and have not.
    left: Cell<usize>,
}

impl<'a, O> ObservedOperator<'a, O> {
    /// The operator, its products told to the observer, to whom somebody else says how many are to come.
    pub fn new(operator: &'a O, observer: &'a dyn Observer) -> Self {
        ObservedOperator {
            operator,
            observer,
            left: Cell::new(usize::MAX),
        }
    }

    /// The operator, for a step that takes about so many products with one vector: the observer is told that it begins, and
    /// of every product. Before those that go beyond what was said it is told to expect more.
    pub fn begin(operator: &'a O, observer: &'a dyn Observer, what: &str, products: usize) -> Self {
        observer.begin(what, products);
        ObservedOperator {
            operator,
            observer,
            left: Cell::new(products),
        }
    }

    /// Makes it known that so many more products are to come than were said.
    pub fn expect(&self, products: usize) {
        self.left.set(self.left.get().saturating_add(products));
        self.observer.expect(products);
    }
}

impl<O: LinearOperator> LinearOperator for ObservedOperator<'_, O> {
    type Space = O::Space;

    fn space(&self) -> &O::Space {
        self.operator.space()
    }

    fn apply(&self, block: &[VectorOf<O>]) -> Result<Vec<VectorOf<O>>, OperatorError> {
        if let Some(more @ 1..) = block.len().checked_sub(self.left.get()) {
            self.expect(more);
        }
        let products = self.operator.apply(block)?;
        self.left.set(self.left.get() - block.len());
        self.observer.advance(block.len());
        Ok(products)
    }

    fn excluded(&self) -> &[VectorOf<O>] {
        self.operator.excluded()
    }
}
