//! What a study tells whoever watches it. The library prints nothing.

use hesscope_hvp::Plan;
use hesscope_measure::Observer as ProductObserver;
use hesscope_models::{EpochMetrics, SearchTable, TrainConfig, Trial};
use hesscope_records::Analysis;
use std::path::Path;

/// A training, as it goes on.
#[derive(Debug, Clone, Copy)]
pub enum TrainingEvent<'a> {
    /// A training, or one trial of a search, begins or goes on after these epochs.
    Started {
        /// The learning rate of the trial, where it is one of a search, and how many trials come behind it.
        trial: Option<(f64, usize)>,
        /// How it is trained.
        config: &'a TrainConfig,
        /// Training examples.
        examples: usize,
        /// What earlier processes have trained.
        history: &'a [EpochMetrics],
    },
    /// An epoch of so many batches begins.
    EpochStarted {
        /// The epoch.
        epoch: usize,
        /// Its batches.
        batches: usize,
    },
    /// A batch is done.
    BatchDone {
        /// The epoch.
        epoch: usize,
        /// How many batches of it are done.
        batch: usize,
    },
    /// Both splits were evaluated in so many seconds.
    Evaluated(f64),
    /// An epoch is done.
    EpochDone(&'a EpochMetrics),
    /// A search of these learning rates begins, of so many epochs each.
    SearchStarted {
        /// The rates, ascending.
        rates: &'a [f64],
        /// Epochs of each trial.
        epochs: usize,
    },
    /// Trial `number` of `count` begins.
    TrialStarted {
        /// Which it is, from 1.
        number: usize,
        /// How many there are.
        count: usize,
        /// Its rate.
        learning_rate: f64,
    },
    /// A trial is done.
    TrialDone {
        /// What came of it.
        trial: &'a Trial,
        /// Whether it was done before.
        reused: bool,
    },
    /// A search is done, with this rate as the best.
    SearchDone {
        /// All trials.
        table: &'a SearchTable,
        /// The rate.
        best: f64,
    },
}

/// What a study tells.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// Something that the user should know.
    Note(&'a str),
    /// The folder of the run that is made or gone on with.
    Folder(&'a Path),
    /// What was asked for, as in `hess over train, epoch 5`, is in the folder already.
    Reused(&'a str),
    /// How products will be formed.
    Plan(&'a Plan),
    /// A training.
    Training(TrainingEvent<'a>),
    /// An analysis that was found or made, and its file.
    Analysed(&'a Analysis, &'a Path),
    /// A run of a sweep begins: its place from 1, how many there are, and its name.
    RunStarted(usize, usize, &'a str),
    /// A run of a sweep failed.
    RunFailed(&'a str, &'a str),
}

/// Who watches a study. `()` does not listen.
pub trait Observer: ProductObserver {
    /// Something happened.
    fn event(&self, _event: Event<'_>) {}

    /// Whether the study should end as soon as it can; what is finished is kept.
    fn interrupted(&self) -> bool {
        false
    }
}

impl Observer for () {}
