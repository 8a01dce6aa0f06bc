//! What a search for the learning rate found: one row a rate, kept in `search.json`.

use std::{fs, io, path::Path};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use hesscope_files::sealed::{check_json, seal_json};

use super::error::SearchError;
use crate::{
    checkpoint::{CheckpointError, Provenance},
    evaluation::Metrics,
    settings::difference,
};

/// File name of a search's table in the folder of the search.
pub const SEARCH_TABLE: &str = "search.json";

/// Version of the table's format.
const FORMAT: u32 = 1;

/// A training at one learning rate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// The initial learning rate.
    pub learning_rate: f64,
    /// The training split after the last epoch; none where the training diverged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub train: Option<Metrics>,
    /// The test split after the last epoch, which the choice does not look at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<Metrics>,
    /// The epoch in which the loss stopped being finite, where it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diverged_in: Option<usize>,
}

/// An end of the rates tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// No lower rate was tried.
    Lowest,
    /// No higher rate was tried.
    Highest,
}

/// The trials finished so far, by ascending rate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SearchTable {
    format: u32,
    /// Epochs of each trial.
    pub epochs: usize,
    /// Epochs of the training the rate is for.
    pub full_epochs: usize,
    /// What all trials share: network, shape of the data, and settings without the rate.
    settings: Value,
    /// The run and the data it is of.
    pub provenance: Provenance,
    /// The trials.
    pub trials: Vec<Trial>,
}

impl SearchTable {
    pub(crate) fn new(
        epochs: usize,
        full_epochs: usize,
        settings: Value,
        provenance: Provenance,
    ) -> Self {
        Self {
            format: FORMAT,
            epochs,
            full_epochs,
            settings,
            provenance,
            trials: Vec::new(),
        }
    }

    /// Reads a table; `None` where there is no such file.
    pub fn read(path: &Path) -> Result<Option<Self>, SearchError> {
        let wrong = |reason: String| SearchError::Table {
            path: path.to_path_buf(),
            reason,
        };
        let bytes = match fs::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other.map_err(|error| wrong(error.to_string()))?,
        };
        let text = check_json(&bytes).map_err(|error| wrong(error.to_string()))?;
        let table: Self = serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
        if table.format != FORMAT {
            let found = table.format;
            return Err(wrong(format!("its format is {found}, not {FORMAT}")));
        }
        Ok(Some(table))
    }

    pub(crate) fn write(&self, path: &Path) -> Result<(), SearchError> {
        let written = seal_json(self)
            .map_err(io::Error::other)
            .and_then(|bytes| hesscope_files::write_bytes(path, &bytes));
        written.map_err(|source| {
            let path = path.to_path_buf();
            CheckpointError::Write { path, source }.into()
        })
    }

    /// Checks that the trials were made with these settings; names the first that differs.
    pub(crate) fn require(&self, path: &Path, wanted: &Self) -> Result<(), SearchError> {
        let whole = |table: &Self| {
            let (epochs, full) = (table.epochs, table.full_epochs);
            serde_json::json!({
                "search-epochs": epochs,
                "epochs": full,
                "settings": table.settings,
                "provenance": table.provenance,
            })
        };
        match difference("search", &whole(self), &whole(wanted)) {
            None => Ok(()),
            Some((field, stored, wanted)) => Err(CheckpointError::Settings {
                path: path.to_path_buf(),
                field,
                stored,
                wanted,
            }
            .into()),
        }
    }

    /// The trial at a rate, if it is finished.
    pub fn trial(&self, learning_rate: f64) -> Option<&Trial> {
        let same = |trial: &&Trial| trial.learning_rate == learning_rate;
        self.trials.iter().find(same)
    }

    pub(crate) fn add(&mut self, trial: Trial) {
        self.trials.push(trial);
        self.trials
            .sort_by(|a, b| a.learning_rate.total_cmp(&b.learning_rate));
    }

    /// The trial of the lowest final training loss; of several the one of the lowest rate. A trial that diverged never is.
    pub fn best(&self) -> Option<&Trial> {
        let loss = |trial: &Trial| trial.train.map(|metrics| metrics.loss);
        let finished = self
            .trials
            .iter()
            .filter_map(|trial| Some((loss(trial)?, trial)));
        finished
            .reduce(|best, next| if next.0 < best.0 { next } else { best })
            .map(|(_, trial)| trial)
    }

    /// The end of the rates tried at which the best lies, if it does: a better one may lie beyond.
    pub fn edge(&self) -> Option<Edge> {
        let best = self.best()?.learning_rate;
        match self.trials.as_slice() {
            [_] | [] => None,
            [first, ..] if first.learning_rate == best => Some(Edge::Lowest),
            [.., last] if last.learning_rate == best => Some(Edge::Highest),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[(f64, Option<f64>)]) -> SearchTable {
        let mut table = SearchTable::new(
            3,
            3,
            Value::Null,
            Provenance {
                run_sha256: String::new(),
                train_sha256: String::new(),
                test_sha256: String::new(),
            },
        );
        for &(learning_rate, loss) in rows {
            let metrics = loss.map(|loss| Metrics {
                loss,
                accuracy: 0.5,
                top5_accuracy: None,
            });
            table.add(Trial {
                learning_rate,
                train: metrics,
                test: metrics,
                diverged_in: loss.is_none().then_some(2),
            });
        }
        table
    }

    fn best(rows: &[(f64, Option<f64>)]) -> Option<(f64, Option<Edge>)> {
        let table = table(rows);
        Some((table.best()?.learning_rate, table.edge()))
    }

    #[test]
    fn the_lowest_loss_wins_and_of_equal_ones_the_lowest_rate() {
        assert_eq!(
            best(&[(0.1, Some(0.3)), (0.01, Some(0.2)), (0.001, Some(0.4))]),
            Some((0.01, None))
        );
        assert_eq!(
            best(&[(1.0, Some(0.2)), (0.1, Some(0.2)), (0.01, Some(0.3))]),
            Some((0.1, None))
        );
    }

    #[test]
    fn a_diverged_rate_loses_but_is_no_edge() {
        assert_eq!(
            best(&[(0.01, Some(9.0)), (0.1, Some(8.0)), (1.0, None)]),
            Some((0.1, None))
        );
        assert_eq!(best(&[(0.1, None), (1.0, None)]), None);
        assert_eq!(best(&[]), None);
    }

    #[test]
    fn the_ends_of_the_grid_are_told() {
        let rows = |a, b, c| [(0.1, Some(a)), (0.2, Some(b)), (0.3, Some(c))];
        assert_eq!(best(&rows(1.0, 2.0, 3.0)), Some((0.1, Some(Edge::Lowest))));
        assert_eq!(best(&rows(3.0, 2.0, 1.0)), Some((0.3, Some(Edge::Highest))));
        assert_eq!(best(&[(0.1, Some(1.0))]), Some((0.1, None)));
    }
}
