//! The views of a density: which axes it is drawn on.

use hesscope_files::did_you_mean;

/// The axes of a figure of densities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum View {
    /// Eigenvalues per decade against the eigenvalue, logarithmic to either side of zero; counts logarithmic.
    Logarithmic,
    /// The density against the eigenvalue, the density alone logarithmic: the usual plot of Hessian spectra.
    SemiLogarithmic,
    /// The density against the eigenvalue, both linear.
    Linear,
}

impl View {
    /// All of them, in the order in which pages offer them.
    pub const ALL: [Self; 3] = [Self::Logarithmic, Self::SemiLogarithmic, Self::Linear];

    /// The name it is asked for by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Logarithmic => "logarithmic",
            Self::SemiLogarithmic => "semi-logarithmic",
            Self::Linear => "linear",
        }
    }

    /// That its axis of eigenvalues is linear.
    pub(crate) fn is_straight(self) -> bool {
        self != Self::Logarithmic
    }

    /// The title of the horizontal axis.
    pub(crate) fn across(self) -> &'static str {
        match self {
            Self::Logarithmic => "eigenvalue \u{3bb}, logarithmic to either side of zero",
            Self::SemiLogarithmic | Self::Linear => "eigenvalue \u{3bb}",
        }
    }
}

/// A name that is none of a view.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no view `{0}`: {meant}choose one of logarithmic, semi-logarithmic, linear",
    meant = did_you_mean(.0, View::ALL.into_iter().map(View::name))
)]
pub struct UnknownView(String);

impl std::str::FromStr for View {
    type Err = UnknownView;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let mut all = Self::ALL.into_iter();
        all.find(|view| view.name() == name)
            .ok_or_else(|| UnknownView(name.to_owned()))
    }
}

impl std::fmt::Display for View {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
