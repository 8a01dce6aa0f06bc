//! Signals that ask the command to end.

use std::fmt::Display;

use crate::failure::Failure;
use crate::output::tell;

/// Ends the process at once when the terminal, the user or the system asks for it, with one sentence and the code 128 + n of
/// the signal n.
///
/// Everything that is written is written beside its name and renamed, so that leaving at any moment leaves a folder in which
/// the same command resumes. A hang-up that the caller has set aside, as `nohup` does, stays set aside.
#[cfg(unix)]
pub fn watch() -> Result<(), Failure> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use std::thread::Builder;

    let mut watched = vec![SIGINT, SIGTERM];
    if !ignores(SIGHUP) {
        watched.push(SIGHUP);
    }
    let mut signals = Signals::new(&watched).map_err(|error| unwatched(&error))?;
    let wait = move || {
        if let Some(signal) = signals.forever().next() {
            end(match signal {
                SIGINT => "interrupted",
                SIGHUP => "the terminal was closed",
                _ => "told to end",
            });
            std::process::exit(128 + signal);
        }
    };
    let thread = Builder::new().name("signals".into()).spawn(wait);
    thread.map(drop).map_err(|error| {
        Failure::new(format!(
            "cannot start a thread ({error}): raise the limit on processes (`ulimit -u`)"
        ))
    })
}

/// As on Unix, for Ctrl-C and the closing of the console.
#[cfg(not(unix))]
pub fn watch() -> Result<(), Failure> {
    ctrlc::set_handler(|| {
        end("interrupted");
        std::process::exit(130);
    })
    .map_err(|error| unwatched(&error))
}

fn end(why: &str) {
    // Threads of a device's driver may panic where the process ends under them.
    std::panic::set_hook(Box::new(|_| {}));
    tell(format_args!(
        "\nhesscope: {why}; what is finished is kept, and the work resumes when you repeat the command"
    ));
}

fn unwatched(error: &impl Display) -> Failure {
    Failure::new(format!("cannot watch for signals: {error}"))
}

/// Whether this process was started with the signal ignored. Where the system does not say so, it is taken to be: then the
/// signal does what it does by default.
#[cfg(unix)]
fn ignores(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status");
    status.is_ok_and(|status| is_in_mask(&status, signal)) || !cfg!(target_os = "linux")
}

/// Whether the ignored signals of a text in the form of `/proc/self/status` have this one.
#[cfg(unix)]
fn is_in_mask(status: &str, signal: i32) -> bool {
    let mut lines = status.lines();
    let mask = lines.find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}

#[cfg(all(test, unix))]
mod tests {
    use super::is_in_mask;

    #[test]
    fn ignored_signals_are_read_from_their_mask() {
        // 1 is SIGHUP, 15 SIGTERM: bits 0 and 14.
        let status = "SigBlk:\tffffffffffffffff\nSigIgn:\t0000000000004001\nSigCgt:\t0\n";
        for (signal, ignored) in [(1, true), (2, false), (15, true), (16, false)] {
            assert_eq!(is_in_mask(status, signal), ignored, "{signal}");
        }
        assert!(!is_in_mask("Name:\tx\n", 1));
    }
}
