//! The record while it is made, written after each measurement.

use std::path::Path;
use std::time::Instant;

use hesscope_records::record::write_at;
use hesscope_records::{
    NetworkSpeed, Origin, ProductSpeed, Speed, SpeedPlan, SpeedSettings, Timed,
};

use crate::error::StudyError;

/// A record and its file.
pub struct Book<'a> {
    record: Speed,
    file: Option<&'a Path>,
    start: Instant,
}

impl<'a> Book<'a> {
    /// A record without networks, of a device in words.
    pub fn new(settings: SpeedSettings, device: &str, file: Option<&'a Path>) -> Self {
        Book {
            record: Speed {
                origin: Origin::of(&settings, device, 0.0),
                settings,
                networks: Vec::new(),
            },
            file,
            start: Instant::now(),
        }
    }

    /// A network comes, of which nothing is measured yet.
    pub fn network(&mut self, network: NetworkSpeed) -> Result<(), StudyError> {
        self.record.networks.push(network);
        self.write()
    }

    /// How products go through the last network.
    pub fn plan(&mut self, plan: SpeedPlan) -> Result<(), StudyError> {
        if let Some(network) = self.record.networks.last_mut() {
            network.plan = Some(plan);
        }
        self.write()
    }

    /// Products with the last network were timed.
    pub fn products(&mut self, products: ProductSpeed) -> Result<(), StudyError> {
        if let Some(network) = self.record.networks.last_mut() {
            network.products.push(products);
        }
        self.write()
    }

    /// Training the last network was timed.
    pub fn training(&mut self, timed: Timed) -> Result<(), StudyError> {
        if let Some(network) = self.record.networks.last_mut() {
            network.training = Some(timed);
        }
        self.write()
    }

    /// The whole record.
    pub fn close(self) -> Speed {
        self.record
    }

    fn write(&mut self) -> Result<(), StudyError> {
        self.record.origin.seconds = self.start.elapsed().as_secs_f64();
        match self.file {
            Some(file) => Ok(write_at(file, &self.record)?),
            None => Ok(()),
        }
    }
}
