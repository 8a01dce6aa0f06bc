//! A training as it is shown: a bar for the epoch, a line for each epoch that is done, a table of a search.

use std::time::Instant;

use hesscope_models::{Edge, EpochMetrics, Metrics, SearchTable, TrainConfig, Trial};
use hesscope_study::TrainingEvent;

use super::pace::{Pace, Work, rate_in_words};
use super::progress::Progress;
use super::table::table;

/// Shows one training, or the trainings of a search.
pub struct TrainingLines {
    bar: Progress,
    pace: Pace,
    /// The training under way.
    training: Option<Training>,
    /// When the batch that is being trained on began.
    batch_began: Option<Instant>,
    /// The epoch under way, and what is left of the training behind it. Counted when it begins: a batch takes no longer for
    /// the epochs that are to come.
    epoch: Work,
    behind: Work,
}

struct Training {
    /// The trial of a search that this is: its rate, and how many trials follow.
    trial: Option<(f64, usize)>,
    config: TrainConfig,
    /// Examples of the training split.
    examples: usize,
}

impl TrainingLines {
    /// Before the training.
    pub fn new() -> Self {
        TrainingLines {
            bar: Progress::batches(),
            pace: Pace::default(),
            training: None,
            batch_began: None,
            epoch: Work::default(),
            behind: Work::default(),
        }
    }

    /// Prints a line that stays.
    pub fn line(&self, line: &str) {
        self.bar.line(line);
    }

    /// Shows what happened.
    pub fn event(&mut self, event: TrainingEvent<'_>) {
        match event {
            TrainingEvent::Started {
                trial,
                config,
                examples,
                history,
            } => {
                let training = Training {
                    trial,
                    config: config.clone(),
                    examples,
                };
                if let Some(last) = history.last() {
                    self.line(&training.resumed(last.epoch));
                }
                self.training = Some(training);
            }
            TrainingEvent::EpochStarted { epoch, batches } => {
                if let Some(training) = &self.training {
                    let message = format!(
                        "{}epoch {epoch} of {}",
                        training.who(),
                        training.config.epochs
                    );
                    self.epoch = training.work_of(epoch);
                    self.behind = training.behind(epoch);
                    self.bar.restart(message, batches as u64);
                }
                self.batch_began = Some(Instant::now());
            }
            TrainingEvent::BatchDone { batch, .. } => self.batch_done(batch),
            TrainingEvent::Evaluated(seconds) => self.pace.evaluation(seconds),
            TrainingEvent::EpochDone(metrics) => self.epoch_done(metrics),
            TrainingEvent::SearchStarted { rates, epochs } => self.line(&format!(
                "search for the learning rate: {} values from {} to {}, {epochs} epochs each",
                rates.len(),
                rates.first().copied().unwrap_or(f64::NAN),
                rates.last().copied().unwrap_or(f64::NAN)
            )),
            TrainingEvent::TrialStarted {
                number,
                count,
                learning_rate,
            } => self.line(&format!(
                "learning rate {learning_rate}: training {number} of {count}"
            )),
            TrainingEvent::TrialDone { trial, reused } => {
                if let Some(epoch) = trial.diverged_in.filter(|_| !reused) {
                    self.line(&format!(
                        "learning rate {}: diverged in epoch {epoch}",
                        trial.learning_rate
                    ));
                }
            }
            TrainingEvent::SearchDone { table, best } => {
                for line in search_lines(table, best) {
                    self.line(&line);
                }
            }
        }
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
        self.bar.advance(1);
        let this = Work {
            examples: self.epoch.examples - training.done(batch),
            ..self.epoch
        };
        let whole = Work {
            examples: this.examples.saturating_add(self.behind.examples),
            evaluations: this.evaluations + self.behind.evaluations,
        };
        let words = pace_in_words(&self.pace, &[("epoch ", this), ("all ", whole)]);
        if !words.is_empty() {
            self.bar.note(format!(", {words}"));
        }
    }

    fn epoch_done(&self, metrics: &EpochMetrics) {
        let Some(training) = &self.training else {
            return;
        };
        let (epoch, epochs) = (metrics.epoch, training.config.epochs);
        let mut line = format!("{}epoch {epoch:>4} of {epochs}", training.who());
        match (metrics.train, metrics.test, metrics.running_loss) {
            (Some(train), Some(test), _) => {
                line += &(split_words("train", train) + &split_words("test", test));
            }
            (_, _, Some(loss)) => line += &format!("   running loss {loss:<9.4}"),
            _ => {}
        }
        let left = [("", training.behind(epoch))];
        let left = if epoch < epochs { &left[..] } else { &[] };
        let words = pace_in_words(&self.pace, left);
        if !words.is_empty() && epoch > 0 {
            line += &format!("   {words}");
        }
        self.line(line.trim_end());
    }
}

impl Training {
    fn who(&self) -> String {
        self.trial
            .map_or_else(String::new, |(rate, _)| format!("learning rate {rate}: "))
    }

    fn resumed(&self, epoch: usize) -> String {
        let epochs = self.config.epochs;
        let who = self.who();
        if epoch == epochs {
            format!("{who}training is already done after epoch {epoch} of {epochs}")
        } else {
            format!("{who}training resumes after epoch {epoch} of {epochs}")
        }
    }

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
        let trials = self.trial.map_or(0, |(_, behind)| behind);
        let epochs = config.epochs.saturating_sub(epoch) + trials * config.epochs;
        Work {
            examples: self.examples.saturating_mul(epochs),
            evaluations: config.evaluations(epoch + 1) + trials * config.evaluations(0),
        }
    }
}

fn pace_in_words(pace: &Pace, left: &[(&str, Work)]) -> String {
    let Some(rate) = pace.examples_per_second() else {
        return String::new();
    };
    let mut words = rate_in_words(rate);
    for &(what, work) in left {
        if let Some(left) = pace.left(work) {
            words += &format!(", {what}{left} left");
        }
    }
    words
}

fn split_words(name: &str, metrics: Metrics) -> String {
    format!(
        "   {name} loss {:<9.4} accuracy {:>6.2}%",
        metrics.loss,
        100.0 * metrics.accuracy
    )
}

/// The table of a search, with what follows from it.
fn search_lines(found: &SearchTable, best: f64) -> Vec<String> {
    let header = [
        "learning rate",
        "final training loss",
        "accuracy",
        "test loss",
        "accuracy",
        "",
    ];
    let row = |trial: &Trial| {
        let mark = if trial.learning_rate == best {
            "best"
        } else {
            ""
        };
        let of = |metrics: Option<Metrics>, digits: usize| {
            metrics.map_or([String::new(), String::new()], |metrics| {
                let accuracy = format!("{:.2}%", 100.0 * metrics.accuracy);
                [format!("{:.digits$}", metrics.loss), accuracy]
            })
        };
        let mut row = vec![trial.learning_rate.to_string()];
        match trial.diverged_in {
            Some(epoch) => row.push(format!("diverged in epoch {epoch}")),
            None => {
                row.extend(of(trial.train, 6));
                row.extend(of(trial.test, 4));
                row.push(mark.into());
            }
        }
        row
    };
    let rows: Vec<Vec<String>> = found.trials.iter().map(row).collect();
    let mut lines = vec![table(&header.map(str::to_owned), &rows)];
    let how = if found.epochs == found.full_epochs {
        "whose training is the run's".to_owned()
    } else {
        format!(
            "by trainings of {} epochs; now all {}",
            found.epochs, found.full_epochs
        )
    };
    lines.push(format!("the learning rate is {best}, {how}"));
    let beyond = match found.edge() {
        Some(Edge::Lowest) => "lowest",
        Some(Edge::Highest) => "highest",
        None => return lines,
    };
    lines.push(format!(
        "note: it is the {beyond} that was tried, so a better one may lie beyond: widen the search with \
         learning-rate = {{ lowest = …, highest = … }} in a file of settings"
    ));
    lines
}
