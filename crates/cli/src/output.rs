//! Progress: a bar on a terminal, plain lines elsewhere, both on standard error.

use std::cell::Cell;
use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The progress of one long step.
pub struct Progress {
    bar: ProgressBar,
    /// Where there is no terminal, the units done at which the next line is due; never if zero.
    next_line: Cell<u64>,
}

impl Progress {
    /// A step of about `total` units; nothing is drawn where standard error is no terminal.
    pub fn new(total: u64, unit: &str) -> Self {
        Self::with_template(
            total,
            &format!("{{msg:28}} {{bar:30}} {{pos}}/{{len}} {unit}, {{eta}} left"),
        )
    }

    /// A step that says itself how fast it goes and how long it will, by [`note`](Self::note).
    pub fn with_note(total: u64, unit: &str) -> Self {
        Self::with_template(
            total,
            &format!("{{msg:28}} {{bar:20}} {{pos}}/{{len}} {unit}{{prefix}}"),
        )
    }

    fn with_template(total: u64, template: &str) -> Self {
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(500));
        Progress {
            bar,
            next_line: Cell::new(0),
        }
    }

    /// Bytes that arrive, with their rate.
    pub fn bytes() -> Self {
        Self::with_template(
            0,
            "{msg:28} {bar:30} {bytes}/{total_bytes}, {bytes_per_sec}, {eta} left",
        )
    }

    /// Where the step stands.
    pub fn set(&self, done: u64) {
        self.bar.set_position(done);
    }

    /// Also says how far the step is where there is no terminal, with a line each quarter.
    pub fn with_lines(self) -> Self {
        if !std::io::stderr().is_terminal() {
            self.next_line.set(self.quarter());
        }
        self
    }

    fn quarter(&self) -> u64 {
        self.bar.length().unwrap_or(0).div_ceil(4)
    }

    /// What is being done.
    pub fn say(&self, message: impl Into<String>) {
        self.bar.set_message(message.into());
    }

    /// What stands behind the bar, where there is room for it.
    pub fn note(&self, note: impl Into<String>) {
        self.bar.set_prefix(note.into());
    }

    /// So many more units are done.
    pub fn advance(&self, units: u64) {
        self.bar.inc(units);
        let (done, due) = (self.bar.position(), self.next_line.get());
        if due > 0 && done >= due {
            let total = self.bar.length().unwrap_or(done);
            eprintln!("{}: {done} of about {total} done", self.bar.message());
            self.next_line.set(done + self.quarter());
        }
    }

    /// Starts the step anew with another number of units.
    pub fn restart(&self, total: u64) {
        self.bar.reset();
        self.bar.set_length(total);
    }

    /// A line that stays.
    pub fn line(&self, line: &str) {
        self.bar.suspend(|| eprintln!("{line}"));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
