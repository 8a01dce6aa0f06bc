//! A network, its loss and a data set: everything the operators are made from.

use burn::module::Module;
use burn::tensor::{Device, Element, Tensor, TensorData};

use rayon::prelude::*;

use crate::array::{Array, Kind, Precision};
use crate::capture::capture_with;
use crate::error::{CaptureError, HvpError};
use crate::input::InputKind;
use crate::loss::{CrossEntropy, example_loss};
use crate::lower::Rules;
use crate::operators::{Operator, Part};
use crate::program::{Parameter, Program};
use crate::rules::PerInput;
use crate::space::{ParameterSpace, on_host};

/// The examples the loss is the mean over.
#[derive(Clone, Debug)]
pub struct Examples {
    /// The inputs, [n, …]: numbers of any type for a network that takes floats, integers for one that
    /// takes integers.
    pub inputs: TensorData,
    /// The class of each row of logits, below C: n, or n m where each example has m rows.
    pub labels: Vec<u32>,
}

/// How products are computed; it changes them by no more than rounding.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The precision of everything but long sums, which are float64.
    pub precision: Precision,
    /// The most examples that go through the network at once. Absent, chosen from `memory`, and on a
    /// host, where the batches of a small network are computed side by side, one for each thread.
    pub batch_size: Option<usize>,
    /// The most directions that go through the network at once, K.
    pub directions: usize,
    /// Bytes that the tensors of one pass which grow with the batch may take together, about; K
    /// directions and K products, p numbers each, come on top.
    pub memory: usize,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            precision: Precision::F32,
            batch_size: None,
            directions: 8,
            memory: 1 << 30,
        }
    }
}

/// Inputs and one-hot targets of one batch, on the host.
struct Batch {
    program: usize,
    inputs: TensorData,
    targets: TensorData,
}

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
}

/// The loss, the logits and the share of correct answers over the data set.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// The mean cross-entropy.
    pub loss: f64,
    /// The share of examples whose largest logit is their class's.
    pub accuracy: f64,
    /// The logits, [N, C] row-major.
    pub logits: Vec<f64>,
}

impl Problem {
    /// Captures `forward` of `module` and takes the examples apart into batches.
    ///
    /// `module` is read on whatever device it is on (not an autodiff one) and computed with on
    /// `device`. `forward` gives logits [n, C] for inputs [n, …], or [n m, C] for m rows an example. Where
    /// it normalizes with the statistics of the batch, the batches are part of the loss: choose
    /// `batch_size` on purpose.
    ///
    /// # Errors
    ///
    /// When the network cannot be captured, or the examples do not fit together or to it.
    pub fn new<M: Module, const D: usize, K: InputKind>(
        module: &M,
        forward: impl Fn(&M, Tensor<D, K>) -> Tensor<2>,
        examples: Examples,
        device: &Device,
        options: Options,
    ) -> Result<Self, HvpError> {
        Self::with_rules(
            &Rules::standard(),
            module,
            forward,
            examples,
            device,
            options,
        )
    }

    /// [`new`](Self::new) with rules of one's own for some operations.
    ///
    /// # Errors
    ///
    /// As for [`new`](Self::new).
    pub fn with_rules<M: Module, const D: usize, K: InputKind>(
        rules: &Rules,
        module: &M,
        forward: impl Fn(&M, Tensor<D, K>) -> Tensor<2>,
        examples: Examples,
        device: &Device,
        options: Options,
    ) -> Result<Self, HvpError> {
        let shape = examples.inputs.shape().to_vec();
        let labels = examples.labels.len();
        if shape.len() != D || shape[0] == 0 || labels == 0 {
            return Err(HvpError::Input(format!(
                "the inputs have shape {shape:?} and there are {labels} labels: give one label for \
                 each row of logits, at least one, and inputs of {D} axes",
            )));
        }
        let count = shape[0];
        let found = examples.inputs.dtype();
        if K::INTEGERS && Kind::of(found) != Kind::Int {
            return Err(HvpError::Input(format!(
                "the network takes integers but the inputs are {found:?}: give inputs of an integer \
                 type",
            )));
        }
        // What every device has: some have no wider integers.
        let wide = |number: &i64| i32::try_from(*number).is_err();
        if K::INTEGERS
            && let Some(number) = examples.inputs.iter::<i64>().find(wide)
        {
            return Err(HvpError::Input(format!(
                "an input is {number}: give inputs that are integers of 32 bits",
            )));
        }
        let capture_for = |batch: usize| {
            let mut input = [batch; D];
            input[1..].copy_from_slice(&shape[1..]);
            capture_with(rules, module, input, &forward)
        };
        let one = capture_for(1)?;
        let rows = one.rows_per_example();
        if labels != count * rows {
            return Err(HvpError::Input(format!(
                "the inputs have shape {shape:?} and there are {labels} labels: give one label for \
                 each of the {rows} rows of logits of each input",
            )));
        }
        let width = batches_at_once(&one, device, &options);
        let batch_size = match options.batch_size {
            Some(size) => size.clamp(1, count),
            None => fitting_batch(&one, device, &options, width, count),
        };
        let mut programs = vec![capture_for(batch_size)?];
        if !count.is_multiple_of(batch_size) {
            programs.push(capture_for(count % batch_size)?);
        }
        if let Some(other) = programs.iter().find(|p| p.rows_per_example() != rows) {
            return Err(HvpError::Capture(CaptureError::Logits {
                shape: other.shapes[other.output].clone(),
                batch: other.batch(),
            }));
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
                    .map(|(_, data)| Array::of_any_kind(data.clone(), precision, device))
                    .collect()
            })
            .collect();
        let parameters = programs[0].initial.iter().map(array).collect();
        let inputs = if K::INTEGERS {
            examples.inputs.clone()
        } else {
            examples.inputs.clone().convert_dtype(precision.dtype())
        };
        let batches = batches(&inputs, &examples.labels, batch_size, rows, classes);
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

    /// The values of the parameters at which everything is computed, as a vector.
    pub fn point(&self) -> Array {
        let lifted = self
            .parameters
            .iter()
            .map(|value| Some(value.unsqueeze()))
            .collect();
        self.join(lifted, 1).reshape(&[self.space_dim()])
    }

    /// Moves to another point of the space.
    pub fn move_to(&mut self, point: &Array) {
        self.parameters = self
            .split(&point.unsqueeze())
            .iter()
            .zip(self.parameters())
            .map(|(value, parameter)| value.reshape(&parameter.shape))
            .collect();
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

    /// The operator of one part of the Hessian.
    pub fn operator(&self, part: Part) -> Operator<'_> {
        Operator::new(self, part)
    }

    /// One pass over the data: loss, accuracy and logits.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub fn evaluate(&self) -> Result<Evaluation, HvpError> {
        let mut logits = Vec::with_capacity(self.examples() * self.classes());
        for batch in &self.batches {
            let program = &self.programs[batch.program];
            let tape = self.run(batch);
            logits.extend(program.logits(&tape).to_f64()?);
        }
        let rows = logits.chunks(self.classes()).zip(&self.labels);
        let mut loss = 0.0;
        let mut correct = 0usize;
        for (row, &label) in rows {
            loss += example_loss(row, label as usize);
            let largest =
                (0..row.len()).fold(0, |best, k| if row[k] > row[best] { k } else { best });
            correct += usize::from(largest == label as usize);
        }
        let count = self.examples() as f64;
        Ok(Evaluation {
            loss: loss / count,
            accuracy: correct as f64 / count,
            logits,
        })
    }

    /// The gradient of the mean loss, a vector of [`space`](Self::space).
    pub fn gradient(&self) -> Array {
        let total = self.sum_over_batches(|batch| {
            let program = &self.programs[batch.program];
            let tape = self.run(batch);
            let loss = self.loss(program.logits(&tape), batch);
            let tangents = vec![None; program.shapes.len()];
            program
                .pull(tape, tangents, Some(loss.gradient), None, true)
                .primal
        });
        self.join(total, 1).reshape(&[self.space_dim()])
    }

    /// Adds up over all batches the products of one part with the directions [K, p]; the result is
    /// [K, p] too.
    pub(crate) fn product(&self, part: Part, directions: &Array) -> Array {
        let tangents = self.split(directions);
        let total = self.sum_over_batches(|batch| {
            let program = &self.programs[batch.program];
            let tape = self.run(batch);
            let loss = self.loss(program.logits(&tape), batch);
            let second_order = part != Part::G;
            let mut pushed = program.push(&tape, &tangents, second_order);
            let curvature = match part {
                Part::H => None,
                Part::Hess | Part::G => pushed[program.output]
                    .as_ref()
                    .map(|tangent| loss.curvature(tangent)),
            };
            if !second_order {
                pushed = vec![None; program.shapes.len()];
            }
            let seed = second_order.then_some(loss.gradient);
            program.pull(tape, pushed, seed, curvature, false).tangent
        });
        self.join(total, directions.shape()[0])
    }

    /// Adds up what `part` gives for each batch, in the order of the batches whatever order they are
    /// computed in, so that a sum is the same every time.
    fn sum_over_batches(&self, part: impl Fn(&Batch) -> PerInput + Sync) -> PerInput {
        let mut total: PerInput = vec![None; self.parameters.len()];
        for batches in self.batches.chunks(self.width) {
            let parts: Vec<PerInput> = match batches {
                [only] => vec![part(only)],
                several => several.par_iter().map(&part).collect(),
            };
            for part in parts {
                accumulate(&mut total, part);
            }
        }
        total
    }

    fn space_dim(&self) -> usize {
        self.programs[0].dim()
    }

    fn run(&self, batch: &Batch) -> crate::sweep::Tape {
        let input = self.upload(&batch.inputs);
        self.programs[batch.program].forward(
            &self.constants[batch.program],
            &self.parameters,
            input,
        )
    }

    fn loss(&self, logits: Array, batch: &Batch) -> CrossEntropy {
        CrossEntropy::at(&logits, &self.upload(&batch.targets), self.examples())
    }

    fn upload(&self, data: &TensorData) -> Array {
        Array::of_any_kind(data.clone(), self.space.precision(), self.space.device())
    }

    /// Directions [K, p] as one tangent [K, …] a parameter.
    fn split(&self, directions: &Array) -> Vec<Array> {
        let count = directions.shape()[0];
        let mut start = 0;
        self.parameters()
            .iter()
            .map(|parameter| {
                let end = start + parameter.len();
                let part = directions.slice(1, start, end);
                start = end;
                let mut shape = vec![count];
                shape.extend(&parameter.shape);
                part.reshape(&shape)
            })
            .collect()
    }

    /// One cotangent [K, …] a parameter as vectors [K, p].
    fn join(&self, parts: Vec<Option<Array>>, count: usize) -> Array {
        let parts: Vec<Array> = self
            .parameters()
            .iter()
            .zip(parts)
            .map(|(parameter, part)| {
                let shape = [count, parameter.len()];
                part.map_or_else(
                    || Array::zeros(&shape, self.space.precision(), self.space.device()),
                    |part| part.reshape(&shape),
                )
            })
            .collect();
        Array::cat(&parts, 1)
    }
}

fn accumulate(total: &mut [Option<Array>], parts: Vec<Option<Array>>) {
    for (total, part) in total.iter_mut().zip(parts) {
        *total = crate::array::sum(total.take(), part);
    }
}

/// The most examples that go through a network at once where nobody chooses: more save nothing.
const LARGEST_BATCH: usize = 512;

/// Batches that are computed side by side. On a host most operations use one core, but products of
/// large matrices use all; and each batch has products of its own, p numbers each. So it is one for a
/// device, which orders its work itself, and for a network of many parameters.
fn batches_at_once(one: &Program, device: &Device, options: &Options) -> usize {
    let products = options.directions.max(1) * one.dim() * options.precision.bytes();
    if on_host(device) && products <= options.memory / 8 {
        rayon::current_num_threads()
    } else {
        1
    }
}

/// Bytes of one pass that a core's caches hold well enough. Most of a product of a small network is
/// passes over its tensors: with 32 examples at once of a small convolutional network it takes 0.6 of
/// the time it takes with 512.
const CACHED: usize = 16 << 20;

/// Bytes of a pass for each byte of the products it gives, at least: every batch has products of its
/// own to fill and to add up, p numbers each, which must not become most of the work.
const PASS_TO_PRODUCTS: usize = 8;

/// The number of examples that fit into the memory asked for, and on a host into its caches, made
/// smaller for batches as equal as can be.
fn fitting_batch(
    one: &Program,
    device: &Device,
    options: &Options,
    width: usize,
    count: usize,
) -> usize {
    let bytes = (one.pass_elements(options.directions) * options.precision.bytes()).max(1);
    let mut most = options.memory / width;
    if on_host(device) {
        let products = options.directions.max(1) * one.dim() * options.precision.bytes();
        most = most.min(CACHED.max(PASS_TO_PRODUCTS * products));
    }
    let most = (most / bytes).clamp(1, LARGEST_BATCH);
    count.div_ceil(count.div_ceil(most))
}

/// Inputs and the one-hot targets of their `rows` rows of logits each, `batch_size` examples at a time.
fn batches(
    inputs: &TensorData,
    labels: &[u32],
    batch_size: usize,
    rows: usize,
    classes: usize,
) -> Vec<Batch> {
    let parts = match Kind::of(inputs.dtype()) {
        Kind::Float => parts::<f64>(inputs, batch_size),
        Kind::Int | Kind::Bool => parts::<i64>(inputs, batch_size),
    };
    labels
        .chunks(batch_size * rows)
        .zip(parts)
        .map(|(labels, inputs)| {
            let mut targets = vec![0.0; labels.len() * classes];
            for (row, &label) in labels.iter().enumerate() {
                targets[row * classes + label as usize] = 1.0;
            }
            Batch {
                program: usize::from(labels.len() != batch_size * rows),
                inputs,
                targets: TensorData::new(targets, [labels.len(), classes]),
            }
        })
        .collect()
}

/// The examples `batch_size` at a time, in the type they have, which `E` holds exactly.
fn parts<E: Element>(inputs: &TensorData, batch_size: usize) -> Vec<TensorData> {
    let shape = inputs.shape().to_vec();
    let size: usize = shape[1..].iter().product();
    let values: Vec<E> = inputs.iter::<E>().collect();
    (0..shape[0])
        .step_by(batch_size)
        .map(|start| {
            let mut extents = shape.clone();
            extents[0] = batch_size.min(shape[0] - start);
            let part = values[start * size..(start + extents[0]) * size].to_vec();
            TensorData::new(part, extents).convert_dtype(inputs.dtype())
        })
        .collect()
}
