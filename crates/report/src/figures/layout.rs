//! The two layouts: sizes in units of the SVG, which are pixels at the width each is made for.

use crate::svg::{Canvas, Drawing, Font, Ink};

/// For a desktop or for a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    Wide,
    Narrow,
}

impl Layout {
    fn either<T>(self, wide: T, narrow: T) -> T {
        match self {
            Self::Wide => wide,
            Self::Narrow => narrow,
        }
    }

    pub(crate) fn width(self) -> f64 {
        self.either(760.0, 360.0)
    }

    /// Room on the left for the labels of the vertical axis.
    pub(crate) fn left(self) -> f64 {
        self.either(62.0, 50.0)
    }

    /// Room on the right.
    pub(crate) fn right(self) -> f64 {
        10.0
    }

    /// The heading's font.
    pub(crate) fn heading(self) -> Font {
        Font::bold(self.either(15.0, 13.5), Ink::Text)
    }

    /// Half the height of an outlier's mark.
    pub(crate) fn diamond(self) -> f64 {
        self.either(6.0, 5.0)
    }

    /// Width of the strip about zero.
    pub(crate) fn strip(self) -> f64 {
        self.either(26.0, 22.0)
    }

    /// Distance below which two labels of the horizontal axis would touch.
    pub(crate) fn label_distance(self) -> f64 {
        self.either(48.0, 40.0)
    }

    /// Of panels that could stand side by side, how many do.
    pub(crate) fn beside(self, most: usize) -> usize {
        self.either(most.max(1), 1)
    }

    fn name(self) -> &'static str {
        self.either("wide", "narrow")
    }
}

/// Draws in a layout, `width` wide and as high as `put` says of what it puts on a canvas; gives what else it says.
pub(crate) fn drawn<T>(
    name: &str,
    layout: Layout,
    width: f64,
    put: impl Fn(&mut Canvas) -> (f64, T),
) -> (Drawing, T) {
    // The height is known once everything has its place: that is tried on a canvas of its own.
    let (height, _) = put(&mut Canvas::new(width, 0.0, ""));
    let mut canvas = Canvas::new(width, height, &format!("{name}-{}", layout.name()));
    let (_, said) = put(&mut canvas);
    (canvas.finish(), said)
}

pub(crate) const PANEL: Font = Font::bold(14.0, Ink::Text);
pub(crate) const NOTE: Font = Font::regular(12.0, Ink::Muted);
pub(crate) const LABEL: Font = Font::regular(12.0, Ink::Text);
/// What is said under a panel.
pub(crate) const UNDER: Font = Font::regular(11.5, Ink::Text);
/// Height of a line of text.
pub(crate) const LINE: f64 = 16.0;
/// Room between panels, for the labels that reach over their ends.
pub(crate) const BETWEEN: f64 = 26.0;
