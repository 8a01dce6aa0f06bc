//! The figures.

mod axes;
mod axis;
pub(crate) mod curves;
mod density_panel;
mod density_words;
pub(crate) mod dots;
mod figure;
pub(crate) mod grid;
mod hatching;
mod heights;
mod layout;
mod legend;
pub(crate) mod line;
pub(crate) mod linear;
mod loss;
pub(crate) mod marks;
pub(crate) mod readings;
mod resolution;
mod scatter;
mod split_axis;
pub(crate) mod tracks;
mod view;

pub(crate) use figure::{Drawings, Figure};
pub(crate) use loss::loss;
pub(crate) use scatter::{Kind, Point, Scatter, ScatterPanel};
pub(crate) use split_axis::Extent;
pub use view::{UnknownView, View};
