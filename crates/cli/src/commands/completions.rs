//! `hesscope completions`: what a shell needs to complete commands and options.

use clap_complete::Shell;

use crate::failure::Failure;
use crate::output::print;

/// Which shell.
#[derive(Debug, clap::Args)]
pub struct CompletionsOptions {
    /// Shell that reads them
    shell: Shell,
}

/// Prints the completions of the command line `tree`.
pub fn run(options: &CompletionsOptions, mut tree: clap::Command) -> Result<(), Failure> {
    let name = tree.get_name().to_owned();
    let mut bytes = Vec::new();
    clap_complete::generate(options.shell, &mut tree, name, &mut bytes);
    print(String::from_utf8_lossy(&bytes).trim_end());
    Ok(())
}
