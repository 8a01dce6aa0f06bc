//! A network, its loss and a data set: everything the operators are made from.

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};

use crate::array::{Array, Kind};
use crate::capture::capture_with;
use crate::error::{CaptureError, HvpError};
use crate::input::InputKind;
use crate::loss::Objective;
use crate::lower::Rules;
use crate::operators::Operator;
use crate::program::{Parameter, Program};
use crate::space::ParameterSpace;
use hesscope_records::Terms;

mod access;
mod batches;
mod determinism;
mod evaluation;
mod gradients;
mod options;
mod passes;
mod plan;
mod source;
mod vectors;

pub(crate) use batches::Batch;
use batches::{Batches, failure};
pub use evaluation::Evaluation;
pub use options::Options;
pub use plan::Plan;
use plan::plan;
pub use source::{Examples, Samples, Source, SourceError};

/// The loss of a network over a data set, as a function of the parameters, at the values they had when
/// it was made.
pub struct Problem {
    programs: Vec<Program>,
    constants: Vec<Vec<Array>>,
    parameters: Vec<Array>,
    /// The network for one example alone.
    alone: Program,
    alone_constants: Vec<Array>,
    batches: Batches,
    objective: Objective,
    space: ParameterSpace,
    plan: Plan,
}

impl Problem {
    /// The mean cross-entropy of a network over a data set.
    ///
    /// Captures `forward` of `module` and reads the data once. `module` is read on whatever device it
    /// is on (not an autodiff one) and computed with on `device`. `forward` gives logits [n m, C] for
    /// inputs [n, …], m rows an example one after another. Where it normalizes with the statistics of
    /// the batch, the batches are part of the loss: choose `batch_size` on purpose.
    ///
    /// # Errors
    ///
    /// When the network cannot be captured, the data do not fit together or to it, or the memory is
    /// too small.
    pub fn new<M: Module, const D: usize, K: InputKind>(
        module: &M,
        forward: impl Fn(&M, Tensor<D, K>) -> Tensor<2>,
        data: impl Source + 'static,
        device: &Device,
        options: Options,
    ) -> Result<Self, HvpError> {
        Self::with_objective(module, forward, data, Objective::default(), device, options)
    }

    /// As [`new`](Self::new), with another loss or with weight decay.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn with_objective<M: Module, const D: usize, K: InputKind>(
        module: &M,
        forward: impl Fn(&M, Tensor<D, K>) -> Tensor<2>,
        data: impl Source + 'static,
        objective: impl Into<Objective>,
        device: &Device,
        options: Options,
    ) -> Result<Self, HvpError> {
        let rules = Rules::standard();
        Self::with_rules(&rules, module, forward, data, objective, device, options)
    }

    /// As [`with_objective`](Self::with_objective), with rules of one's own for some operations.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn with_rules<M: Module, const D: usize, K: InputKind>(
        rules: &Rules,
        module: &M,
        forward: impl Fn(&M, Tensor<D, K>) -> Tensor<2>,
        data: impl Source + 'static,
        objective: impl Into<Objective>,
        device: &Device,
        options: Options,
    ) -> Result<Self, HvpError> {
        let objective = objective.into();
        objective.check()?;
        let count = data.len();
        if count == 0 {
            return Err(HvpError::Input(
                "there are no examples: give at least one".into(),
            ));
        }
        let first = data.batch(0..1).map_err(failure)?;
        let shape = first.inputs.shape().to_vec();
        if shape.len() != D {
            return Err(HvpError::Input(format!(
                "an example has inputs of shape {shape:?}: give inputs of {D} axes, the examples first",
            )));
        }
        let capture_for = |batch: usize| {
            let mut input = [batch; D];
            input[1..].copy_from_slice(&shape[1..]);
            Ok(capture_with(rules, module, input, &forward)?)
        };
        let found = first.inputs.dtype();
        if K::INTEGERS && Kind::of(found) != Kind::Int {
            return Err(HvpError::Input(format!(
                "the network takes integers but the inputs are {found:?}: give inputs of an integer type",
            )));
        }
        let plan = plan(capture_for, count, device, &options)?;
        let mut alone = capture_for(1)?;
        let mut programs = vec![capture_for(plan.batch_size)?];
        if !count.is_multiple_of(plan.batch_size) {
            programs.push(capture_for(count % plan.batch_size)?);
        }
        let rows = programs[0].rows_per_example();
        let all = || programs.iter().chain([&alone]);
        if let Some(other) = all().find(|p| p.rows_per_example() != rows) {
            return Err(HvpError::Capture(CaptureError::Logits {
                shape: other.shapes[other.output].clone(),
                batch: other.batch(),
            }));
        }
        let precision = options.precision;
        let array = |data: &TensorData| Array::from_data(data.clone(), precision, device);
        let constants_of = |program: &Program| -> Vec<Array> {
            let upload = |data: &TensorData| Array::of_any_kind(data.clone(), precision, device);
            program
                .constants
                .iter()
                .map(|(_, data)| upload(data))
                .collect()
        };
        let constants = programs.iter().map(constants_of).collect();
        let alone_constants = constants_of(&alone);
        let parameters = programs[0].initial.iter().map(array).collect();
        for program in programs.iter_mut().chain([&mut alone]) {
            // As large as the parameters, and needed no more.
            program.initial = Vec::new();
        }
        let batches =
            Batches::first_pass(Box::new(data), &programs, objective, precision, K::INTEGERS)?;
        let space = ParameterSpace::new(programs[0].dim(), precision, device.clone());
        Ok(Problem {
            programs,
            constants,
            parameters,
            alone,
            alone_constants,
            batches,
            objective,
            space,
            plan,
        })
    }

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
        self.batches.examples()
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

    /// The operator of a part of the Hessian or a sum of parts.
    pub fn operator(&self, terms: impl Into<Terms>) -> Operator<'_> {
        Operator::new(self, terms.into())
    }
}
