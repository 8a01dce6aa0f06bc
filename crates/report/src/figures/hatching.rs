//! Regions that are hatched because nothing but their share is known.

use super::axes::Frame;
use super::heights::LANE;
use crate::shares::Share;
use crate::svg::{Anchor, Canvas, Font, Ink};

const FONT: Font = Font::regular(11.0, Ink::Text);
/// Room about a label, and its height.
const AROUND: f64 = 4.0;
const HEIGHT: f64 = 17.0;
/// Least width of a region with a label; a narrower one would vanish behind it.
const LEAST: f64 = 34.0;
/// The width of a text is estimated generously; its background need not be.
const FITTED: f64 = 0.88;

/// A region of a panel.
pub(super) struct Region {
    /// Its corners.
    pub(super) outline: Vec<(f64, f64)>,
    /// Its left and right end.
    pub(super) ends: [f64; 2],
    /// The share of eigenvalues in it.
    pub(super) share: Share,
}

/// Labels a region with its share, in as many words as it has room for; across, or upwards where it is narrow.
pub(super) fn hatch(canvas: &mut Canvas, region: &Region, frame: &Frame) {
    let range = region.share.range();
    let said = [
        format!("unresolved: {range} of eigenvalues"),
        format!("unresolved: {range}"),
        range,
    ];
    let room = [region.ends[1] - region.ends[0], frame.height - LANE];
    let middle = 0.5 * (region.ends[0] + region.ends[1]);
    let fits = |room: f64| {
        let mut said = said.iter();
        said.find(|said| FONT.width(said) + 2.0 * AROUND <= room)
    };
    let y = frame.y + LANE + 0.5 * (frame.height - LANE);
    if let Some(said) = fits(room[0]) {
        let width = FITTED * FONT.width(said) + 2.0 * AROUND;
        canvas.rect(
            middle - 0.5 * width,
            y - 0.5 * HEIGHT,
            width,
            HEIGHT,
            Ink::Paper,
        );
        let baseline = (middle, y + FONT.size * 0.35);
        canvas.text(baseline, Anchor::Middle, FONT, said);
    } else if room[0] >= LEAST
        && let Some(said) = fits(room[1])
    {
        let height = FITTED * FONT.width(said) + 2.0 * AROUND;
        canvas.rect(
            middle - 0.5 * HEIGHT,
            y - 0.5 * height,
            HEIGHT,
            height,
            Ink::Paper,
        );
        canvas.text_upwards((middle, y), FONT, said);
    }
}
