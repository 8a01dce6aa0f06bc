//! A run to make, or to go on with.

use std::path::PathBuf;

use hesscope_study::Observer;
use hesscope_study::run::Run;

use super::settings::SettingsOptions;
use crate::failure::Failure;

/// A run to make, or to go on with.
#[derive(Debug, clap::Args)]
pub struct NewRunOptions {
    #[command(flatten)]
    settings: SettingsOptions,
    /// Folder of the run [default: runs/DATASET-NET-HASH]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl NewRunOptions {
    /// Makes the run.
    pub fn make(&self, observer: &dyn Observer) -> Result<Run, Failure> {
        let settings = self.settings.resolve()?;
        Ok(Run::make(settings, self.out.as_deref(), observer)?)
    }
}
