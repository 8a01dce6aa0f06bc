//! The command line.

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::commands::check::CheckOptions;
use crate::commands::compare::CompareOptions;
use crate::commands::data::DataCommand;
use crate::commands::dynamics::DynamicsOptions;
use crate::commands::eigenvalues::EigenvaluesOptions;
use crate::commands::export::ExportOptions;
use crate::commands::figure::FigureCommand;
use crate::commands::findings::FindingsOptions;
use crate::commands::overlaps::OverlapsOptions;
use crate::commands::report::ReportOptions;
use crate::commands::results::ResultsOptions;
use crate::commands::run::RunOptions;
use crate::commands::schema::SchemaOptions;
use crate::commands::spectrum::SpectrumOptions;
use crate::commands::speed::SpeedOptions;
use crate::commands::sweep::SweepArgs;
use crate::commands::trace::TraceOptions;
use crate::commands::verify::VerifyOptions;
use crate::options::{NewRunOptions, lists};

/// Measures the spectrum of the loss Hessian of a network, and of every part it decomposes into.
#[derive(Debug, Parser)]
#[command(name = "hesscope", version, about, propagate_version = true)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Train a network, measure the spectra of Hess, G and H, and write a report
    #[command(after_help = lists())]
    Run(Box<RunOptions>),
    /// Train a network and keep its checkpoints
    #[command(after_help = lists())]
    Train(Box<NewRunOptions>),
    /// Measure the spectrum of one operator at one checkpoint of a run
    Spectrum(SpectrumOptions),
    /// Find leading eigenvalues of operators at checkpoints of a run, at far fewer products than their spectra
    Eigenvalues(EigenvaluesOptions),
    /// Estimate the trace of one operator at one checkpoint of a run, and with it the mean eigenvalue
    Trace(TraceOptions),
    /// Measure the angles between outlier spaces, class means and the gradient of a run, along its training
    Overlaps(OverlapsOptions),
    /// Judge each finding of the papers on a run, by rules that were fixed before: confirmed, not confirmed or undecided
    Findings(FindingsOptions),
    /// Train at several sample sizes, and follow the spectra of Hess and its parts over these and over epochs
    #[command(after_help = lists())]
    Dynamics(Box<DynamicsOptions>),
    /// Draw a figure of the papers from runs, or from what it trains
    #[command(subcommand)]
    Figure(FigureCommand),
    /// Run a grid of data sets, networks, sample sizes, epochs, seeds and learning rates into one table
    Sweep(SweepArgs),
    /// Write the report of a run again from what its folder holds
    Report(ReportOptions),
    /// Write one page of the findings that runs and dynamics hold
    Results(ResultsOptions),
    /// Write weights, analyses or eigenvectors to files that other programs read
    Export(ExportOptions),
    /// Say what in the folder of a run, or of a sweep, is damaged, missing or of another run
    Check(CheckOptions),
    /// Print the JSON schema of a kind of file
    Schema(SchemaOptions),
    /// List, describe, fetch and check data sets
    #[command(subcommand)]
    Data(DataCommand),
    /// List the devices this build can compute on
    Devices,
    /// Measure how long products and steps of training take on a device
    Speed(SpeedOptions),
    /// Compare devices with the CPU in float64, or equal runs that were made apart
    Compare(Box<CompareOptions>),
    /// Check a device against exact references
    Verify(VerifyOptions),
}

impl Args {
    /// Reads the command line.
    pub fn read() -> Result<Self, clap::Error> {
        let matches = numbers_may_be_negative(Args::command()).try_get_matches()?;
        Args::from_arg_matches(&matches)
    }
}

/// Takes `-1` for the value of an option, which then says what it wants, and not for another option.
fn numbers_may_be_negative(command: clap::Command) -> clap::Command {
    let names: Vec<String> = command
        .get_subcommands()
        .map(|command| command.get_name().to_owned())
        .collect();
    let command = command.mut_args(|arg| {
        let takes_value = arg.get_action().takes_values();
        if takes_value {
            arg.allow_negative_numbers(true)
        } else {
            arg
        }
    });
    names.into_iter().fold(command, |command, name| {
        command.mut_subcommand(name, numbers_may_be_negative)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_of_options_is_sound() {
        numbers_may_be_negative(Args::command()).debug_assert();
    }
}
