//! Which part of the Hessian: one of the named parts, or a sum of them.
//!
//! The Hessian is a sum of six terms, Hess = A1 + A2 + B1 + B2 + H + λ I, of which the first four make up
//! G and the last is weight decay. Every operator is a subset of the six, so that sums and differences of parts are sets united and
//! taken away. The decomposition of G is that of Papyan, "Measurements of three-level hierarchical
//! structure in the outliers in the spectrum of deepnet Hessians" (2019), section 3.

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;

/// A named part of the Hessian.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// All of it, weight decay included.
    Hess,
    /// The Gauss-Newton part, (1/N) Σ Jᵀ S J: positive semidefinite.
    G,
    /// The rest, (1/N) Σ Σ_c (p - y)_c ∂²z_c/∂θ².
    H,
    /// Between classes: Σ_c (P_c/N) g_c g_cᵀ, of rank C at most.
    A1,
    /// The means of the true class: Σ_c (P_cc/N) g_cc g_ccᵀ, of rank C at most.
    A2,
    /// Between the wrong classes of one class: Σ_c Σ_{c' ≠ c} (P_cc'/N) (g_cc' - g_c)(g_cc' - g_c)ᵀ.
    B1,
    /// Within classes: Σ_c Σ_c' Σ_{i in c} (w_ic'/N) (g_ic' - g_cc')(g_ic' - g_cc')ᵀ.
    B2,
    /// Weight decay, λ I; zero where there is none.
    Decay,
}

const H: u8 = 1;
const A1: u8 = 2;
const A2: u8 = 4;
const B1: u8 = 8;
const B2: u8 = 16;
const DECAY: u8 = 32;
const G: u8 = A1 | A2 | B1 | B2;

impl Part {
    /// All parts of the mean loss, each before those it consists of.
    pub const ALL: [Part; 7] = [
        Part::Hess,
        Part::G,
        Part::H,
        Part::A1,
        Part::A2,
        Part::B1,
        Part::B2,
    ];

    /// The Hessian and the two parts every loss has.
    pub const MAIN: [Part; 3] = [Part::Hess, Part::G, Part::H];

    /// The name of the part, as its [`FromStr`] reads it.
    pub fn name(self) -> &'static str {
        match self {
            Part::Hess => "hess",
            Part::G => "g",
            Part::H => "h",
            Part::A1 => "a1",
            Part::A2 => "a2",
            Part::B1 => "b1",
            Part::B2 => "b2",
            Part::Decay => "decay",
        }
    }

    fn every() -> impl Iterator<Item = Part> {
        Part::ALL.into_iter().chain([Part::Decay])
    }

    fn terms(self) -> u8 {
        match self {
            Part::Hess => G | H | DECAY,
            Part::G => G,
            Part::H => H,
            Part::A1 => A1,
            Part::A2 => A2,
            Part::B1 => B1,
            Part::B2 => B2,
            Part::Decay => DECAY,
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Part {
    type Err = UnknownPart;

    fn from_str(name: &str) -> Result<Self, UnknownPart> {
        Part::every()
            .find(|part| part.name() == name)
            .ok_or_else(|| UnknownPart(name.to_string()))
    }
}

/// There is no part, or sum of parts, of this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no operator `{0}`: choose one of hess, g, h, a1, a2, b1, b2, decay, the part of b2 of one class as \
     in b2[3], or a sum or difference of different ones, as in a1+a2 or g-a1"
)]
pub struct UnknownPart(String);

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

    /// Whether the cotangents at the logits need sums over the examples of each class: whether G is there
    /// in part.
    pub(crate) fn splits_g(self) -> bool {
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
        let mut total = single(name[..first].trim()).ok_or_else(unknown)?;
        let mut rest = &name[first..];
        while let Some(sign) = rest.chars().next() {
            let operand = &rest[1..];
            let length = end(operand);
            let terms = single(operand[..length].trim()).ok_or_else(unknown)?;
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

#[cfg(test)]
mod tests {
    use super::*;

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
