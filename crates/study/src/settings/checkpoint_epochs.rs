//! The setting `checkpoint-epochs`: a list, or so many spaced logarithmically.

use std::fmt;
use std::str::FromStr;

use hesscope_models::{TrainConfig, log_epochs};
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The epochs spaced logarithmically unless a number is given.
const COUNT: usize = 10;

/// The word for them.
const LOG: &str = "log";

/// The epochs whose weights are kept, beside the first and the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckpointEpochs {
    /// These.
    List(Vec<usize>),
    /// So many, spaced logarithmically from 1 to the last.
    Log(usize),
}

impl Default for CheckpointEpochs {
    fn default() -> Self {
        CheckpointEpochs::List(Vec::new())
    }
}

impl CheckpointEpochs {
    /// The epochs, for a training of so many.
    pub fn of(&self, epochs: usize) -> Vec<usize> {
        match self {
            CheckpointEpochs::List(list) => list.clone(),
            CheckpointEpochs::Log(count) => log_epochs(*count, epochs),
        }
    }

    fn log(count: usize) -> Result<Self, String> {
        match count {
            0 => Err(
                "checkpoint-epochs cannot be 0 epochs spaced logarithmically: ask for at least 1"
                    .into(),
            ),
            count => Ok(CheckpointEpochs::Log(count)),
        }
    }
}

impl FromStr for CheckpointEpochs {
    type Err = String;

    /// Reads `1,5,20`, `log` and `log:15`.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "the checkpoint epochs cannot be `{text}`: give epochs separated by commas, `log`, or `log:N` for N of them, all at most {}",
                TrainConfig::MOST_EPOCHS
            )
        };
        if text == LOG {
            return Ok(CheckpointEpochs::Log(COUNT));
        }
        if let Some(count) = text.strip_prefix("log:") {
            return Self::log(number(count).ok_or_else(wrong)?);
        }
        let epochs: Option<Vec<usize>> = text
            .split(',')
            .map(|epoch| number(epoch.trim_matches(' ')))
            .collect();
        epochs.map(CheckpointEpochs::List).ok_or_else(wrong)
    }
}

/// A number that can be one of epochs.
fn number(text: &str) -> Option<usize> {
    text.parse()
        .ok()
        .filter(|&number| number <= TrainConfig::MOST_EPOCHS)
}

/// `{ log = 15 }`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    log: usize,
}

impl Serialize for CheckpointEpochs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            CheckpointEpochs::List(list) => list.serialize(serializer),
            CheckpointEpochs::Log(COUNT) => serializer.serialize_str(LOG),
            CheckpointEpochs::Log(log) => Table { log: *log }.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for CheckpointEpochs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Forms)
    }
}

struct Forms;

impl<'de> Visitor<'de> for Forms {
    type Value = CheckpointEpochs;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of epochs, \"log\", or a table with `log`")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<CheckpointEpochs, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<CheckpointEpochs, A::Error> {
        let mut list = Vec::new();
        while let Some(epoch) = seq.next_element()? {
            list.push(epoch);
        }
        Ok(CheckpointEpochs::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<CheckpointEpochs, A::Error> {
        let Table { log } = Table::deserialize(MapAccessDeserializer::new(map))?;
        CheckpointEpochs::log(log).map_err(serde::de::Error::custom)
    }
}
