//! What a study tells, on a terminal.

use std::cell::RefCell;
use std::fmt::Display;
use std::path::Path;

use hesscope_report::plain;
use hesscope_study::{Event, Observer};

use super::progress::Progress;
use super::stream::{print, tell};
use super::training::TrainingLines;

/// Shows notes and progress on standard error, and on standard output every analysis, where that is asked for.
#[derive(Default)]
pub struct Terminal {
    shown: RefCell<Shown>,
    prints_analyses: bool,
}

/// What is under way.
#[derive(Default)]
enum Shown {
    #[default]
    Nothing,
    Training(Box<TrainingLines>),
    Products(Progress),
}

impl Terminal {
    /// Shows notes and progress.
    pub fn new() -> Self {
        Self::default()
    }

    /// Prints also every analysis as soon as it is found or made.
    pub fn with_analyses() -> Self {
        Terminal {
            prints_analyses: true,
            ..Self::default()
        }
    }

    /// Prints a result on standard output; no bar is under way behind it.
    pub fn print(&self, result: impl Display) {
        self.clear();
        print(result);
    }

    /// Prints what was found, and the file that it is kept in.
    pub fn found(&self, text: impl Display, file: &Path) {
        self.print(text);
        self.print(file.display());
    }

    /// Takes the bar away.
    fn clear(&self) {
        self.shown.take();
    }

    /// Prints a line on standard error, above the bar.
    fn line(&self, line: &str) {
        match &*self.shown.borrow() {
            Shown::Nothing => tell(line),
            Shown::Training(training) => training.line(line),
            Shown::Products(bar) => bar.line(line),
        }
    }
}

impl hesscope_measure::Observer for Terminal {
    fn begin(&self, what: &str, products: usize) {
        // The bar that was is taken away before the next is drawn.
        self.clear();
        self.shown
            .replace(Shown::Products(Progress::products(what, products as u64)));
    }

    fn expect(&self, products: usize) {
        if let Shown::Products(bar) = &*self.shown.borrow() {
            bar.expect(products as u64);
        }
    }

    fn advance(&self, products: usize) {
        if let Shown::Products(bar) = &*self.shown.borrow() {
            bar.advance(products as u64);
        }
    }

    fn note(&self, sentence: &str) {
        self.line(&format!("note: {sentence}"));
    }
}

impl Observer for Terminal {
    fn event(&self, event: Event<'_>) {
        match event {
            Event::Note(sentence) => self.line(&format!("note: {sentence}")),
            Event::Folder(root) => self.line(&format!("run folder {}", root.display())),
            Event::Reused(what) => self.line(&format!("{what}: reused")),
            Event::Plan(plan) => self.line(&plan.to_string()),
            Event::Training(event) => {
                let mut shown = self.shown.borrow_mut();
                if !matches!(*shown, Shown::Training(_)) {
                    *shown = Shown::Nothing;
                    *shown = Shown::Training(Box::new(TrainingLines::new()));
                }
                if let Shown::Training(training) = &mut *shown {
                    training.event(event);
                }
            }
            Event::Analysed(analysis, _) => {
                if self.prints_analyses {
                    self.print(plain::analysis(analysis));
                }
            }
            Event::RunStarted(number, runs, name) => {
                self.clear();
                self.line(&format!("run {number} of {runs}: {name}"));
            }
            Event::RunFailed(name, sentence) => {
                self.clear();
                self.line(&format!("failed: {name}: {sentence}"));
            }
        }
    }
}
