//! The colours. Each shape carries its colour as an attribute and as a class, so that a picture stands by itself and a
//! page can recolour it for a dark background.

/// A colour by its use. The accents are from the palette of Okabe & Ito, which colour-blind readers can tell apart.
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
    /// The lines of a hatched region.
    Hatch,
    /// The third accent.
    Green,
    /// The fourth.
    Purple,
    /// That of a class, by its label; they repeat after ten, so that a label must stand with them.
    Class(u8),
}

/// Colours of classes: the names their classes of the style end in, on white, on a dark page. Each is dark, or light, enough
/// for text.
const OF_CLASSES: [[&str; 3]; 10] = [
    ["c0", "#332288", "#a99bf5"],
    ["c1", "#0066a1", "#56b4e9"],
    ["c2", "#00704f", "#2fc79a"],
    ["c3", "#b03a00", "#ff9a4d"],
    ["c4", "#9b3a77", "#e08fc0"],
    ["c5", "#666600", "#cfcf4a"],
    ["c6", "#8a1c3f", "#f2839f"],
    ["c7", "#3b4149", "#d5dae0"],
    ["c8", "#0a6b7c", "#5cd1e5"],
    ["c9", "#7a5000", "#e0b050"],
];

/// All of them.
pub(crate) fn inks() -> impl Iterator<Item = Ink> {
    use Ink::{Blue, Green, Grid, Hatch, Muted, Orange, Paper, Purple, Shade, Sky, Text};
    let fixed = [
        Paper, Text, Muted, Grid, Shade, Blue, Orange, Sky, Hatch, Green, Purple,
    ];
    fixed
        .into_iter()
        .chain((0..OF_CLASSES.len()).map(Ink::of_class))
}

impl Ink {
    /// That of the class with this label.
    pub(crate) fn of_class(class: usize) -> Self {
        Self::Class((class % OF_CLASSES.len()) as u8)
    }

    /// The name its classes end in, `f-name` for a fill and `s-name` for a stroke; on white; on a dark page.
    const fn look(self) -> [&'static str; 3] {
        match self {
            Self::Paper => ["paper", "#ffffff", "#15181c"],
            Self::Text => ["text", "#1b1f24", "#e8eaed"],
            Self::Muted => ["muted", "#59616b", "#a3abb5"],
            Self::Grid => ["grid", "#dfe3e8", "#30363d"],
            Self::Shade => ["shade", "#eceff3", "#23282f"],
            Self::Blue => ["blue", "#0072b2", "#56b4e9"],
            Self::Orange => ["orange", "#d55e00", "#ff9a4d"],
            Self::Sky => ["sky", "#a9d2ec", "#265a7c"],
            Self::Hatch => ["hatch", "#b3bbc4", "#4c555f"],
            Self::Green => ["green", "#00795a", "#2fc79a"],
            Self::Purple => ["purple", "#a3447f", "#e08fc0"],
            Self::Class(class) => OF_CLASSES[class as usize % OF_CLASSES.len()],
        }
    }

    /// The name its classes end in.
    pub(crate) fn name(self) -> &'static str {
        self.look()[0]
    }

    /// On white.
    pub(crate) fn light(self) -> &'static str {
        self.look()[1]
    }

    /// On a dark page.
    pub(crate) fn dark(self) -> &'static str {
        self.look()[2]
    }
}
