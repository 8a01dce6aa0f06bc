//! Which of several analyses, or files of eigenvectors, is meant.

use std::fmt;

use hesscope_records::{Split, Subject, Terms};

use crate::error::StudyError;
use crate::run::RunFolder;

/// What is exported of what there is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// The operator, of an analysis or of eigenvectors; the only one there is if absent.
    pub operator: Option<Terms>,
    /// The split; the only one there is if absent.
    pub split: Option<Split>,
    /// The epoch; the last for weights, else the only one there is if absent.
    pub epoch: Option<usize>,
    /// How the key begins of an analysis or of eigenvectors, as at the end of a file's name; any if absent.
    pub key: Option<String>,
}

/// What something is selected by, written as options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    operator: Terms,
    split: Split,
    epoch: usize,
    key: String,
}

impl Place {
    /// That of an operator of a network over examples, in the file of this key.
    pub fn of(operator: Terms, subject: &Subject, key: &str) -> Self {
        Place {
            operator,
            split: subject.split,
            epoch: subject.epoch,
            key: key.to_owned(),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place {
            operator,
            split,
            epoch,
            ..
        } = self;
        write!(f, "--operator {operator} --split {split} --epoch {epoch}")
    }
}

impl Selection {
    fn allows(&self, place: &Place) -> bool {
        self.operator.is_none_or(|wanted| wanted == place.operator)
            && self.split.is_none_or(|wanted| wanted == place.split)
            && self.epoch.is_none_or(|wanted| wanted == place.epoch)
            && self
                .key
                .as_ref()
                .is_none_or(|wanted| place.key.starts_with(wanted))
    }

    /// The only one of `all` that is selected; `what` they are, and the command that makes them.
    ///
    /// # Errors
    ///
    /// None or several, of which each is described.
    pub fn only<T>(
        &self,
        folder: &RunFolder,
        [what, command]: [&str; 2],
        mut all: Vec<T>,
        place: impl Fn(&T) -> Place,
    ) -> Result<T, StudyError> {
        let every: Vec<Place> = all.iter().map(&place).collect();
        all.retain(|one| self.allows(&place(one)));
        let mut some: Vec<Place> = all.iter().map(&place).collect();
        if some.len() == 1
            && let Some(only) = all.pop()
        {
            return Ok(only);
        }
        let root = folder.root().display();
        let number = if some.is_empty() {
            some = every;
            "no"
        } else {
            "more than one"
        };
        some.sort_by_cached_key(Place::to_string);
        let count = some.len();
        let keys: Vec<String> = some
            .iter()
            .map(|place| format!("--key {:.12}", place.key))
            .collect();
        let mut places: Vec<String> = some.iter().map(Place::to_string).collect();
        places.dedup();
        Err(StudyError::setting(match &places[..] {
            [] => format!("{root} holds no {what}: make one with `hesscope {command}`"),
            [alone] if count > 1 => format!(
                "{root} holds {count} files of {alone}, made with other settings: choose {}, or take them all with --what all",
                keys.join(" or ")
            ),
            _ => {
                format!(
                    "{root} holds {number} such {what}: choose {}",
                    places.join(", or ")
                )
            }
        }))
    }
}
