//! What the operations of a model read and write.

use hesscope_hvp::{Kind, Slot};

use crate::element::ElementType;
use crate::error::Fault;

/// A tensor of the program under construction. One without axes lies in the program as one of shape [1].
#[derive(Clone, Debug)]
pub(crate) struct Tensor {
    pub slot: Slot,
    pub shape: Vec<usize>,
    pub element: ElementType,
}

impl Tensor {
    pub fn rank(&self) -> usize {
        self.shape.len()
    }

    pub fn kind(&self) -> Kind {
        self.element.kind()
    }

    /// The number of elements.
    pub fn count(&self) -> usize {
        self.shape.iter().product()
    }

    /// An axis as the model says it, which may count from the end.
    pub fn axis(&self, axis: i64) -> Result<usize, Fault> {
        axis_of(axis, self.rank())
    }
}

/// An axis of so many, which may count from the end.
pub(crate) fn axis_of(axis: i64, rank: usize) -> Result<usize, Fault> {
    let counted = if axis < 0 {
        axis.saturating_add(rank as i64)
    } else {
        axis
    };
    let found = usize::try_from(counted).ok().filter(|&axis| axis < rank);
    found.ok_or_else(|| format!("names the axis {axis} of a tensor of {rank} axes"))
}

/// A tensor or several under one name.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Tensor(Tensor),
    Sequence(Vec<Tensor>),
}
