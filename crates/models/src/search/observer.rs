//! Following a search.

use super::table::Trial;
use crate::training::{SilentObserver, TrainObserver};

/// Follows a search, and the training of each trial.
pub trait SearchObserver: TrainObserver {
    /// Trial `number` (from 1) of `count` starts or goes on.
    fn trial_started(&mut self, number: usize, count: usize, learning_rate: f64) {
        let _ = (number, count, learning_rate);
    }
    /// A trial is finished and safely in the table; `reused` where an earlier search had finished it.
    fn trial_done(&mut self, trial: &Trial, reused: bool) {
        let _ = (trial, reused);
    }
}

impl SearchObserver for SilentObserver {}
