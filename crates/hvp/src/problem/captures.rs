//! Captures of one network for several sizes of batch, each made once.

use std::collections::BTreeMap;

use burn::tensor::TensorData;

use crate::error::HvpError;
use crate::program::Program;

/// The captures of a network by the size of the batch. A capture copies all parameters; their values are kept once.
pub(super) struct Captures<F> {
    capture: F,
    kept: BTreeMap<usize, Program>,
    values: Vec<TensorData>,
}

impl<F: Fn(usize) -> Result<Program, HvpError>> Captures<F> {
    /// None yet; `capture` makes one.
    pub fn new(capture: F) -> Self {
        Captures {
            capture,
            kept: BTreeMap::new(),
            values: Vec::new(),
        }
    }

    /// The network for a size of batch, without the values of its parameters.
    pub fn of(&mut self, batch: usize) -> Result<&Program, HvpError> {
        let program = self.take(batch)?;
        Ok(self.kept.entry(batch).or_insert(program))
    }

    /// The same, which the captures then no longer hold.
    pub fn take(&mut self, batch: usize) -> Result<Program, HvpError> {
        if let Some(program) = self.kept.remove(&batch) {
            return Ok(program);
        }
        let mut program = (self.capture)(batch)?;
        self.values = std::mem::take(&mut program.initial);
        Ok(program)
    }

    /// The values of the parameters, in their order.
    pub fn values(&self) -> &[TensorData] {
        &self.values
    }
}

/// A network at any size of batch, from captures for one and two examples: extents of tensors grow evenly with the batch.
pub(super) struct ScaledProgram {
    program: Program,
    one: Vec<Vec<usize>>,
    two: Vec<Vec<usize>>,
}

impl ScaledProgram {
    /// From the captures for one and two examples; none where they differ in more than extents.
    pub fn between(one: Program, two: &Program) -> Option<Self> {
        let alike = one.nodes.len() == two.nodes.len()
            && one.nodes.iter().zip(&two.nodes).all(|(a, b)| {
                a.rule.name() == b.rule.name() && a.inputs == b.inputs && a.output == b.output
            })
            && one.shapes.len() == two.shapes.len()
            && one.shapes.iter().zip(&two.shapes).all(|(a, b)| {
                a.len() == b.len() && a.iter().zip(b).all(|(small, large)| small <= large)
            });
        alike.then(|| ScaledProgram {
            one: one.shapes.clone(),
            two: two.shapes.clone(),
            program: one,
        })
    }

    /// The network for a size of batch; its extents are right, the rules are those of one example.
    pub fn at(&mut self, batch: usize) -> &Program {
        for ((shape, one), two) in self.program.shapes.iter_mut().zip(&self.one).zip(&self.two) {
            for ((extent, one), two) in shape.iter_mut().zip(one).zip(two) {
                *extent = one + (batch - 1) * (two - one);
            }
        }
        &self.program
    }
}
