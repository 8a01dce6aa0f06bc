//! Quantities with their error bars, and held against bounds.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A quantity with its error bar, held against a bound.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Condition {
    /// The quantity.
    pub number: Number,
    /// The way it is held against the bound.
    pub relation: Relation,
    /// The bound.
    pub bound: f64,
    /// Whether it holds for all, `true`, or none, `false`, of the error bar; none where neither.
    pub holds: Option<bool>,
}

/// How a quantity is held against a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// At least the bound.
    AtLeast,
    /// At most the bound.
    AtMost,
}

/// A quantity with its error bar.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Number {
    /// What it is.
    pub what: String,
    /// Its value.
    pub value: f64,
    /// Lower end of its error bar; none where nothing bounds it.
    pub lower: Option<f64>,
    /// Upper end; none where nothing bounds it.
    pub upper: Option<f64>,
}

/// As in `what is 0.98 (0.97 to 0.99)`.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {}", self.what, digits(self.value))?;
        match (self.lower.map(digits), self.upper.map(digits)) {
            (Some(lower), Some(upper)) if lower == upper => Ok(()),
            (Some(lower), Some(upper)) => write!(f, " ({lower} to {upper})"),
            (Some(lower), None) => write!(f, " ({lower} or more)"),
            (None, Some(upper)) => write!(f, " ({upper} or less)"),
            (None, None) => f.write_str(" (error unknown)"),
        }
    }
}

/// As in `what is 0.98 (0.97 to 0.99) (at least 0.9 asked for)`.
impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Condition {
            number, relation, ..
        } = self;
        write!(f, "{number} ({relation} {} asked for)", digits(self.bound))
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Relation::AtLeast => "at least",
            Relation::AtMost => "at most",
        })
    }
}

/// Three or four digits.
fn digits(x: f64) -> String {
    let modulus = x.abs();
    if x == x.trunc() && modulus < 1e6 {
        format!("{x:.0}")
    } else if (1e-3..1e5).contains(&modulus) {
        let decimals = (2 - modulus.log10().floor() as i32).clamp(0, 6) as usize;
        format!("{x:.decimals$}")
    } else {
        format!("{x:.2e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        for (x, text) in [
            (9.0, "9"),
            (0.97843, "0.978"),
            (12.345, "12.3"),
            (1234.5, "1234"),
            (1.5e-7, "1.50e-7"),
            (0.0, "0"),
        ] {
            assert_eq!(digits(x), text);
        }
    }
}
