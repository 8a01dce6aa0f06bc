//! The command's arguments.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::shard::Shard;

/// What to do with which sweep.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct SweepArgs {
    #[command(subcommand)]
    pub command: Option<SweepCommand>,
    #[command(flatten)]
    pub run: Option<SweepOptions>,
}

/// What to do with a sweep other than to run it.
#[derive(Debug, Subcommand)]
pub enum SweepCommand {
    /// Run what is left of a sweep; the same as without `run`
    Run(SweepOptions),
    /// Say which runs are done, at work, failed and left, and about how long it will take
    Status(FolderOptions),
    /// Write the table and its page from the runs that are done
    Collect(FolderOptions),
}

/// Which part of which sweep to run, and how.
#[derive(Debug, Args)]
pub struct SweepOptions {
    /// Spec of the sweep: the grid, and the settings all runs share
    #[arg(required = true, value_name = "SPEC.toml")]
    pub spec: PathBuf,
    /// Folder of the sweep, which several processes may work in at once [default: sweeps/NAME of NAME.toml]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Only the I-th, I+N-th, I+2N-th … run, as one job of an array of N does
    #[arg(long, value_name = "I/N")]
    pub shard: Option<Shard>,
    /// Also run again what failed before this start
    #[arg(long)]
    pub retry_failed: bool,
    /// End without waiting for runs that other processes are at work on
    #[arg(long)]
    pub no_wait: bool,
    /// List the runs in their order, and do nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Which sweep.
#[derive(Debug, Args)]
pub struct FolderOptions {
    /// Folder of the sweep, or the spec whose default folder is meant
    #[arg(value_name = "DIR|SPEC.toml")]
    pub sweep: PathBuf,
}
