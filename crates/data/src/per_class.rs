//! How many examples of each class.

use crate::setting_error::SettingError;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// The 20 sizes of training sets, in examples per class, of V. Papyan, "The full spectrum of deepnet Hessians at
/// scale" (2018).
pub const PAPER_SIZES: [usize; 20] = [
    10, 13, 19, 26, 37, 51, 71, 98, 136, 189, 263, 365, 506, 702, 974, 1351, 1874, 2599, 3605, 5000,
];

/// A number of examples of each class, or all there are.
///
/// Written as `136`, as `all`, or as `paper-9` for the ninth of [`PAPER_SIZES`], which is the same as `136`. In
/// settings a number or a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "NumberOrText", into = "NumberOrText")]
pub enum PerClass {
    /// Every example, in the order of the files.
    All,
    /// So many of each class.
    Count(usize),
}

impl PerClass {
    /// The number, or nothing for all.
    #[must_use]
    pub const fn count(self) -> Option<usize> {
        match self {
            Self::All => None,
            Self::Count(count) => Some(count),
        }
    }
}

impl From<usize> for PerClass {
    fn from(count: usize) -> Self {
        Self::Count(count)
    }
}

impl fmt::Display for PerClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.pad("all"),
            Self::Count(count) => fmt::Display::fmt(count, f),
        }
    }
}

impl FromStr for PerClass {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        let unreadable = || SettingError::PerClassText {
            text: text.to_owned(),
        };
        if text == "all" {
            return Ok(Self::All);
        }
        // `parse` alone would take a sign as well.
        let number = |digits: &str| -> Option<usize> {
            let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| digits.parse().ok()).flatten()
        };
        let count = match text.strip_prefix("paper-") {
            Some(place) => number(place)
                .and_then(|place| PAPER_SIZES.get(place.checked_sub(1)?))
                .copied(),
            None => number(text),
        };
        count.map(Self::Count).ok_or_else(unreadable)
    }
}

/// A number or a string, as settings have them.
#[derive(Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "give a number of examples per class, `all`, or one of paper-1 to paper-20"
)]
enum NumberOrText {
    Number(usize),
    Text(String),
}

impl From<PerClass> for NumberOrText {
    fn from(per_class: PerClass) -> Self {
        match per_class {
            PerClass::All => Self::Text("all".into()),
            PerClass::Count(count) => Self::Number(count),
        }
    }
}

impl TryFrom<NumberOrText> for PerClass {
    type Error = SettingError;

    fn try_from(given: NumberOrText) -> Result<Self, SettingError> {
        match given {
            NumberOrText::Number(count) => Ok(Self::Count(count)),
            NumberOrText::Text(text) => text.parse(),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_read_and_survives_text_and_json() {
        let forms = [
            ("136", PerClass::Count(136)),
            ("paper-9", PerClass::Count(136)),
            ("paper-1", PerClass::Count(10)),
            ("paper-20", PerClass::Count(5000)),
            ("0", PerClass::Count(0)),
            ("all", PerClass::All),
        ];
        for (text, expected) in forms {
            let read: PerClass = text.parse().unwrap();
            assert_eq!(read, expected, "{text}");
            assert_eq!(read.to_string().parse::<PerClass>().unwrap(), read);
            let json = serde_json::to_string(&read).unwrap();
            assert_eq!(serde_json::from_str::<PerClass>(&json).unwrap(), read);
            let quoted = format!("\"{text}\"");
            assert_eq!(serde_json::from_str::<PerClass>(&quoted).unwrap(), read);
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "-1",
            "+1",
            "paper-",
            "paper-0",
            "paper-21",
            "paper-+9",
            "All",
            "1.5",
            "99999999999999999999",
        ] {
            let error = text.parse::<PerClass>().unwrap_err();
            assert_eq!(
                error.to_string(),
                format!(
                    "`{text}` is not a number of examples per class: give a number, `all`, or one of paper-1 to paper-20"
                )
            );
        }
        for json in ["-3", "1.5", "null", "\"few\""] {
            assert!(serde_json::from_str::<PerClass>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn the_sizes_of_the_paper_grow_by_a_constant_factor() {
        // 10 to 5000 in 19 equal steps of the logarithm, rounded down or to the nearest.
        for (step, &size) in (0..).zip(&PAPER_SIZES) {
            let exact = 10.0 * 500f64.powf(f64::from(step) / 19.0);
            assert!((size as f64 - exact).abs() <= 1.0, "{size} {exact}");
        }
    }
}
