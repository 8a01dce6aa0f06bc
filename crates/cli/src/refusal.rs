//! What is said of a command line that cannot be read.

use std::error::Error as _;
use std::ffi::OsString;
use std::num::{IntErrorKind, ParseFloatError, ParseIntError};

use clap::CommandFactory;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use hesscope_files::{did_you_mean, nearest};

use crate::args::Args;
use crate::failure::Failure;

/// The sentence on a value that cannot be what the user wrote, by the name of its option; none for other errors, on which
/// clap says more.
pub fn sentence(error: &clap::Error) -> Option<Failure> {
    if error.kind() == ErrorKind::InvalidSubcommand {
        return unknown_command(error);
    }
    if error.kind() == ErrorKind::UnknownArgument {
        return unknown_option(error);
    }
    if !matches!(
        error.kind(),
        ErrorKind::ValueValidation | ErrorKind::InvalidValue
    ) {
        return None;
    }
    let text = |kind| match error.get(kind)? {
        ContextValue::String(text) => Some(text.as_str()),
        _ => None,
    };
    let option = text(ContextKind::InvalidArg)?;
    let option = option.split_whitespace().next()?;
    let value = text(ContextKind::InvalidValue)?;
    if value.is_empty() {
        return Some(Failure::new(format!("{option} has no value: give one")));
    }
    let sentence = match (remedy(error), error.source()) {
        (Some(remedy), _) => format!("{option} is {value}: {remedy}"),
        (None, Some(reason)) => format!("{option}: {reason}"),
        (None, None) => return None,
    };
    Some(Failure::new(sentence))
}

/// The sentence on a word that is no command, of those of the command before it, where one is like it.
fn unknown_command(error: &clap::Error) -> Option<Failure> {
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) else {
        return None;
    };
    let suggested = match error.get(ContextKind::SuggestedSubcommand) {
        Some(ContextValue::Strings(names)) => names.last().cloned(),
        _ => None,
    };
    let command = Args::command();
    let names = command.get_subcommands().map(clap::Command::get_name);
    let meant = suggested.or_else(|| nearest(word, names).map(str::to_owned))?;
    Some(Failure::new(format!(
        "there is no command `{word}`: did you mean `{meant}`?"
    )))
}

/// The sentence on an option that its command does not have; none for a word too many.
fn unknown_option(error: &clap::Error) -> Option<Failure> {
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidArg) else {
        return None;
    };
    let name = word.strip_prefix("--")?;
    let (command, path) = command_of(std::env::args_os().skip(1));
    let options = command.get_arguments().filter_map(clap::Arg::get_long);
    let advice = match nearest(name, options) {
        Some(meant) => format!("did you mean `--{meant}`?"),
        None => format!("`{path} --help` lists its options"),
    };
    Some(Failure::new(format!(
        "`{path}` has no option `{word}`: {advice}"
    )))
}

/// The command that these words begin with, and its name with those of the commands above it.
fn command_of(words: impl Iterator<Item = OsString>) -> (clap::Command, String) {
    let mut command = Args::tree();
    let mut path = command.get_name().to_owned();
    for word in words {
        let Some(below) = command.find_subcommand(&word).cloned() else {
            break;
        };
        path = format!("{path} {}", below.get_name());
        command = below;
    }
    (command, path)
}

/// What to give in place of a word that is none of those known, or of what is no number.
fn remedy(error: &clap::Error) -> Option<String> {
    if let Some(ContextValue::Strings(words)) = error.get(ContextKind::ValidValue) {
        let meant = match error.get(ContextKind::InvalidValue) {
            Some(ContextValue::String(word)) => {
                did_you_mean(word, words.iter().map(String::as_str))
            }
            _ => String::new(),
        };
        return Some(format!("{meant}choose one of {}", words.join(", ")));
    }
    let reason = error.source()?;
    if let Some(reason) = reason.downcast_ref::<ParseIntError>() {
        return Some(match reason.kind() {
            IntErrorKind::PosOverflow => "give a smaller whole number".into(),
            _ => "give a whole number, 0 or more".into(),
        });
    }
    reason
        .is::<ParseFloatError>()
        .then(|| "give a number".into())
}
