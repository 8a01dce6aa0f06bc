//! A bar on a terminal, plain lines elsewhere, both on standard error.

use std::cell::Cell;
use std::io::IsTerminal;
use std::thread::Builder;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::stream::tell;

/// The progress of one long step.
pub struct Progress {
    bar: ProgressBar,
    /// Where there is no terminal, the units done at which the next line is due; never if zero.
    next_line: Cell<u64>,
}

impl Progress {
    /// About so many products; where there is no terminal, a line each quarter.
    pub fn products(message: &str, total: u64) -> Self {
        let progress =
            Self::with_template(total, "{msg:28} {bar:30} {pos}/{len} products, {eta} left");
        progress.bar.set_message(message.to_owned());
        if !std::io::stderr().is_terminal() {
            progress.next_line.set(progress.quarter());
        }
        progress
    }

    /// Batches, with a note on how fast they go.
    pub fn batches() -> Self {
        Self::with_template(0, "{msg:28} {bar:20} {pos}/{len} batches{prefix}")
    }

    /// Bytes that arrive, with their rate.
    pub fn bytes() -> Self {
        Self::with_template(
            0,
            "{msg:28} {bar:30} {bytes}/{total_bytes}, {bytes_per_sec}, {eta} left",
        )
    }

    fn with_template(total: u64, template: &str) -> Self {
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        // The bar of a file is never drawn. Where no thread can be had, it moves with the work alone.
        if std::io::stderr().is_terminal() && Builder::new().spawn(|| {}).is_ok() {
            bar.enable_steady_tick(Duration::from_millis(500));
        }
        Progress {
            bar,
            next_line: Cell::new(0),
        }
    }

    fn quarter(&self) -> u64 {
        self.bar.length().unwrap_or(0).div_ceil(4)
    }

    /// Begins a step of so many units, which does what the message says.
    pub fn restart(&self, message: impl Into<String>, total: u64) {
        self.bar.reset();
        self.bar.set_length(total);
        self.bar.set_message(message.into());
    }

    /// Says where the step stands.
    pub fn set(&self, done: u64) {
        self.bar.set_position(done);
    }

    /// Says so many more units are to come.
    pub fn expect(&self, units: u64) {
        self.bar.inc_length(units);
    }

    /// Says so many more units are done.
    pub fn advance(&self, units: u64) {
        self.bar.inc(units);
        let (done, due) = (self.bar.position(), self.next_line.get());
        if due > 0 && done >= due {
            let total = self.bar.length().unwrap_or(done);
            tell(format_args!(
                "{}: {done} of about {total} products done",
                self.bar.message()
            ));
            self.next_line.set(done + self.quarter());
        }
    }

    /// Writes a note behind the bar.
    pub fn note(&self, note: impl Into<String>) {
        self.bar.set_prefix(note.into());
    }

    /// Prints a line that stays.
    pub fn line(&self, line: &str) {
        self.bar.suspend(|| tell(line));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
