//! The `hesscope` command: train an image classifier, measure the spectrum of its loss Hessian and
//! of the parts it decomposes into, and report.
#![forbid(unsafe_code)]

mod args;
mod commands;
mod company;
mod failure;
mod lost_device;
mod memory;
mod options;
mod output;
mod refusal;
mod signals;
mod threads;

use std::io::{Write, stdout};
use std::process::ExitCode;

use args::{Args, Command};
use commands::{
    check, compare, completions, data, devices, dynamics, eigenvalues, export, figure, findings,
    man, model, overlaps, plan, report, results, run, schema, spectrum, speed, sweep, trace, train,
    verify,
};
use failure::Failure;
use output::{stream, tell};

fn main() -> ExitCode {
    memory::keep_what_is_freed();
    company::run(command)
}

fn command() -> ExitCode {
    let args = match Args::read() {
        Ok(args) => args,
        Err(error) => return not_read(&error),
    };
    let ended = signals::watch()
        .and_then(|()| lost_device::caught(|| dispatch(args)))
        .and_then(|()| stream::finish());
    exit(ended)
}

/// Prints help and the version, which are no errors; everything else exits with 2, as all bad input does.
fn not_read(error: &clap::Error) -> ExitCode {
    if let Some(failure) = refusal::sentence(error) {
        return exit(Err(failure));
    }
    let printed = error.print().and_then(|()| stdout().flush());
    if error.use_stderr() {
        return ExitCode::from(2);
    }
    exit(stream::check(printed))
}

fn exit(ended: Result<(), Failure>) -> ExitCode {
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            tell(format_args!("hesscope: {failure}"));
            ExitCode::from(failure.code())
        }
    }
}

fn dispatch(args: Args) -> Result<(), Failure> {
    match args.command {
        Command::Run(options) => run::run(&options),
        Command::Train(options) => train::run(&options),
        Command::Spectrum(options) => spectrum::run(&options),
        Command::Eigenvalues(options) => eigenvalues::run(&options),
        Command::Trace(options) => trace::run(&options),
        Command::Overlaps(options) => overlaps::run(&options),
        Command::Findings(options) => findings::run(&options),
        Command::Dynamics(options) => dynamics::run(&options),
        Command::Figure(command) => figure::run(&command),
        Command::Sweep(options) => sweep::run(options),
        Command::Results(options) => results::run(&options),
        Command::Plan(options) => plan::run(&options),
        Command::Report(options) => report::run(&options),
        Command::Export(options) => export::run(&options),
        Command::Check(options) => check::run(&options),
        Command::Schema(options) => schema::run(&options),
        Command::Data(command) => data::run(&command),
        Command::Model(command) => model::run(&command),
        Command::Devices => {
            devices::run();
            Ok(())
        }
        Command::Speed(options) => speed::run(&options),
        Command::Compare(options) => compare::run(&options),
        Command::Verify(options) => verify::run(&options),
        Command::Completions(options) => completions::run(&options, Args::tree()),
        Command::Man(options) => man::run(&options, Args::tree()),
    }
}
