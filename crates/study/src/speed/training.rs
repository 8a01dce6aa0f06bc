//! The time of steps of training.

use burn::tensor::Device;
use hesscope_models::{Network, Sgd, TrainConfig, Trainer};
use hesscope_records::Timed;

use super::clock::time;
use super::images::Images;
use super::limit::Deadline;
use super::request::SpeedRequest;

/// Times steps of SGD on one mini-batch, which is the same in every step and goes to the device anew each time.
pub fn training(
    network: &Network,
    images: &Images,
    request: &SpeedRequest,
    device: &Device,
    deadline: &Deadline,
) -> Timed {
    let config = TrainConfig::default();
    let sgd = Sgd::new(config.momentum, config.weight_decay);
    let batch = images.batch(request.training_batch);
    let mut trainer = Trainer::new(network, &sgd, device);
    let timed = time("step of training", request.time_limit, deadline, || {
        let stepped = trainer.step(batch.clone(), config.learning_rate);
        stepped.map_err(|error| error.to_string())?;
        // Nothing of a step is read.
        device.sync().map_err(|error| error.to_string())
    });
    match timed {
        Ok(seconds) => Timed::Done(seconds.times(batch.len(), 1, None)),
        Err(sentence) => Timed::NotDone(sentence),
    }
}
