//! The page's style, and the figures' colours on a dark page.

use crate::svg::{Ink, inks};

/// Everything but the colours of figures.
const PAGE: &str = include_str!("style.css");

/// The whole style sheet.
pub(crate) fn css() -> String {
    let rule = |ink: Ink| {
        let (name, colour) = (ink.name(), ink.dark());
        format!("  svg .f-{name} {{ fill: {colour}; }} svg .s-{name} {{ stroke: {colour}; }}\n")
    };
    let rules: String = inks().map(rule).collect();
    format!("{PAGE}@media (prefers-color-scheme: dark) {{\n{rules}}}\n")
}
