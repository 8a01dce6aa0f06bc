//! One step of training.

use burn::tensor::Device;

use super::sgd::Sgd;
use crate::{
    evaluation::{BatchError, HostBatch, cross_entropy},
    networks::{BnMode, Network},
};

/// Steps a network, on an autodiff `device` and made ready by its `train`, along the gradient of the mean loss of one
/// mini-batch with learning rate `rate`. Gives the network after the step, and the loss before it in nats, which is read
/// from the device: behind it the gradient is computed.
///
/// # Errors
///
/// A batch that does not fit the network.
pub fn step(
    net: Network,
    sgd: &mut Sgd,
    batch: HostBatch,
    rate: f64,
    device: &Device,
) -> Result<(Network, f64), BatchError> {
    batch.check(net.input(), net.classes())?;
    let (images, labels) = batch.into_parts(net.input(), device, net.dtype());
    let loss = cross_entropy(net.forward(images, BnMode::Train), &labels);
    let mut gradients = loss.backward();
    let loss = loss.into_scalar::<f64>();
    Ok((sgd.step(net, &mut gradients, rate), loss))
}
