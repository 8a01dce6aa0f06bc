//! Sums of parts of the Hessian.
//!
//! The Hessian is a sum of six terms, Hess = A1 + A2 + B1 + B2 + H + λ I, of which the first four make up
//! G and the last is weight decay. Every operator is a subset of the six, so that sums and differences of parts are sets united and
//! taken away. The decomposition of G is that of Papyan, "Measurements of three-level hierarchical
//! structure in the outliers in the spectrum of deepnet Hessians" (2019), section 3.

use std::borrow::Cow;
use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::part::{B2, G, Part, UnknownPart};

/// A sum of different parts of the Hessian, or the share of one class in B2.
///
/// Written as its parts with `+` between them, the largest first: `hess`, `g`, `a1+a2`, `b2[3]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Terms {
    set: u8,
    /// The class B2 is restricted to; then B2 is the only term.
    class: Option<u32>,
}

impl Terms {
    /// B2,c: the terms of B2 of the examples of one class.
    pub fn b2_of(class: u32) -> Self {
        Terms {
            set: B2,
            class: Some(class),
        }
    }

    /// Whether a part, or each of the terms it consists of, is among these.
    pub fn contains(self, part: Part) -> bool {
        self.set & part.terms() == part.terms()
    }

    /// The class B2 is restricted to, if it is.
    pub fn class(self) -> Option<u32> {
        self.class
    }

    /// Its name without the brackets that shells read as their own.
    pub fn file_stem(self) -> String {
        self.to_string().replace('[', "-").replace(']', "")
    }

    /// Whether the cotangents at the logits need sums over the examples of each class: whether G is there
    /// in part.
    pub fn splits_g(self) -> bool {
        self.set & G != 0 && !self.contains(Part::G) || self.class.is_some()
    }
}

impl From<Part> for Terms {
    fn from(part: Part) -> Self {
        Terms {
            set: part.terms(),
            class: None,
        }
    }
}

/// A sum in which a term would count twice, or a difference from what lacks it, is no sum of
/// different parts.
///
/// # Panics
///
/// The operators `+` and `-` panic then; [`Terms::from_str`] gives an error.
impl<T: Into<Terms>> Add<T> for Terms {
    type Output = Terms;

    fn add(self, other: T) -> Terms {
        let other = other.into();
        self.plus(other)
            .unwrap_or_else(|| panic!("{self} and {other} have a term in common"))
    }
}

impl<T: Into<Terms>> Sub<T> for Terms {
    type Output = Terms;

    fn sub(self, other: T) -> Terms {
        let other = other.into();
        self.minus(other)
            .unwrap_or_else(|| panic!("{other} is not a proper part of {self}"))
    }
}

impl<T: Into<Terms>> Add<T> for Part {
    type Output = Terms;

    fn add(self, other: T) -> Terms {
        Terms::from(self) + other
    }
}

impl<T: Into<Terms>> Sub<T> for Part {
    type Output = Terms;

    fn sub(self, other: T) -> Terms {
        Terms::from(self) - other
    }
}

impl Terms {
    fn plus(self, other: Terms) -> Option<Terms> {
        let disjoint = self.set & other.set == 0;
        let whole = self.class.is_none() && other.class.is_none();
        (disjoint && whole).then_some(Terms {
            set: self.set | other.set,
            class: None,
        })
    }

    fn minus(self, other: Terms) -> Option<Terms> {
        let within = self.set & other.set == other.set && self.set != other.set;
        let whole = self.class.is_none() && other.class.is_none();
        (within && whole).then_some(Terms {
            set: self.set & !other.set,
            class: None,
        })
    }
}

impl fmt::Display for Terms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(class) = self.class {
            return f.pad(&format!("b2[{class}]"));
        }
        let mut left = self.set;
        let mut names = Vec::new();
        for part in Part::every() {
            if left & part.terms() == part.terms() {
                names.push(part.name());
                left &= !part.terms();
            }
        }
        f.pad(&names.join("+"))
    }
}

impl FromStr for Terms {
    type Err = UnknownPart;

    fn from_str(name: &str) -> Result<Self, UnknownPart> {
        let unknown = || UnknownPart(name.to_string());
        let single = |name: &str| -> Option<Terms> {
            if let Some(class) = name.strip_prefix("b2[") {
                return Some(Terms::b2_of(class.strip_suffix(']')?.parse().ok()?));
            }
            Part::from_str(name).ok().map(Terms::from)
        };
        let end = |text: &str| text.find(['+', '-']).unwrap_or(text.len());
        let first = end(name);
        let mut total = single(name[..first].trim_matches(' ')).ok_or_else(unknown)?;
        let mut rest = &name[first..];
        while let Some(sign) = rest.chars().next() {
            let operand = &rest[1..];
            let length = end(operand);
            let terms = single(operand[..length].trim_matches(' ')).ok_or_else(unknown)?;
            let result = if sign == '+' {
                total.plus(terms)
            } else {
                total.minus(terms)
            };
            total = result.ok_or_else(unknown)?;
            rest = &operand[length..];
        }
        Ok(total)
    }
}

impl Serialize for Terms {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Terms {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = Cow::<str>::deserialize(deserializer)?;
        name.parse().map_err(D::Error::custom)
    }
}

impl JsonSchema for Terms {
    fn schema_name() -> Cow<'static, str> {
        "Operator".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A sum of parts of the Hessian: `hess`, `g`, `h`, `a1`, `a2`, `b1`, `b2`, `decay`, \
                            several with `+` between them, or the share of one class in B2, as in `b2[3]`."
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::part::{DECAY, H};

    fn read(name: &str) -> Result<Terms, UnknownPart> {
        name.parse()
    }

    #[test]
    fn names_are_read_back() {
        for set in 1..=(G | H | DECAY) {
            let terms = Terms { set, class: None };
            assert_eq!(read(&terms.to_string()), Ok(terms), "{terms}");
        }
        assert_eq!(read("b2[12]"), Ok(Terms::b2_of(12)));
        assert_eq!(Terms::b2_of(12).to_string(), "b2[12]");
        assert_eq!(Terms::b2_of(12).class(), Some(12));
        assert_eq!(
            format!("{:5}|{:6}|", Part::G, Part::A1 + Part::A2),
            "g    |a1+a2 |"
        );
    }

    #[test]
    fn names_stand_in_json_and_in_names_of_files() {
        let terms = Part::A1 + Part::A2;
        let json = serde_json::to_string(&terms).expect("JSON");
        assert_eq!(json, "\"a1+a2\"");
        assert_eq!(serde_json::from_str::<Terms>(&json).expect("a name"), terms);
        assert!(serde_json::from_str::<Terms>("\"a1+a1\"").is_err());
        assert_eq!(Terms::b2_of(3).file_stem(), "b2-3");
    }

    #[test]
    fn parts_add_up_by_name() {
        assert_eq!((Part::A1 + Part::A2).to_string(), "a1+a2");
        assert_eq!((Part::G + Part::H).to_string(), "g+h");
        assert_eq!((Part::G + Part::H + Part::Decay).to_string(), "hess");
        assert_eq!((Part::Hess - Part::H).to_string(), "g+decay");
        assert_eq!((Part::Hess - Part::A1).to_string(), "h+a2+b1+b2+decay");
        assert_eq!(read("a1 + a2+b1+b2"), Ok(Part::G.into()));
        assert_eq!(read("g-a1"), Ok(Part::A2 + Part::B1 + Part::B2));
        assert_eq!(read("hess-g-decay"), Ok(Part::H.into()));
    }

    #[test]
    fn only_a_part_of_g_splits_it() {
        for whole in ["hess", "g", "h"] {
            assert!(!read(whole).expect("a name").splits_g(), "{whole}");
        }
        for part in ["a1", "a2", "b1", "b2", "b2[0]", "a1+a2", "h+b1", "hess-a1"] {
            assert!(read(part).expect("a name").splits_g(), "{part}");
        }
    }

    #[test]
    fn what_is_no_sum_of_different_parts_is_refused() {
        for name in [
            "", "f", "a1+", "+a1", "a1+a1", "g+a1", "g-h", "a1-a1", "b2[", "b2[x]", "b2[1]+a1",
            "g-b2[1]", "a1*a2",
        ] {
            let error = read(name).expect_err(name).to_string();
            assert!(error.contains(&format!("`{name}`")), "{error}");
        }
    }

    #[test]
    #[should_panic(expected = "g and a1 have a term in common")]
    fn a_term_does_not_count_twice() {
        let _ = Part::G + Part::A1;
    }

    #[test]
    #[should_panic(expected = "h is not a proper part of g")]
    fn nothing_is_taken_away_that_is_not_there() {
        let _ = Part::G - Part::H;
    }
}
