//! The loss of single mini-batches and its gradient, for training.

use std::collections::HashMap;

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};

use crate::array::Array;
use crate::array::host::numbers::reaches;
use crate::capture::capture;
use crate::error::{CaptureError, HvpError};
use crate::input::InputKind;
use crate::loss::{Loss, Seeds, Targets};
use crate::pass::Tape;
use crate::precision::Precision;
use crate::program::{Node, Parameter, Program, Slot};
use crate::rules::Saved;

const CROSS_ENTROPY: Loss = Loss::CrossEntropy {
    label_smoothing: 0.0,
};

/// A classifier captured for mini-batches of one size, as a function of its parameters: logits, mean cross-entropy and
/// its gradient. It is the same passes that products go through, without directions.
#[derive(Debug)]
pub struct BatchLoss {
    program: Program,
    constants: Vec<Array>,
    precision: Precision,
    device: Device,
}

/// What one mini-batch gives.
#[derive(Debug)]
pub struct BatchGradient {
    /// The mean cross-entropy.
    pub loss: MeanLoss,
    /// Its gradient, one array of a parameter's shape each, in the order of [`BatchLoss::parameters`].
    pub gradient: Vec<Array>,
    /// What batch normalization computed of the batch, a layer each, in the order of the pass.
    pub statistics: Vec<BatchStatistics>,
}

/// The mean cross-entropy of a mini-batch, in nats, which a device may still be computing.
#[derive(Debug)]
pub struct MeanLoss(Reading);

#[derive(Debug)]
enum Reading {
    /// What it is computed from.
    Of {
        logits: Box<Array>,
        /// One row of shares of classes for each row of logits.
        targets: Vec<f64>,
    },
    Known(f64),
}

impl MeanLoss {
    /// A loss that is known.
    pub fn known(loss: f64) -> Self {
        MeanLoss(Reading::Known(loss))
    }

    /// The loss; waits for the device.
    ///
    /// # Errors
    ///
    /// A device that fails.
    pub fn read(&self) -> Result<f64, HvpError> {
        let (logits, targets) = match &self.0 {
            Reading::Of { logits, targets } => (logits, targets),
            Reading::Known(loss) => return Ok(*loss),
        };
        let shape = logits.shape();
        let (rows, classes) = (shape[0], shape[1]);
        let total: f64 = logits
            .to_f64()?
            .chunks(classes)
            .zip(targets.chunks(classes))
            .map(|(z, q)| CROSS_ENTROPY.value(z, q))
            .sum();
        Ok(total / rows as f64)
    }

    /// Whether reading waits for nothing.
    pub fn is_on_host(&self) -> bool {
        match &self.0 {
            Reading::Of { logits, .. } => reaches(logits),
            Reading::Known(_) => true,
        }
    }
}

/// The statistics of a batch that a layer of batch normalization normalized with.
#[derive(Debug)]
pub struct BatchStatistics {
    /// The path of the layer, such as `features.1`.
    pub layer: String,
    /// The mean of each channel, `[c]`.
    pub mean: Array,
    /// The biased variance of each channel, `[c]`.
    pub variance: Array,
    /// The numbers of each channel that they are taken over.
    pub count: usize,
}

impl BatchLoss {
    /// Captures `forward` of `module` for inputs of shape `input`, to be computed on `device`.
    ///
    /// # Errors
    ///
    /// As [`capture`].
    pub fn capture<M: Module, const D: usize, K: InputKind>(
        module: &M,
        input: [usize; D],
        forward: impl FnOnce(&M, Tensor<D, K>) -> Tensor<2>,
        precision: Precision,
        device: &Device,
    ) -> Result<Self, CaptureError> {
        let program = capture(module, input, forward)?;
        Ok(Self::of_program(program, precision, device))
    }

    /// The loss of a classifier that is a program already, to be computed on `device`.
    pub fn of_program(mut program: Program, precision: Precision, device: &Device) -> Self {
        // The parameters come with each call.
        program.initial = Vec::new();
        BatchLoss {
            constants: program.constants_on(precision, device),
            program,
            precision,
            device: device.clone(),
        }
    }

    /// The parameters, in the order in which they are given and their gradients come.
    pub fn parameters(&self) -> &[Parameter] {
        self.program.parameters()
    }

    /// The logits [n, C] of inputs [n, …].
    pub fn logits(&self, parameters: &[Array], inputs: TensorData) -> Array {
        let tape = self.forward(parameters, inputs);
        self.program.logits(&tape)
    }

    /// The loss of inputs [n, …] of these classes, and its gradient.
    ///
    /// # Errors
    ///
    /// A label that is not below the number of classes, and a device that fails.
    pub fn gradient(
        &self,
        parameters: &[Array],
        inputs: TensorData,
        labels: &[u32],
    ) -> Result<BatchGradient, HvpError> {
        let rows = labels.len();
        let classes = self.program.classes();
        let targets = Targets::Classes(labels.to_vec());
        let targets = targets.dense(CROSS_ENTROPY, classes, &vec![true; rows])?;
        let tape = self.forward(parameters, inputs);
        let logits = self.program.logits(&tape);
        let statistics = self.statistics(&tape);
        let weights = vec![1.0 / rows as f64; rows];
        let array = |values, columns| {
            Array::from_vec(values, &[rows, columns], self.precision, &self.device)
        };
        let seeds = Seeds::at(
            CROSS_ENTROPY,
            &logits,
            &array(targets.clone(), classes),
            &array(weights, 1),
        );
        let still = vec![None; self.program.shapes.len()];
        let pulled = self
            .program
            .pull(tape, still, Some(seeds.gradient), None, true);
        let gradient = pulled
            .primal
            .into_iter()
            .zip(self.parameters())
            .map(|(gradient, parameter)| match gradient {
                Some(gradient) => gradient.reshape(&parameter.shape),
                None => Array::zeros(&parameter.shape, self.precision, &self.device),
            })
            .collect();
        Ok(BatchGradient {
            loss: MeanLoss(Reading::Of {
                logits: Box::new(logits),
                targets,
            }),
            gradient,
            statistics,
        })
    }

    fn forward(&self, parameters: &[Array], inputs: TensorData) -> Tape {
        let input = Array::of_any_kind(inputs, self.precision, &self.device);
        self.program.forward(&self.constants, parameters, input)
    }

    /// What the normalizations over the batch have normalized with.
    fn statistics(&self, tape: &Tape) -> Vec<BatchStatistics> {
        let paths: HashMap<Slot, &str> = self
            .parameters()
            .iter()
            .map(|parameter| (parameter.slot, parameter.path.as_str()))
            .collect();
        let of = |(node, saved): (&Node, &Saved)| {
            let [mean, variance] = node.rule.batch_statistics(saved)?;
            let path = node.inputs.iter().find_map(|slot| paths.get(slot))?;
            let numbers: usize = self.program.shapes[node.output].iter().product();
            Some(BatchStatistics {
                layer: path.rsplit_once('.').map_or("", |(layer, _)| layer).into(),
                count: numbers / mean.shape()[0].max(1),
                mean,
                variance,
            })
        };
        let nodes = self.program.nodes().iter().zip(tape.saved());
        nodes.filter_map(of).collect()
    }
}
