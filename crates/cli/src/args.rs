//! The command line.

use clap::{ArgAction, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::commands::check::CheckOptions;
use crate::commands::compare::CompareOptions;
use crate::commands::completions::CompletionsOptions;
use crate::commands::data::DataCommand;
use crate::commands::dynamics::DynamicsOptions;
use crate::commands::eigenvalues::EigenvaluesOptions;
use crate::commands::export::ExportOptions;
use crate::commands::figure::FigureCommand;
use crate::commands::findings::FindingsOptions;
use crate::commands::man::ManOptions;
use crate::commands::model::ModelCommand;
use crate::commands::overlaps::OverlapsOptions;
use crate::commands::plan::PlanOptions;
use crate::commands::report::ReportOptions;
use crate::commands::results::ResultsOptions;
use crate::commands::run::RunOptions;
use crate::commands::schema::SchemaOptions;
use crate::commands::spectrum::SpectrumOptions;
use crate::commands::speed::SpeedOptions;
use crate::commands::sweep::SweepArgs;
use crate::commands::trace::TraceOptions;
use crate::commands::verify::VerifyOptions;
use crate::options::{Headings, NewRunOptions, lists};

/// Measures the spectrum of the loss Hessian of a network, and of every part it decomposes into.
#[derive(Debug, Parser)]
#[command(
    name = "hesscope",
    version,
    propagate_version = true,
    max_term_width = 120
)]
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
    /// Say how long a run will take, and what memory it needs, on so many machines
    #[command(after_help = lists())]
    Plan(Box<PlanOptions>),
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
    /// Say what a model from an ONNX file holds, and whether it can be measured
    #[command(subcommand)]
    Model(ModelCommand),
    /// List the devices this build can compute on
    Devices,
    /// Measure how long products and steps of training take on a device
    Speed(SpeedOptions),
    /// Compare devices with the CPU in float64, or equal runs that were made apart
    Compare(Box<CompareOptions>),
    /// Check a device against exact references
    Verify(VerifyOptions),
    /// Print the completions of a shell
    Completions(CompletionsOptions),
    /// Print the manual page of hesscope, or of one of its commands
    Man(ManOptions),
}

impl Args {
    /// Reads the command line.
    pub fn read() -> Result<Self, clap::Error> {
        let matches = Args::tree().try_get_matches()?;
        Args::from_arg_matches(&matches)
    }

    /// All commands and options.
    pub fn tree() -> clap::Command {
        finished(Args::command())
    }
}

/// Puts the options of every command under headings. The values of an option that takes several are separated by commas, and
/// `-1` is taken for a value, on which the option then says what it wants, and not for another option.
fn finished(command: clap::Command) -> clap::Command {
    let headed = Headings::of(&command);
    let names: Vec<String> = command
        .get_subcommands()
        .map(|command| command.get_name().to_owned())
        .collect();
    let command = command.mut_args(|arg| {
        let arg = headed.set(arg);
        let arg = match arg.get_action() {
            ArgAction::Append if arg.get_long().is_some() => arg.value_delimiter(','),
            _ => arg,
        };
        let takes_values = arg.get_action().takes_values();
        arg.allow_negative_numbers(takes_values)
    });
    names.into_iter().fold(command, |command, name| {
        command.mut_subcommand(name, finished)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_of_options_is_sound() {
        finished(Args::command()).debug_assert();
    }

    /// Options without a value unless one is given.
    const NO_DEFAULT: [&str; 5] = ["config", "devices", "json", "mirror", "shard"];

    fn options(command: &clap::Command, path: &str, found: &mut Vec<(String, clap::Arg)>) {
        for arg in command.get_arguments() {
            found.push((format!("{path} {}", arg.get_id()), arg.clone()));
        }
        for below in command.get_subcommands() {
            options(below, &format!("{path} {}", below.get_name()), found);
        }
    }

    #[test]
    fn every_option_says_what_holds_without_it() {
        let mut all = Vec::new();
        options(&finished(Args::command()), "", &mut all);
        assert!(all.len() > 200, "{}", all.len());
        for (name, arg) in all {
            let option = arg.get_long().is_some() && arg.get_action().takes_values();
            let exempt = NO_DEFAULT.contains(&arg.get_id().as_str()) || arg.is_required_set();
            if option && !exempt {
                let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
                let said = help.contains("[default: ") || !arg.get_default_values().is_empty();
                assert!(said, "{name}: {help}");
            }
        }
    }

    #[test]
    fn help_is_grouped_and_no_wider_than_the_terminal() {
        let command = finished(Args::command()).term_width(80);
        let mut run = command
            .find_subcommand("run")
            .expect("the command run")
            .clone()
            .term_width(80);
        let help = run.render_help().to_string();
        for heading in ["Data:", "Network:", "Training:", "Analysis:", "Options:"] {
            assert!(
                help.lines().any(|line| line == heading),
                "{heading}: {help}"
            );
        }
        for line in help.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}
