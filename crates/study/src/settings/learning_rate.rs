//! The setting `learning-rate`: a number, or a search.

use std::fmt;
use std::str::FromStr;

use hesscope_models::{RateGrid, SettingError};
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The learning rate of the first epoch, or the rates among which it is searched for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LearningRate {
    /// This one.
    Fixed(f64),
    /// The one of these with which the training ends at the lowest training loss.
    Search(RateGrid),
}

/// The word for a search on the default grid.
const SEARCH: &str = "search";

impl LearningRate {
    /// The rates: one, or those of the search.
    pub fn rates(self) -> Result<Vec<f64>, SettingError> {
        match self {
            LearningRate::Fixed(rate) => Ok(vec![rate]),
            LearningRate::Search(grid) => grid.rates(),
        }
    }

    /// Whether the rate is searched for.
    pub fn is_search(self) -> bool {
        matches!(self, LearningRate::Search(_))
    }
}

impl FromStr for LearningRate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == SEARCH {
            return Ok(LearningRate::Search(RateGrid::default()));
        }
        text.parse().map(LearningRate::Fixed).map_err(|_| {
            format!("the learning rate cannot be `{text}`: give a positive number, or `{SEARCH}`")
        })
    }
}

impl Serialize for LearningRate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            LearningRate::Fixed(rate) => serializer.serialize_f64(*rate),
            LearningRate::Search(grid) if *grid == RateGrid::default() => {
                serializer.serialize_str(SEARCH)
            }
            LearningRate::Search(grid) => grid.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for LearningRate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Forms)
    }
}

struct Forms;

impl<'de> Visitor<'de> for Forms {
    type Value = LearningRate;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a number, \"search\", or a table with `lowest`, `highest` and `points-per-decade`",
        )
    }

    fn visit_f64<E: serde::de::Error>(self, rate: f64) -> Result<LearningRate, E> {
        Ok(LearningRate::Fixed(rate))
    }

    fn visit_i64<E: serde::de::Error>(self, rate: i64) -> Result<LearningRate, E> {
        Ok(LearningRate::Fixed(rate as f64))
    }

    fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<LearningRate, E> {
        if word == SEARCH {
            return Ok(LearningRate::Search(RateGrid::default()));
        }
        Err(E::custom(format!(
            "the learning rate cannot be `{word}`: give a positive number, or `{SEARCH}`"
        )))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<LearningRate, A::Error> {
        RateGrid::deserialize(MapAccessDeserializer::new(map)).map(LearningRate::Search)
    }
}
