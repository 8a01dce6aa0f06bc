//! Drawing: shapes and text as SVG, and the same as PNG.

mod canvas;
mod escape;
mod font;
mod ink;
mod raster;

pub(crate) use canvas::{Anchor, Canvas, Drawing};
pub(crate) use font::Font;
pub(crate) use ink::{Ink, inks};
pub(crate) use raster::Rasteriser;
