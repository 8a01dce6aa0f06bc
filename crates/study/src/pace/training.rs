//! The pace of a training by what it tells, and the work that is left of it.

use std::time::Instant;

use hesscope_models::TrainConfig;

use super::rate::{Left, Pace, Work};
use crate::observer::TrainingEvent;

/// The pace of a training, or of the trainings of a search, one after the other.
#[derive(Debug, Default)]
pub struct TrainingPace {
    pace: Pace,
    training: Option<Training>,
    /// When the batch that is being trained on began.
    batch_began: Option<Instant>,
    /// What is left of the epoch under way, and of the training behind it. The latter is counted when the epoch begins: a
    /// batch takes no longer for the epochs that are to come.
    epoch: Work,
    behind: Work,
}

/// The training under way.
#[derive(Debug)]
struct Training {
    config: TrainConfig,
    /// Examples of the training split.
    examples: usize,
    /// Trials of a search that follow.
    trials: usize,
}

impl TrainingPace {
    /// Something happened now.
    pub fn event(&mut self, event: TrainingEvent<'_>) {
        match event {
            TrainingEvent::Started {
                trial,
                config,
                examples,
                ..
            } => {
                self.training = Some(Training {
                    config: config.clone(),
                    examples,
                    trials: trial.map_or(0, |(_, behind)| behind),
                });
            }
            TrainingEvent::EpochStarted { epoch, .. } => {
                if let Some(training) = &self.training {
                    self.epoch = training.work_of(epoch);
                    self.behind = training.behind(epoch);
                }
                self.batch_began = Some(Instant::now());
            }
            TrainingEvent::BatchDone { batch, .. } => self.batch_done(batch),
            TrainingEvent::Evaluated(seconds) => self.pace.evaluation(seconds),
            TrainingEvent::EpochDone(_) => self.epoch = Work::default(),
            _ => {}
        }
    }

    /// Examples trained on in a second, once that is known well enough.
    pub fn examples_per_second(&self) -> Option<f64> {
        self.pace.examples_per_second()
    }

    /// The time left of the epoch under way, once the pace is known.
    pub fn left_of_epoch(&self) -> Option<Left> {
        self.pace.left(self.epoch)
    }

    /// The time left of all, once the pace is known.
    pub fn left(&self) -> Option<Left> {
        self.pace.left(self.epoch + self.behind)
    }

    fn batch_done(&mut self, batch: usize) {
        let Some(training) = &self.training else {
            return;
        };
        let now = Instant::now();
        if let Some(began) = self.batch_began.replace(now) {
            let examples = training.done(batch) - training.done(batch.saturating_sub(1));
            self.pace.batch(examples, now.duration_since(began));
        }
        self.epoch.examples = training.examples - training.done(batch);
    }
}

impl Training {
    /// Examples that so many batches of an epoch have.
    fn done(&self, batches: usize) -> usize {
        (batches * self.config.batch_size).min(self.examples)
    }

    /// An epoch, its evaluation with it.
    fn work_of(&self, epoch: usize) -> Work {
        Work {
            examples: self.examples,
            evaluations: usize::from(self.config.evaluates(epoch)),
        }
    }

    /// What is left of the training behind `epoch`, and the trials that follow.
    fn behind(&self, epoch: usize) -> Work {
        let config = &self.config;
        let epochs = config.epochs.saturating_sub(epoch) + self.trials * config.epochs;
        Work {
            examples: self.examples.saturating_mul(epochs),
            evaluations: config.evaluations(epoch + 1) + self.trials * config.evaluations(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_counted_from_the_events() {
        let config = TrainConfig {
            epochs: 5,
            batch_size: 40,
            eval_every: 2,
            ..TrainConfig::default()
        };
        let work = |examples, evaluations| Work {
            examples,
            evaluations,
        };
        let mut pace = TrainingPace::default();
        // Nothing is known of a training that has not begun.
        pace.event(TrainingEvent::BatchDone { epoch: 1, batch: 1 });
        assert_eq!(pace.left(), None);
        pace.event(TrainingEvent::Started {
            trial: Some((0.1, 2)),
            config: &config,
            examples: 100,
            history: &[],
        });
        let batches = 3;
        pace.event(TrainingEvent::EpochStarted { epoch: 2, batches });
        assert_eq!(pace.epoch, work(100, 1));
        // Three epochs of this trial, evaluated after two of them, and two whole trials.
        assert_eq!(pace.behind, work(300 + 1000, 2 + 2 * 4));
        for (batch, left) in [(1, 60), (2, 20), (3, 0)] {
            pace.event(TrainingEvent::BatchDone { epoch: 2, batch });
            assert_eq!(pace.epoch, work(left, 1), "batch {batch}");
        }
        assert_eq!(pace.examples_per_second(), None, "less than a second");
    }
}
