//! A training as it is shown: a bar for the epoch, a line for each epoch that is done, a table of a search.

use hesscope_models::{Edge, EpochMetrics, Metrics, SearchTable, Trial};
use hesscope_report::plain::table;
use hesscope_study::TrainingEvent;
use hesscope_study::pace::{Left, TrainingPace};

use super::progress::Progress;

/// Shows one training, or the trainings of a search.
pub struct TrainingLines {
    bar: Progress,
    pace: TrainingPace,
    /// The rate of the trial under way, as lines begin with it; empty outside a search.
    who: String,
    /// Epochs of the training under way.
    epochs: usize,
}

impl TrainingLines {
    /// Before the training.
    pub fn new() -> Self {
        TrainingLines {
            bar: Progress::batches(),
            pace: TrainingPace::default(),
            who: String::new(),
            epochs: 0,
        }
    }

    /// Prints a line that stays.
    pub fn line(&self, line: &str) {
        self.bar.line(line);
    }

    /// Shows what happened.
    pub fn event(&mut self, event: TrainingEvent<'_>) {
        self.pace.event(event);
        match event {
            TrainingEvent::Started {
                trial,
                config,
                history,
                ..
            } => {
                self.epochs = config.epochs;
                self.who =
                    trial.map_or_else(String::new, |(rate, _)| format!("learning rate {rate}: "));
                if let Some(last) = history.last() {
                    self.resumed(last.epoch);
                }
            }
            TrainingEvent::EpochStarted { epoch, batches } => {
                let message = format!("{}epoch {epoch} of {}", self.who, self.epochs);
                self.bar.restart(message, batches as u64);
            }
            TrainingEvent::BatchDone { .. } => {
                self.bar.advance(1);
                let left = [
                    ("epoch ", self.pace.left_of_epoch()),
                    ("all ", self.pace.left()),
                ];
                if let Some(words) = self.pace_in_words(&left) {
                    self.bar.note(format!(", {words}"));
                }
            }
            TrainingEvent::Evaluated(_) => {}
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

    fn resumed(&self, epoch: usize) {
        let (who, epochs) = (&self.who, self.epochs);
        let how = if epoch == epochs {
            "is already done"
        } else {
            "resumes"
        };
        self.line(&format!(
            "{who}training {how} after epoch {epoch} of {epochs}"
        ));
    }

    fn epoch_done(&self, metrics: &EpochMetrics) {
        let (epoch, epochs) = (metrics.epoch, self.epochs);
        let mut line = format!("{}epoch {epoch:>4} of {epochs}", self.who);
        match (metrics.train, metrics.test, metrics.running_loss) {
            (Some(train), Some(test), _) => {
                line += &(split_words("train", train) + &split_words("test", test));
            }
            (_, _, Some(loss)) => line += &format!("   running loss {loss:<9.4}"),
            _ => {}
        }
        let left = self.pace.left().filter(|_| epoch < epochs);
        if let Some(words) = self.pace_in_words(&[("", left)]).filter(|_| epoch > 0) {
            line += &format!("   {words}");
        }
        self.line(line.trim_end());
    }

    /// The pace, once it is known, and the times left.
    fn pace_in_words(&self, left: &[(&str, Option<Left>)]) -> Option<String> {
        let rate = self.pace.examples_per_second()?;
        let decimals = usize::from(rate < 100.0);
        let mut words = format!("{rate:.decimals$} examples/s");
        for (what, left) in left {
            if let Some(left) = left {
                words += &format!(", {what}{left} left");
            }
        }
        Some(words)
    }
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
    let heads = "learning rate | final training loss | accuracy | test loss | accuracy | ";
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
    let mut lines = vec![table(heads.split(" | "), found.trials.iter().map(row))];
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
