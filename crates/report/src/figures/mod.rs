//! The figures.

mod axes;
pub(crate) mod curves;
mod density_panel;
pub(crate) mod dots;
mod figure;
pub(crate) mod grid;
mod layout;
mod legend;
mod loss;
pub(crate) mod marks;
pub(crate) mod readings;
mod scatter;
mod split_axis;
pub(crate) mod tracks;

pub(crate) use figure::Figure;
pub(crate) use loss::loss;
pub(crate) use scatter::{Kind, Point, Scatter, ScatterPanel};
pub(crate) use split_axis::Extent;
