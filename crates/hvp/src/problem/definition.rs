//! The loss of a network over a data set.

use super::batches::{Batch, Batches};
use super::company::Company;
use super::plan::Plan;
use crate::array::Array;
use crate::loss::Objective;
use crate::program::{Parameter, Program};
use crate::space::ParameterSpace;

/// The loss of a network over a data set, as a function of the parameters, at the values they had when
/// it was made.
pub struct Problem {
    pub(super) programs: Vec<Program>,
    pub(super) constants: Vec<Vec<Array>>,
    pub(super) parameters: Vec<Array>,
    /// The network for one example alone, or for the one size of batch it takes.
    pub(super) alone: Program,
    pub(super) alone_constants: Vec<Array>,
    pub(super) batches: Batches,
    pub(super) objective: Objective,
    pub(super) space: ParameterSpace,
    pub(super) plan: Plan,
    /// The ranks that the examples are shared among; none where this process has them all.
    pub(super) company: Option<Company>,
}

impl Problem {
    /// The space of the parameters.
    pub fn space(&self) -> &ParameterSpace {
        &self.space
    }

    /// The parameters, in the order in which they make up a vector.
    pub fn parameters(&self) -> &[Parameter] {
        self.programs[0].parameters()
    }

    /// The captured network.
    pub fn program(&self) -> &Program {
        &self.programs[0]
    }

    /// The number of examples, N.
    pub fn examples(&self) -> usize {
        match &self.company {
            Some(company) => company.examples,
            None => self.batches.examples(),
        }
    }

    /// The number of rows of logits that count, which the loss is the mean over.
    pub fn counted_rows(&self) -> usize {
        self.batches.counted
    }

    /// The number of logits a row, C: of classes, where the targets are classes.
    pub fn classes(&self) -> usize {
        self.programs[0].classes()
    }

    /// What the loss is.
    pub fn objective(&self) -> Objective {
        self.objective
    }

    /// How products go through the network.
    pub fn plan(&self) -> Plan {
        self.plan
    }

    /// The most examples that go through the network at once.
    pub fn batch_size(&self) -> usize {
        self.plan.batch_size
    }

    /// The most directions that go through the network at once.
    pub fn directions(&self) -> usize {
        self.plan.directions
    }

    /// The captured network for a batch.
    pub(crate) fn program_of(&self, batch: &Batch) -> &Program {
        &self.programs[batch.program]
    }
}
