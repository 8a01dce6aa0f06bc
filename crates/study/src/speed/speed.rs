//! Every network, one after another.

use std::path::Path;

use burn::tensor::Device;
use hesscope_hvp::Problem;
use hesscope_models::{NetConfig, Network};
use hesscope_records::{NetworkSpeed, ProductSpeed, Speed, SpeedPlan, SpeedSettings, Terms, Timed};

use super::book::Book;
use super::images::Images;
use super::limit::Deadline;
use super::network::open;
use super::products::products;
use super::request::SpeedRequest;
use super::training::training;
use crate::device::Room;
use crate::error::StudyError;
use crate::observer::{Event, Observer};
use crate::run::require_class;

/// Times products and training of every network. With a `file` the record is written there, anew after each measurement, so
/// that what was measured stays where the process is ended.
///
/// What cannot be done, or not in time, is said in its place, and the rest goes on.
///
/// # Errors
///
/// Before anything is measured: a device, data or a network that cannot be had, and counts of zero. A file that cannot be
/// written.
pub fn speed(
    request: &SpeedRequest,
    file: Option<&Path>,
    observer: &dyn Observer,
) -> Result<Speed, StudyError> {
    request.check()?;
    let device = request.device.open(request.precision)?;
    let images = Images::of(request, observer)?;
    for &operator in &request.operators {
        require_class(operator, images.classes)?;
    }
    for network in &request.networks {
        Room::of_host(request.memory_mib).require(network, images.input, images.classes)?;
    }
    let room = Room::of(request.device, request.memory_mib);
    let settings = settings(request, &images, room);
    let shared = Shared {
        request,
        images: &images,
        device: &device,
        room,
        deadline: Deadline::default(),
        observer,
    };
    let mut book = Book::new(settings, &request.device.describe(&device), file);
    for network in &request.networks {
        shared.measure(network, &mut book)?;
    }
    Ok(book.close())
}

fn settings(request: &SpeedRequest, images: &Images, room: Room) -> SpeedSettings {
    SpeedSettings {
        device: request.device.to_string(),
        precision: request.precision,
        dataset: request.data.as_ref().map(|data| data.dataset.to_string()),
        input: images.input,
        classes: images.classes,
        examples: images.batch.len(),
        networks: request
            .networks
            .iter()
            .map(|network| network.name().to_owned())
            .collect(),
        operators: request.operators.clone(),
        directions: request.directions.clone(),
        training_batch: request.training_batch,
        memory_mib: room.bytes >> 20,
        time_limit: request.time_limit,
        seed: request.seed,
    }
}

/// What all networks share.
struct Shared<'a> {
    request: &'a SpeedRequest,
    images: &'a Images,
    device: &'a Device,
    /// The memory that products may take.
    room: Room,
    deadline: Deadline,
    observer: &'a dyn Observer,
}

impl Shared<'_> {
    /// Measures one network.
    fn measure(&self, config: &NetConfig, book: &mut Book<'_>) -> Result<(), StudyError> {
        let request = self.request;
        let (input, classes) = (self.images.input, self.images.classes);
        let network = config.init(input, classes, request.seed, &Device::flex())?;
        book.network(NetworkSpeed {
            network: config.name().to_owned(),
            parameters: network.num_parameters(),
            plan: None,
            products: Vec::new(),
            training: None,
        })?;
        if request.products {
            self.products(&network, book)?;
        }
        if request.training {
            let (images, deadline) = (self.images, &self.deadline);
            let timed = training(&network, images, request, self.device, deadline);
            book.training(timed)?;
        }
        Ok(())
    }

    /// Times the products of a network with every operator.
    fn products(&self, network: &Network, book: &mut Book<'_>) -> Result<(), StudyError> {
        let (request, deadline) = (self.request, &self.deadline);
        deadline.set(request.time_limit);
        let opened = open(
            network,
            self.images,
            request,
            self.device,
            self.room,
            deadline,
        );
        let opened = opened.map_err(|error| {
            if deadline.is_over() {
                format!("the network was not opened in {} s", request.time_limit)
            } else {
                error.to_string()
            }
        });
        deadline.lift();
        if let Ok(problem) = &opened {
            self.observer.event(Event::Plan(&problem.plan()));
            book.plan(plan(problem))?;
        }
        self.observer
            .begin(network.config().name(), self.measurements());
        for &operator in &request.operators {
            for &directions in &request.directions {
                book.products(match &opened {
                    Ok(problem) => products(problem, operator, directions, request, deadline),
                    Err(reason) => not_opened(operator, directions, reason),
                })?;
                self.observer.advance(1);
            }
        }
        Ok(())
    }

    fn measurements(&self) -> usize {
        self.request.operators.len() * self.request.directions.len()
    }
}

fn plan(problem: &Problem) -> SpeedPlan {
    let (plan, program) = (problem.plan(), problem.program());
    SpeedPlan {
        batch_size: plan.batch_size,
        directions: plan.directions,
        side_by_side: plan.side_by_side,
        bytes: plan.bytes,
        multiply_adds: program.multiply_adds() / program.batch(),
    }
}

fn not_opened(operator: Terms, directions: usize, reason: &str) -> ProductSpeed {
    ProductSpeed {
        operator,
        directions,
        timed: Timed::NotDone(reason.to_owned()),
    }
}
