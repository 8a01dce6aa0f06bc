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

    /// The heading's font.
    pub(crate) fn heading(self) -> Font {
        match self {
            Self::Wide => Font::bold(15.0, Ink::Text),
            Self::Narrow => Font::bold(13.5, Ink::Text),
        }
    }

    /// Half the height of an outlier's mark.
    pub(crate) fn diamond(self) -> f64 {
        match self {
            Self::Wide => 6.0,
            Self::Narrow => 5.0,
        }
    }

    /// Width of the strip about zero.
    pub(crate) fn strip(self) -> f64 {
        match self {
            Self::Wide => 26.0,
            Self::Narrow => 22.0,
        }
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

pub(crate) const PANEL: Font = Font::bold(14.0, Ink::Text);
pub(crate) const NOTE: Font = Font::regular(12.0, Ink::Muted);
pub(crate) const LABEL: Font = Font::regular(12.0, Ink::Text);

/// Breaks a text between words into lines of at most `width`; a word longer than that stands alone.
pub(crate) fn lines(text: &str, font: Font, width: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if font.width(&format!("{line} {word}")) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
