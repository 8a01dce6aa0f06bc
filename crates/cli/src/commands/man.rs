//! `hesscope man`: manual pages.

use clap_mangen::Man;

use crate::failure::Failure;
use crate::output::print;

/// Which page.
#[derive(Debug, clap::Args)]
pub struct ManOptions {
    /// Command the page is of, such as `run` or `data fetch` [default: hesscope itself, whose page lists all commands]
    command: Vec<String>,
}

/// Prints the page of a command of the command line `tree`.
pub fn run(options: &ManOptions, mut tree: clap::Command) -> Result<(), Failure> {
    let version = tree.get_version().unwrap_or_default();
    let source = format!("{} {version}", tree.get_name());
    tree.build();
    let mut command = &tree;
    for name in &options.command {
        command = command.find_subcommand(name).ok_or_else(|| {
            Failure::new(format!(
                "there is no command `hesscope {}`: `hesscope --help` lists the commands",
                options.command.join(" ")
            ))
        })?;
    }
    let mut bytes = Vec::new();
    Man::new(command.clone())
        .source(source)
        .render(&mut bytes)?;
    print(String::from_utf8_lossy(&bytes).trim_end());
    Ok(())
}
