//! The figures.

mod axes;
mod density;
pub(crate) mod grid;
mod layout;
mod legend;
mod loss;
mod panel;
pub(crate) mod readings;
mod scatter;
mod spectrum;
mod split_axis;
pub(crate) mod tracks;

pub(crate) use density::density;
pub(crate) use loss::loss;
pub(crate) use scatter::{Kind, Point, Scatter, ScatterPanel};
pub(crate) use spectrum::{
    DECADES, POINTS, SideCurve, Spectrum, WIDTH, extent, is_outlier, spectrum,
};
pub(crate) use split_axis::Extent;

use crate::svg::Drawing;

/// A picture in two layouts: a page shows the one that fits, the files hold the wide one.
#[derive(Clone, Debug)]
pub(crate) struct Figure {
    /// The name of its files, without the ending; unique in a report.
    pub(crate) name: String,
    /// What it shows, for readers who do not see it.
    pub(crate) label: String,
    /// What a reader must know to read it.
    pub(crate) caption: String,
    pub(crate) wide: Drawing,
    pub(crate) narrow: Drawing,
    /// Its numbers as JSON, for a figure that a page's script can read values off.
    pub(crate) readings: Option<String>,
}
