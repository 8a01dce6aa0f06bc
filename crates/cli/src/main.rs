//! The `hesscope` command: train an image classifier, measure the spectrum of its loss Hessian and
//! of the parts it decomposes into, and report.
#![forbid(unsafe_code)]

mod analysis;
mod args;
mod attribute;
mod checkpoint_epochs;
mod class_means;
mod counted;
mod data;
mod data_settings;
mod dataset_help;
mod density;
mod devices;
mod dynamics;
mod eigenvectors;
mod export;
mod failure;
mod figure;
mod folder;
mod leading;
mod learning_rate;
mod memory;
mod outliers;
mod output;
mod overlaps;
mod pace;
mod partial;
mod pipeline;
mod run;
mod schema;
mod seeds;
mod settings;
mod source;
mod sweep;
mod tensorboard;
mod timing;
mod toml_file;
mod train_settings;
mod training;
mod verification;
mod watcher;

use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};
use failure::Failure;

fn main() -> ExitCode {
    memory::keep_what_is_freed();
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Help and version are no errors; everything else exits with 2, as all bad input does.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    if let Err(failure) = interruptible().and_then(|()| dispatch(args)) {
        eprintln!("hesscope: {failure}");
        return ExitCode::from(failure.code());
    }
    ExitCode::SUCCESS
}

/// Everything that is written is written beside its name and renamed, so that leaving at any moment
/// leaves a folder that the same command goes on with.
fn interruptible() -> Result<(), Failure> {
    ctrlc::set_handler(|| {
        eprintln!("\nhesscope: interrupted; what was finished is kept, and the same command goes on from there");
        std::process::exit(130);
    })
    .map_err(|error| Failure::new(format!("cannot watch for Ctrl-C: {error}")))
}

fn dispatch(args: Args) -> Result<(), Failure> {
    match args.command {
        Command::Run(options) => pipeline::run(&options),
        Command::Train(options) => pipeline::train(&options),
        Command::Spectrum(options) => pipeline::spectrum(&options),
        Command::Overlaps(options) => overlaps::run(&options),
        Command::Attribute(options) => attribute::run(&options),
        Command::Dynamics(options) => dynamics::run(&options),
        Command::Figure(command) => figure::run(&command),
        Command::Report(options) => pipeline::report(&options),
        Command::Export(options) => export::run(&options),
        Command::Schema(options) => schema::run(&options),
        Command::Data(command) => data::run(&command),
        Command::Devices => {
            devices::list();
            Ok(())
        }
        Command::Sweep(options) => sweep::run(options),
        Command::Verify(options) => verification::run(&options),
    }
}
