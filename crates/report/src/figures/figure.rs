//! A picture with what is said of it.

use serde_json::Value;

use super::layout::Layout;
use super::view::View;
use crate::svg::Drawing;

/// A picture in two layouts: a page shows the one that fits, the files hold the wide one.
#[derive(Clone, Debug)]
pub(crate) struct Drawings {
    pub(crate) wide: Drawing,
    pub(crate) narrow: Drawing,
}

/// A picture with what is said of it.
#[derive(Clone, Debug)]
pub(crate) struct Figure {
    /// The name of its files, without the ending; unique in a report.
    pub(crate) name: String,
    /// What it shows, for readers who do not see it.
    pub(crate) label: String,
    /// What a reader must know to read it.
    pub(crate) caption: String,
    /// How it is drawn, for readers who want to know; folded away.
    pub(crate) notes: String,
    /// The picture that is shown first.
    pub(crate) first: Drawings,
    /// The same on other axes.
    pub(crate) others: Vec<(View, Drawings)>,
    /// Its numbers as JSON, for a figure that a page's script can read values off.
    pub(crate) readings: Option<Value>,
}

impl Figure {
    /// A figure without readings, drawn in both layouts.
    pub(crate) fn new(
        name: String,
        label: String,
        caption: String,
        draw: impl Fn(Layout) -> Drawing,
    ) -> Self {
        Self {
            name,
            label,
            caption,
            notes: String::new(),
            first: Drawings {
                wide: draw(Layout::Wide),
                narrow: draw(Layout::Narrow),
            },
            others: Vec::new(),
            readings: None,
        }
    }
}
