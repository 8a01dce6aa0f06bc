//! The logits of a network, batch by batch.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use burn::module::Module;
use burn::tensor::{Device, TensorData};
use hesscope_hvp::{Array, BatchLoss};

use super::batches::BatchError;
use crate::networks::{BnMode, Network};
use crate::state::state_of;

/// A network with running statistics on a device, captured once for each size of batch.
pub(super) struct Forward<'a> {
    net: Network,
    device: &'a Device,
    parameters: Vec<Array>,
    captured: BTreeMap<usize, BatchLoss>,
}

impl<'a> Forward<'a> {
    pub(super) fn new(net: &Network, device: &'a Device) -> Self {
        let precision = net.precision();
        let parameters = state_of(net)
            .into_iter()
            .filter(|tensor| !tensor.is_buffer)
            .map(|tensor| Array::from_data(tensor.data, precision, device));
        Forward {
            net: net.valid(),
            device,
            parameters: parameters.collect(),
            captured: BTreeMap::new(),
        }
    }

    /// The logits of `count` images, row-major.
    pub(super) fn logits(
        &mut self,
        images: Vec<f32>,
        count: usize,
    ) -> Result<Vec<f64>, BatchError> {
        let [c, h, w] = self.net.input();
        let shape = [count, c, h, w];
        let failed = |error: &dyn std::fmt::Display| BatchError::Computation {
            sentence: error.to_string(),
        };
        let captured = match self.captured.entry(count) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let forward = |net: &Network, x| net.forward(x, BnMode::Running);
                let precision = self.net.precision();
                let captured =
                    BatchLoss::capture(&self.net, shape, forward, precision, self.device);
                entry.insert(captured.map_err(|error| failed(&error))?)
            }
        };
        let logits = captured.logits(&self.parameters, TensorData::new(images, shape));
        logits.to_f64().map_err(|error| failed(&error))
    }
}
