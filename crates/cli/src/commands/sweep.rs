//! `hesscope sweep`: a grid of runs in one folder, made by any number of processes, and one table of their analyses.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use hesscope_files::nearest;
use hesscope_study::sweep::{
    Collected, Plan, Shard, Spec, SweepFolder, carry_out, collect, status,
};

use crate::failure::Failure;
use crate::output::{Terminal, tell};

/// What to do with which sweep.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct SweepArgs {
    #[command(subcommand)]
    command: Option<SweepCommand>,
    #[command(flatten)]
    run: Option<SweepOptions>,
}

/// What to do with a sweep other than to run it.
#[derive(Debug, Subcommand)]
enum SweepCommand {
    /// Run what is left of a sweep; the same as without `run`
    Run(SweepOptions),
    /// Say which runs are done, at work, failed and left, and about how long it will take
    Status(FolderOptions),
    /// Write the table and its page from the runs that are done
    Collect(FolderOptions),
}

/// Which part of which sweep to run, and how.
#[derive(Debug, Args)]
struct SweepOptions {
    /// Spec of the sweep: the grid, and the settings all runs share
    #[arg(required = true, value_name = "SPEC.toml")]
    spec: PathBuf,
    /// Folder of the sweep, which several processes may work in at once [default: sweeps/NAME of NAME.toml]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Only the I-th, I+N-th, I+2N-th … run, as one job of an array of N does
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    /// Also run again what failed before this start
    #[arg(long)]
    retry_failed: bool,
    /// End without waiting for runs that other processes are at work on
    #[arg(long)]
    no_wait: bool,
    /// List the runs in their order, and do nothing
    #[arg(long)]
    dry_run: bool,
}

/// Which sweep.
#[derive(Debug, Args)]
struct FolderOptions {
    /// Folder of the sweep, or the spec whose default folder is meant
    #[arg(value_name = "DIR|SPEC.toml")]
    sweep: PathBuf,
}

/// `hesscope sweep`, in whichever form.
pub fn run(args: SweepArgs) -> Result<(), Failure> {
    let terminal = Terminal::new();
    match (args.command, args.run) {
        (Some(SweepCommand::Run(options)), _) | (None, Some(options)) => {
            let spec = read(&options.spec)?;
            if options.dry_run {
                terminal.print(spec.listing(options.shard));
                return Ok(());
            }
            start(&options, &spec, &terminal)
        }
        (Some(SweepCommand::Status(options)), _) => {
            let (folder, plan) = Plan::find(&options.sweep)?;
            let status = status(&folder, plan)?;
            for sentence in &status.damaged {
                tell(format_args!("note: {sentence}; the run counts as left"));
            }
            terminal.print(format_args!("sweep {}: {status}", folder.root().display()));
            Ok(())
        }
        (Some(SweepCommand::Collect(options)), _) => {
            let (folder, _) = Plan::find(&options.sweep)?;
            show(&collect(&folder, true, &terminal)?, &terminal);
            Ok(())
        }
        (None, None) => Err(Failure::new(
            "no spec is given: name one, as in `hesscope sweep SPEC.toml`",
        )),
    }
}

/// Reads a spec. A word that is no file may be a slip in the name of a command.
fn read(path: &Path) -> Result<Spec, Failure> {
    let word = path.to_str().unwrap_or_default();
    match nearest(word, ["run", "status", "collect"]) {
        Some(meant) if path.extension().is_none() && !path.exists() => Err(Failure::new(format!(
            "there is no spec {word}: did you mean `hesscope sweep {meant}`?"
        ))),
        _ => Ok(Spec::read(path)?),
    }
}

/// Carries out what is chosen. A sweep with failed runs is no success.
fn start(options: &SweepOptions, spec: &Spec, terminal: &Terminal) -> Result<(), Failure> {
    let folder = SweepFolder::of(&options.spec, options.out.as_deref());
    let how = hesscope_study::sweep::SweepOptions {
        shard: options.shard,
        retry_failed: options.retry_failed,
        no_wait: options.no_wait,
    };
    let outcome = carry_out(&folder, spec, &how, terminal)?;
    show(&outcome.collected, terminal);
    if outcome.failures.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = outcome
        .failures
        .iter()
        .map(|record| record.run.as_str())
        .collect();
    Err(Failure::negative(format!(
        "{} of {} runs failed ({}): correct what is said of them above, then start again with --retry-failed",
        names.len(),
        outcome.runs,
        names.join(", ")
    )))
}

/// What there is on standard error, where the table lies on standard output.
fn show(collected: &Collected, terminal: &Terminal) {
    let Collected {
        rows,
        runs,
        done,
        failed,
        files,
    } = collected;
    tell(format_args!(
        "{done} of {runs} runs are done, {failed} failed, {} are left; the table has {rows} rows",
        runs - done - failed
    ));
    for file in files {
        terminal.print(file.display());
    }
}
