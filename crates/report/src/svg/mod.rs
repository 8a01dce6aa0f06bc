//! Drawing: shapes and text as SVG, and the same as PNG.

mod canvas;
mod ink;
mod raster;

pub(crate) use canvas::{Anchor, Canvas, Drawing, Font};
pub(crate) use ink::{INKS, Ink};
pub(crate) use raster::Rasteriser;
