//! The legend: signs with their meaning, in as many rows as they need.

use super::layout::NOTE;
use crate::svg::{Anchor, Canvas, Ink};

/// What a curve or a mark looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    /// A line with discs on it.
    LineWithDiscs,
    /// A dashed line with squares.
    DashesWithSquares,
    /// A line over a filled area.
    Line,
    /// A band.
    Band,
    /// A hatched region.
    Hatch,
    /// A diamond, hollow or not.
    Diamond { hollow: bool },
    /// A short upright line.
    Bar,
    /// A dashed upright line.
    Threshold,
    /// A disc of one of several series.
    Disc(Ink),
    /// A line of one of several curves.
    Curve(Ink, Option<&'static str>),
}

/// The dashes of a second curve.
pub(crate) const DASHES: &str = "6 4";
/// The dashes of a threshold.
pub(crate) const FINE_DASHES: &str = "3 3";

impl Sign {
    fn width(self) -> f64 {
        match self {
            Self::Diamond { .. } | Self::Bar | Self::Disc(_) | Self::Threshold => 10.0,
            _ => 26.0,
        }
    }
}

const ROW: f64 = 19.0;

/// Draws the entries from `(x, y)` on, within `width`; returns the height taken.
pub(crate) fn legend<S: AsRef<str>>(
    canvas: &mut Canvas,
    (x, y): (f64, f64),
    width: f64,
    entries: &[(Sign, S)],
) -> f64 {
    let (mut left, mut row) = (0.0, 0.0);
    for (sign, text) in entries {
        let text = NOTE.cut(text.as_ref(), width - sign.width() - 5.0);
        let needed = sign.width() + 5.0 + NOTE.width(&text) + 8.0;
        if left > 0.0 && left + needed - 8.0 > width {
            left = 0.0;
            row += 1.0;
        }
        let middle = y + row * ROW + ROW / 2.0;
        draw(canvas, *sign, x + left, middle);
        let at = (x + left + sign.width() + 5.0, middle + NOTE.size * 0.35);
        canvas.text(at, Anchor::Start, NOTE, &text);
        left += needed;
    }
    if entries.is_empty() {
        0.0
    } else {
        (row + 1.0) * ROW
    }
}

/// The mark of a leading eigenvalue that is no outlier.
pub(crate) fn bar(canvas: &mut Canvas, (x, y): (f64, f64), ink: Ink) {
    canvas.line((x, y - 5.0), (x, y + 5.0), ink, 1.1, None);
}

fn draw(canvas: &mut Canvas, sign: Sign, x: f64, y: f64) {
    let (start, middle, end) = ((x, y), (x + sign.width() / 2.0, y), (x + sign.width(), y));
    match sign {
        Sign::LineWithDiscs => {
            canvas.line(start, end, Ink::Blue, 2.0, None);
            canvas.disc(middle, 3.2, Ink::Blue);
        }
        Sign::DashesWithSquares => {
            canvas.line(start, end, Ink::Orange, 2.0, Some(DASHES));
            canvas.square(middle, 3.0, Ink::Orange);
        }
        Sign::Line => canvas.line(start, end, Ink::Blue, 2.0, None),
        Sign::Disc(ink) => canvas.disc(middle, 4.0, ink),
        Sign::Curve(ink, dashes) => canvas.line(start, end, ink, 2.0, dashes),
        Sign::Hatch => {
            let (top, bottom, right) = (y - 5.0, y + 5.0, x + sign.width());
            canvas.hatched(&[(x, bottom), (x, top), (right, top), (right, bottom)]);
        }
        Sign::Band => canvas.rect(x, y - 5.0, sign.width(), 10.0, Ink::Sky),
        Sign::Diamond { hollow } => canvas.diamond(middle, 6.0, Ink::Orange, hollow),
        Sign::Bar => bar(canvas, middle, Ink::Text),
        Sign::Threshold => {
            let ends = [y - 8.0, y + 8.0].map(|y| (middle.0, y));
            canvas.line(ends[0], ends[1], Ink::Text, 1.3, Some(FINE_DASHES));
        }
    }
}
