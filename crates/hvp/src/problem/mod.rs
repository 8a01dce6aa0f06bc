//! A network, its loss and a data set: everything the operators are made from.

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};

use crate::array::Array;
use crate::capture::capture;
use crate::error::HvpError;
use crate::operators::Operator;
use crate::program::{Parameter, Program};
use crate::space::ParameterSpace;
use crate::terms::Terms;

mod access;
mod batches;
mod choice;
mod examples;
mod options;
mod passes;
mod vectors;

pub(crate) use batches::Batch;
use batches::batches;
use choice::{batches_at_once, fitting_batch};
pub use examples::Examples;
pub use options::Options;
pub use passes::Evaluation;

/// The mean cross-entropy of a network over a data set, as a function of the parameters, at the
/// values they had when it was made.
pub struct Problem {
    programs: Vec<Program>,
    constants: Vec<Vec<Array>>,
    parameters: Vec<Array>,
    batches: Vec<Batch>,
    labels: Vec<u32>,
    space: ParameterSpace,
    directions: usize,
    batch_size: usize,
    /// Batches computed side by side.
    width: usize,
    /// Bytes asked to be kept to.
    memory: usize,
}

impl Problem {
    /// Captures `forward` of `module` and takes the examples apart into batches.
    ///
    /// `module` is read on whatever device it is on (not an autodiff one) and computed with on
    /// `device`. `forward` gives logits [n, C] for inputs [n, …]. Where it normalizes with the
    /// statistics of the batch, the batches are part of the loss: choose `batch_size` on purpose.
    ///
    /// # Errors
    ///
    /// When the network cannot be captured, or the examples do not fit together or to it.
    pub fn new<M: Module, const D: usize>(
        module: &M,
        forward: impl Fn(&M, Tensor<D>) -> Tensor<2>,
        examples: Examples,
        device: &Device,
        options: Options,
    ) -> Result<Self, HvpError> {
        let shape = examples.inputs.shape().to_vec();
        let count = examples.labels.len();
        if shape.len() != D || shape.first() != Some(&count) || count == 0 {
            return Err(HvpError::Input(format!(
                "the inputs have shape {shape:?} and there are {count} labels: give one label for \
                 each input, at least one, and inputs of {D} axes",
            )));
        }
        let capture_for = |batch: usize| {
            let mut input = [batch; D];
            input[1..].copy_from_slice(&shape[1..]);
            capture(module, input, &forward)
        };
        let one = capture_for(1)?;
        let width = batches_at_once(&one, device, &options);
        let batch_size = match options.batch_size {
            Some(size) => size.clamp(1, count),
            None => fitting_batch(&one, device, &options, width, count),
        };
        let mut programs = vec![capture_for(batch_size)?];
        if !count.is_multiple_of(batch_size) {
            programs.push(capture_for(count % batch_size)?);
        }
        let classes = programs[0].classes();
        if let Some(label) = examples
            .labels
            .iter()
            .find(|&&label| label as usize >= classes)
        {
            return Err(HvpError::Input(format!(
                "a label is {label} but the network tells {classes} classes apart: labels must be \
                 below {classes}"
            )));
        }
        let precision = options.precision;
        let array = |data: &TensorData| Array::from_data(data.clone(), precision, device);
        let constants = programs
            .iter()
            .map(|program| {
                program
                    .constants
                    .iter()
                    .map(|(_, data)| array(data))
                    .collect()
            })
            .collect();
        let parameters = programs[0].initial.iter().map(array).collect();
        let batches = batches(&examples, batch_size, classes, precision);
        let space = ParameterSpace::new(programs[0].dim(), precision, device.clone());
        Ok(Problem {
            programs,
            constants,
            parameters,
            batches,
            labels: examples.labels,
            space,
            directions: options.directions.max(1),
            batch_size,
            width,
            memory: options.memory,
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
        self.labels.len()
    }

    /// The number of classes, C.
    pub fn classes(&self) -> usize {
        self.programs[0].classes()
    }

    /// The most examples that go through the network at once.
    pub fn batch_size(&self) -> usize {
        self.batch_size
    }

    /// The most directions that go through the network at once.
    pub fn directions(&self) -> usize {
        self.directions
    }

    /// The operator of a part of the Hessian or a sum of parts.
    pub fn operator(&self, terms: impl Into<Terms>) -> Operator<'_> {
        Operator::new(self, terms.into())
    }
}
