//! The page's style, and the figures' colours on a dark page.

use std::fmt::Write as _;

use crate::svg::INKS;

/// Everything but the colours of figures.
const PAGE: &str = include_str!("style.css");

/// The whole style sheet.
pub(crate) fn css() -> String {
    let mut out = PAGE.to_owned();
    out.push_str("@media (prefers-color-scheme: dark) {\n");
    for ink in INKS {
        let (name, colour) = (ink.name(), ink.dark());
        // Writing to a string does not fail.
        let _ = writeln!(
            out,
            "  svg .f-{name} {{ fill: {colour}; }} svg .s-{name} {{ stroke: {colour}; }}"
        );
    }
    out.push_str("}\n");
    out
}
