//! The named parts of the Hessian.

use std::fmt;
use std::str::FromStr;

use hesscope_files::did_you_mean;

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

pub(crate) const H: u8 = 1;
pub(crate) const A1: u8 = 2;
pub(crate) const A2: u8 = 4;
pub(crate) const B1: u8 = 8;
pub(crate) const B2: u8 = 16;
pub(crate) const DECAY: u8 = 32;
pub(crate) const G: u8 = A1 | A2 | B1 | B2;

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

    /// All parts, weight decay last.
    pub(crate) fn every() -> impl Iterator<Item = Part> {
        Part::ALL.into_iter().chain([Part::Decay])
    }

    /// The terms it consists of, a bit each.
    pub(crate) fn terms(self) -> u8 {
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
    "there is no operator `{0}`: {meant}choose one of hess, g, h, a1, a2, b1, b2, decay, the part of b2 of one class as \
     in b2[3], or a sum or difference of different ones, as in a1+a2 or g-a1",
    meant = meant(.0)
)]
pub struct UnknownPart(pub(crate) String);

/// The part whose name is like this one, as the beginning of a remedy. Of sums none is like another.
fn meant(name: &str) -> String {
    if name.contains(['+', '-', '[']) {
        return String::new();
    }
    did_you_mean(name, Part::every().map(Part::name))
}
