//! From a module and data to a problem: the network is captured, the data are read once.

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};

use super::batches::Batches;
use super::captures::Captures;
use super::definition::Problem;
use super::options::ProblemOptions;
use super::plan::plan;
use super::source::{Examples, Source};
use crate::array::{Array, Kind};
use crate::capture::capture_with;
use crate::error::{CaptureError, HvpError};
use crate::input::InputKind;
use crate::loss::Objective;
use crate::lower::Rules;
use crate::program::Program;
use crate::space::ParameterSpace;

impl Problem {
    /// The mean cross-entropy of a classifier over examples in memory, computed on the module's own device with the
    /// default [`ProblemOptions`]. `inputs` are [n, …], `labels` the class of each row of logits.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn cross_entropy<M: Module, const D: usize, K: InputKind>(
        module: &M,
        forward: impl Fn(&M, Tensor<D, K>) -> Tensor<2>,
        inputs: TensorData,
        labels: Vec<u32>,
    ) -> Result<Self, HvpError> {
        let device = module.devices().into_iter().next().unwrap_or_default();
        let examples = Examples { inputs, labels };
        Self::new(
            module,
            forward,
            examples,
            &device,
            ProblemOptions::default(),
        )
    }

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
        options: ProblemOptions,
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
        options: ProblemOptions,
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
        options: ProblemOptions,
    ) -> Result<Self, HvpError> {
        let programs = Programs {
            of: |shape: &[usize]| {
                let input: [usize; D] = shape.try_into().map_err(|_| {
                    HvpError::Input(format!(
                        "an example has inputs of shape {shape:?}: give inputs of {D} axes, the examples first",
                    ))
                })?;
                Ok(capture_with(rules, module, input, &forward)?)
            },
            integers: K::INTEGERS,
            fixed_batch: None,
        };
        Self::from_programs(programs, data, objective, device, options)
    }

    /// The loss over a data set of a network that comes as programs, one for each size of batch.
    ///
    /// Where the network takes batches of one size alone, the data go through it in batches of that size.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new); and when examples are left over from the batches that the network takes, or
    /// [`ProblemOptions::batch_size`] is another.
    pub fn from_programs(
        programs: Programs<impl Fn(&[usize]) -> Result<Program, HvpError>>,
        data: impl Source + 'static,
        objective: impl Into<Objective>,
        device: &Device,
        mut options: ProblemOptions,
    ) -> Result<Self, HvpError> {
        let objective = objective.into();
        objective.check()?;
        let count = data.len();
        if count == 0 {
            return Err(HvpError::Input(
                "there are no examples: give at least one".into(),
            ));
        }
        let first = data.batch(0..1).map_err(HvpError::of_source)?.inputs;
        let Programs {
            of,
            integers,
            fixed_batch,
        } = programs;
        let found = first.dtype();
        if integers && Kind::of(found) != Kind::Int {
            return Err(HvpError::Input(format!(
                "the network takes integers but the inputs are {found:?}: give inputs of an integer type",
            )));
        }
        if let Some(fixed) = fixed_batch {
            check_fixed(fixed, count, options.batch_size)?;
            options.batch_size = Some(fixed);
        }
        let shape = first.shape().to_vec();
        let mut captures = Captures::new(|batch| {
            let mut shape = shape.clone();
            if let Some(examples) = shape.first_mut() {
                *examples = batch;
            }
            of(&shape)
        });
        let plan = plan(&mut captures, count, device, &options)?;
        let alone = captures.take(fixed_batch.unwrap_or(1))?;
        let mut programs = vec![captures.take(plan.batch_size)?];
        if !count.is_multiple_of(plan.batch_size) {
            programs.push(captures.take(count % plan.batch_size)?);
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
        let upload = |data: &TensorData| Array::of_any_kind(data.clone(), precision, device);
        let constants_of = |program: &Program| program.constants_on(precision, device);
        let constants = programs.iter().map(constants_of).collect();
        let alone_constants = constants_of(&alone);
        let parameters = captures.values().iter().map(upload).collect();
        let batches =
            Batches::first_pass(Box::new(data), &programs, objective, precision, integers)?;
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
            company: None,
        })
    }
}

/// A network as programs.
#[derive(Clone, Copy, Debug)]
pub struct Programs<F> {
    /// Its program for a batch of inputs of this shape, the examples first. All have the same parameters in the same order.
    pub of: F,
    /// Whether the network takes integers, such as tokens.
    pub integers: bool,
    /// The one size of batch that the network takes; none where it takes any.
    pub fixed_batch: Option<usize>,
}

/// Refuses data and options that batches of the one size a network takes do not go over.
fn check_fixed(fixed: usize, count: usize, wanted: Option<usize>) -> Result<(), HvpError> {
    if fixed == 0 {
        return Err(HvpError::Input(
            "the network takes batches of 0 examples: export it for a batch of any size".into(),
        ));
    }
    if wanted.is_some_and(|wanted| wanted != fixed) {
        return Err(HvpError::Input(format!(
            "the network takes batches of {fixed} alone: leave `batch_size` out or set it to {fixed}",
        )));
    }
    if !count.is_multiple_of(fixed) {
        let above = count.div_ceil(fixed) * fixed;
        let fitting = match count / fixed * fixed {
            0 => above.to_string(),
            below => format!("{below} or {above}"),
        };
        return Err(HvpError::Input(format!(
            "the network takes batches of {fixed} alone and {count} is no multiple of {fixed}: give {fitting} examples, or \
             export the network for a batch of any size",
        )));
    }
    Ok(())
}
