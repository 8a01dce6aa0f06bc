//! The colours. Each shape carries its colour as an attribute and as a class, so that a picture stands by itself and a
//! page can recolour it for a dark background.

/// A colour by its use. The three accents are from the palette of Okabe & Ito, which colour-blind readers can tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    /// The background.
    Paper,
    /// Text and frames.
    Text,
    /// Text that stands back.
    Muted,
    /// Grid lines.
    Grid,
    /// The strip about zero.
    Shade,
    /// The first accent.
    Blue,
    /// The second.
    Orange,
    /// A light one to lie beneath a line of the first.
    Sky,
}

/// All of them.
pub(crate) const INKS: [Ink; 8] = [
    Ink::Paper,
    Ink::Text,
    Ink::Muted,
    Ink::Grid,
    Ink::Shade,
    Ink::Blue,
    Ink::Orange,
    Ink::Sky,
];

impl Ink {
    /// The name its classes end in: `f-name` for a fill, `s-name` for a stroke.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Paper => "paper",
            Self::Text => "text",
            Self::Muted => "muted",
            Self::Grid => "grid",
            Self::Shade => "shade",
            Self::Blue => "blue",
            Self::Orange => "orange",
            Self::Sky => "sky",
        }
    }

    /// On white.
    pub(crate) fn light(self) -> &'static str {
        match self {
            Self::Paper => "#ffffff",
            Self::Text => "#1b1f24",
            Self::Muted => "#59616b",
            Self::Grid => "#dfe3e8",
            Self::Shade => "#eceff3",
            Self::Blue => "#0072b2",
            Self::Orange => "#d55e00",
            Self::Sky => "#a9d2ec",
        }
    }

    /// On a dark page.
    pub(crate) fn dark(self) -> &'static str {
        match self {
            Self::Paper => "#15181c",
            Self::Text => "#e8eaed",
            Self::Muted => "#a3abb5",
            Self::Grid => "#30363d",
            Self::Shade => "#23282f",
            Self::Blue => "#56b4e9",
            Self::Orange => "#ff9a4d",
            Self::Sky => "#265a7c",
        }
    }
}
