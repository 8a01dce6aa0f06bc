//! A network with random weights, opened on the device.

use burn::tensor::{Device, TensorData};
use hesscope_hvp::{Examples, HvpError, Problem, ProblemOptions};
use hesscope_models::{BnMode, Network};
use hesscope_spectral::VectorSpace;

use super::images::Images;
use super::limit::{Deadline, Limited};
use super::request::SpeedRequest;
use crate::device::Room;
use crate::error::StudyError;

/// The loss of a network over the images as a problem, whose passes end at the deadline.
pub fn open(
    network: &Network,
    images: &Images,
    request: &SpeedRequest,
    device: &Device,
    room: Room,
    deadline: &Deadline,
) -> Result<Problem, StudyError> {
    let [channels, height, width] = images.input;
    let shape = [images.batch.len(), channels, height, width];
    let examples = Examples {
        inputs: TensorData::new(images.batch.images.clone(), shape),
        labels: images.batch.labels.clone(),
    };
    let options = ProblemOptions {
        precision: request.precision,
        directions: request.directions.iter().copied().max().unwrap_or(1),
        memory: room.bytes,
        ..ProblemOptions::default()
    };
    let limited = Limited {
        examples,
        deadline: deadline.clone(),
    };
    let forward = |network: &Network, x| network.forward(x, BnMode::Running);
    let mut problem = Problem::new(network, forward, limited, device, options)?;
    calm(&mut problem)?;
    Ok(problem)
}

/// Scales the last layer so that no logit is above one. Untrained networks may be so sure of a class that
/// all other probabilities are zero, and the parts of G by class with them: then there is nothing to multiply.
fn calm(problem: &mut Problem) -> Result<(), HvpError> {
    let logits = problem.evaluate()?.logits;
    let largest = logits.iter().fold(1.0f64, |most, z| most.max(z.abs()));
    if !largest.is_finite() {
        return Ok(());
    }
    let parameters = problem.parameters();
    let last = parameters.len().saturating_sub(2);
    let head: usize = parameters[last..].iter().map(|it| it.len()).sum();
    let space = problem.space().clone();
    let mut point = space.to_host(&problem.point());
    let start = point.len() - head;
    point[start..].iter_mut().for_each(|x| *x /= largest);
    problem.move_to(&space.from_host(&point))?;
    Ok(())
}
