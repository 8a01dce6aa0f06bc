//! The logits of a network, batch by batch.

use std::fmt::Display;

use burn::tensor::{Device, TensorData};
use hesscope_hvp::Array;

use super::batches::BatchError;
use crate::captured::Captured;
use crate::networks::{BnMode, Network};
use crate::state::state_of;

/// A network with running statistics on a device.
pub(super) struct Forward {
    parameters: Vec<Array>,
    captured: Captured,
}

impl Forward {
    pub(super) fn new(net: &Network, device: &Device) -> Self {
        let captured = Captured::new(net, BnMode::Running, device);
        let precision = net.precision();
        let parameters = state_of(net)
            .into_iter()
            .filter(|tensor| !tensor.is_buffer)
            .map(|tensor| Array::from_data(tensor.data, precision, captured.device()));
        Forward {
            parameters: parameters.collect(),
            captured,
        }
    }

    /// The logits of `count` images, row-major.
    pub(super) fn logits(
        &mut self,
        images: Vec<f32>,
        count: usize,
    ) -> Result<Vec<f64>, BatchError> {
        let failed = |error: &dyn Display| BatchError::Computation {
            sentence: error.to_string(),
        };
        let [c, h, w] = self.captured.net().input();
        let captured = self.captured.of(count).map_err(|error| failed(&error))?;
        let images = TensorData::new(images, [count, c, h, w]);
        let logits = captured.logits(&self.parameters, images);
        logits.to_f64().map_err(|error| failed(&error))
    }
}
