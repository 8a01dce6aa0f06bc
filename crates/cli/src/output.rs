//! Progress: a bar on a terminal, plain lines elsewhere, both on standard error.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The progress of one long step.
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A step of about `total` units; nothing is drawn where standard error is no terminal.
    pub fn new(total: u64, unit: &str) -> Self {
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
        let template = format!("{{msg:28}} {{bar:30}} {{pos}}/{{len}} {unit}, {{eta}} left");
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(500));
        Progress { bar }
    }

    /// What is being done.
    pub fn say(&self, message: impl Into<String>) {
        self.bar.set_message(message.into());
    }

    /// So many more units are done.
    pub fn advance(&self, units: u64) {
        self.bar.inc(units);
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
