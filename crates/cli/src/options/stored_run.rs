//! An earlier run, and one of its checkpoints.

use std::path::PathBuf;

use hesscope_records::Split;
use hesscope_study::Observer;
use hesscope_study::measure::Opened;
use hesscope_study::run::Run;
use hesscope_study::settings::lay_over;

use super::computing::ComputingOptions;
use super::estimation::EstimationOptions;
use crate::failure::Failure;

/// An earlier run, and where it is measured.
#[derive(Debug, clap::Args)]
pub struct StoredRunOptions {
    /// Folder of the run
    run: PathBuf,
    #[command(flatten)]
    computing: ComputingOptions,
}

impl StoredRunOptions {
    /// Opens the run.
    pub fn open(&self, observer: &dyn Observer) -> Result<Run, Failure> {
        self.open_with(&EstimationOptions::default(), observer)
    }

    /// Opens the run with other work for its spectra.
    pub fn open_with(
        &self,
        estimation: &EstimationOptions,
        observer: &dyn Observer,
    ) -> Result<Run, Failure> {
        let mut flags = self.computing.table();
        lay_over(&estimation.table(), &mut flags);
        Ok(Run::open(&self.run, &flags, observer)?)
    }
}

/// A checkpoint of a run, over one of its splits.
#[derive(Debug, clap::Args)]
pub struct CheckpointOptions {
    /// Epoch of the checkpoint [default: the last]
    #[arg(long)]
    epoch: Option<usize>,
    /// Examples the loss is the mean over: train or test
    #[arg(long, default_value_t = Split::Train)]
    split: Split,
}

impl CheckpointOptions {
    /// Opens the checkpoint.
    pub fn open<'a>(
        &self,
        run: &'a Run,
        observer: &'a dyn Observer,
    ) -> Result<Opened<'a>, Failure> {
        let epoch = self.epoch.unwrap_or(run.settings().train.epochs);
        Ok(Opened::new(run, epoch, self.split, observer)?)
    }
}
