//! A network captured for each size of batch it meets.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use burn::module::Module;
use burn::tensor::Device;
use hesscope_hvp::{BatchLoss, CaptureError};

use crate::networks::{BnMode, Network};

/// A network in one mode on a device, captured once for each size of batch.
pub(crate) struct Captured {
    net: Network,
    mode: BnMode,
    device: Device,
    by_size: BTreeMap<usize, BatchLoss>,
}

impl Captured {
    /// Nothing is captured yet.
    pub(crate) fn new(net: &Network, mode: BnMode, device: &Device) -> Self {
        Captured {
            net: net.valid(),
            mode,
            device: device.clone().without_autodiff(),
            by_size: BTreeMap::new(),
        }
    }

    /// The network; its numbers are those that it came with.
    pub(crate) fn net(&self) -> &Network {
        &self.net
    }

    /// Where it is computed.
    pub(crate) fn device(&self) -> &Device {
        &self.device
    }

    /// The network for batches of this size.
    pub(crate) fn of(&mut self, size: usize) -> Result<&BatchLoss, CaptureError> {
        Ok(match self.by_size.entry(size) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let [c, h, w] = self.net.input();
                let forward = |net: &Network, x| net.forward(x, self.mode);
                let precision = self.net.precision();
                entry.insert(BatchLoss::capture(
                    &self.net,
                    [size, c, h, w],
                    forward,
                    precision,
                    &self.device,
                )?)
            }
        })
    }
}
