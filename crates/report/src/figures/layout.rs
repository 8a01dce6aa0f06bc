//! The two layouts: sizes in units of the SVG, which are pixels at the width each is made for.

use crate::svg::{Font, Ink};

/// For a desktop or for a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    Wide,
    Narrow,
}

impl Layout {
    pub(crate) fn width(self) -> f64 {
        match self {
            Self::Wide => 760.0,
            Self::Narrow => 360.0,
        }
    }

    /// Room on the left for the labels of the vertical axis.
    pub(crate) fn left(self) -> f64 {
        match self {
            Self::Wide => 62.0,
            Self::Narrow => 50.0,
        }
    }

    /// Room on the right.
    pub(crate) fn right(self) -> f64 {
        10.0
    }

    /// Distance below which two labels of the horizontal axis would touch.
    pub(crate) fn label_distance(self) -> f64 {
        match self {
            Self::Wide => 48.0,
            Self::Narrow => 40.0,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Wide => "wide",
            Self::Narrow => "narrow",
        }
    }
}

pub(crate) const HEADING: Font = Font::bold(15.0, Ink::Text);
pub(crate) const PANEL: Font = Font::bold(14.0, Ink::Text);
pub(crate) const NOTE: Font = Font::regular(12.0, Ink::Muted);
pub(crate) const LABEL: Font = Font::regular(12.0, Ink::Text);
