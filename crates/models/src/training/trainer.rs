//! A network while it is trained.

use std::collections::BTreeMap;

use burn::tensor::{Device, TensorData};
use hesscope_hvp::{Array, BatchGradient, BatchStatistics, Descent, HvpError, MeanLoss};
use hesscope_ranks::{Ranks, Remote};

use super::error::TrainError;
use super::sgd::Sgd;
use crate::captured::Captured;
use crate::evaluation::HostBatch;
use crate::networks::{BnMode, Network, RUNNING_MOMENTUM};
use crate::state::{NamedTensor, load_state, state_of};

/// The ranks that share every mini-batch.
pub(super) struct Team {
    pub ranks: Ranks,
    /// What the others hold, where this rank leads them.
    pub remote: Option<Remote>,
}

/// A parameter, with its momentum behind the first step.
struct Weight {
    path: String,
    value: Array,
    momentum: Option<Array>,
}

/// A network under training. Its parameters, their momentum and the running statistics stay on the device from step to step;
/// [`network`](Self::network) and [`sgd`](Self::sgd) read them.
///
/// A step goes through the captured network with the kernels of `hesscope-hvp`, which on the host give the same bits whatever the
/// number of threads. The network is captured once for each size of batch.
pub struct Trainer {
    captured: Captured,
    momentum: f64,
    weight_decay: f64,
    weights: Vec<Weight>,
    /// Running means and unbiased variances, by the path of the layer's tensor.
    pub(super) statistics: BTreeMap<String, Array>,
    pub(super) team: Option<Team>,
}

/// What a running statistic moves towards: an array times a number.
pub(super) struct Target(pub Array, pub f64);

/// What a step takes of a mini-batch.
pub(super) struct Found {
    pub loss: MeanLoss,
    /// An array a parameter.
    pub gradient: Vec<Array>,
    /// What running statistics move towards, by their paths.
    pub statistics: BTreeMap<String, Target>,
}

impl Trainer {
    /// A network and an optimizer that go on from where they are, on `device`.
    pub fn new(net: &Network, sgd: &Sgd, device: &Device) -> Self {
        let captured = Captured::new(net, BnMode::Batch, device);
        let precision = net.precision();
        let array = |data: TensorData| Array::from_data(data, precision, captured.device());
        let mut momenta: BTreeMap<String, NamedTensor> = sgd
            .state()
            .into_iter()
            .map(|tensor| (tensor.path.clone(), tensor))
            .collect();
        let (mut weights, mut statistics) = (Vec::new(), BTreeMap::new());
        for NamedTensor {
            path,
            data,
            is_buffer,
            ..
        } in state_of(net)
        {
            if is_buffer {
                statistics.insert(path, array(data));
            } else {
                let momentum = momenta.remove(&path).map(|tensor| array(tensor.data));
                weights.push(Weight {
                    path,
                    value: array(data),
                    momentum,
                });
            }
        }
        Trainer {
            captured,
            momentum: sgd.momentum(),
            weight_decay: sgd.weight_decay(),
            weights,
            statistics,
            team: None,
        }
    }

    /// Steps along the gradient of the mean loss of a mini-batch with learning rate `rate`, with the batch's own statistics, towards
    /// which the running ones move. Gives the loss before the step, which need not be read for the next.
    ///
    /// # Errors
    ///
    /// A batch that does not fit the network, and a device that fails. Nothing has changed then.
    pub fn step(&mut self, batch: HostBatch, rate: f64) -> Result<MeanLoss, TrainError> {
        let (input, classes) = (self.captured.net().input(), self.captured.net().classes());
        batch.check(input, classes)?;
        let found = match self.team.take() {
            Some(team) => {
                let found = self.lead_pass(&team, &batch, rate);
                self.team = Some(team);
                found?
            }
            None => self.pass(batch)?,
        };
        self.descend(found.gradient, &found.statistics, rate);
        Ok(found.loss)
    }

    /// Goes through a mini-batch forward and back.
    pub(super) fn pass(&mut self, batch: HostBatch) -> Result<Found, TrainError> {
        let input = self.captured.net().input();
        let size = batch.len();
        let loss = self.captured.of(size).map_err(HvpError::from)?;
        let values: Vec<Array> = self.weights.iter().map(|w| w.value.clone()).collect();
        let inputs = TensorData::new(batch.images, [&[size], &input[..]].concat());
        let found = loss.gradient(&values, inputs, &batch.labels)?;
        drop(values);
        // Each layer of batch normalization has two running statistics.
        if 2 * found.statistics.len() != self.statistics.len() {
            return Err(TrainError::Fault(format!(
                "the pass has statistics of {} layers for {} running statistics",
                found.statistics.len(),
                self.statistics.len()
            )));
        }
        let BatchGradient {
            loss,
            gradient,
            statistics,
        } = found;
        Ok(Found {
            loss,
            gradient,
            statistics: statistics.into_iter().flat_map(targets).collect(),
        })
    }

    /// Moves the weights along a gradient, and the running statistics towards those of a batch.
    pub(super) fn descend(
        &mut self,
        gradient: Vec<Array>,
        statistics: &BTreeMap<String, Target>,
        rate: f64,
    ) {
        let descent = Descent {
            rate,
            momentum: self.momentum,
            decay: self.weight_decay,
        };
        let weights = std::mem::take(&mut self.weights);
        self.weights = weights
            .into_iter()
            .zip(gradient)
            .map(|(weight, gradient)| {
                let (value, momentum) = descent.step(weight.value, weight.momentum, gradient);
                Weight {
                    path: weight.path,
                    value,
                    momentum: Some(momentum),
                }
            })
            .collect();
        for (path, running) in &mut self.statistics {
            if let Some(Target(value, scale)) = statistics.get(path) {
                let (kept, moved) = (1.0 - RUNNING_MOMENTUM, RUNNING_MOMENTUM * scale);
                *running = running.blend(kept, value, moved);
            }
        }
    }

    /// Zeros in the shape of every parameter.
    pub(super) fn zero_gradient(&self) -> Vec<Array> {
        let zeros = |weight: &Weight| weight.value.zeros_of(&weight.value.shape());
        self.weights.iter().map(zeros).collect()
    }

    /// Shape of an image, and the number of classes.
    pub(super) fn takes(&self) -> ([usize; 3], usize) {
        (self.captured.net().input(), self.captured.net().classes())
    }

    /// The network as it is now, on the trainer's device.
    ///
    /// # Errors
    ///
    /// A device that fails.
    pub fn network(&self) -> Result<Network, TrainError> {
        let net = self.captured.net();
        let mut state = state_of(net);
        let mut weights = self.weights.iter();
        for tensor in &mut state {
            let value = if tensor.is_buffer {
                self.statistics.get(&tensor.path)
            } else {
                weights.next().map(|weight| &weight.value)
            };
            if let Some(value) = value {
                tensor.data = value.to_data().map_err(HvpError::from)?;
            }
        }
        let net = load_state(net.clone(), state, self.captured.device());
        net.map_err(|error| TrainError::Fault(error.to_string()))
    }

    /// The optimizer as it is now.
    ///
    /// # Errors
    ///
    /// A device that fails.
    pub fn sgd(&self) -> Result<Sgd, TrainError> {
        let mut sgd = Sgd::new(self.momentum, self.weight_decay);
        let mut state = Vec::new();
        for weight in &self.weights {
            let Some(momentum) = &weight.momentum else {
                continue;
            };
            state.push(NamedTensor {
                path: weight.path.clone(),
                shape: momentum.shape(),
                data: momentum.to_data().map_err(HvpError::from)?,
                is_buffer: true,
            });
        }
        sgd.load(state)
            .map_err(|error| TrainError::Fault(error.to_string()))?;
        Ok(sgd)
    }
}

/// What the running statistics of a layer move towards: the mean and the unbiased variance of the batch.
fn targets(batch: BatchStatistics) -> [(String, Target); 2] {
    // A single value has no unbiased variance; its biased one, 0, is all there is.
    let unbiased = batch.count as f64 / batch.count.saturating_sub(1).max(1) as f64;
    let path = |name| format!("{}.{name}", batch.layer);
    [
        (path("running_mean"), Target(batch.mean, 1.0)),
        (path("running_var"), Target(batch.variance, unbiased)),
    ]
}
