//! A figure by itself: SVG, PNG, and a page with its caption and tables.

use std::path::{Path, PathBuf};

use crate::error::ReportError;
use crate::figures::Figure;
use crate::files::{make_folder, write_whole};
use crate::svg::Rasteriser;

/// The files of a figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FigureFiles {
    /// The picture.
    pub svg: PathBuf,
    /// The same, twice the size in pixels.
    pub png: PathBuf,
    /// A self-contained page: the picture in two layouts, its caption and tables.
    pub html: PathBuf,
}

/// Writes the picture of a figure as SVG and PNG into a folder that is there.
pub(crate) fn write_picture(
    figure: &Figure,
    folder: &Path,
    rasteriser: &Rasteriser,
) -> Result<[PathBuf; 2], ReportError> {
    let text = figure.wide.standalone(&figure.label);
    let svg = folder.join(format!("{}.svg", figure.name));
    write_whole(&svg, text.as_bytes())?;
    let png = folder.join(format!("{}.png", figure.name));
    let bytes = rasteriser
        .png(&text)
        .map_err(|reason| ReportError::Raster {
            path: png.clone(),
            reason,
        })?;
    write_whole(&png, &bytes)?;
    Ok([svg, png])
}

/// Writes all files of a figure into `dir`, which is made if it is not there.
pub(crate) fn write_leaf(
    figure: &Figure,
    page: &str,
    dir: &Path,
) -> Result<FigureFiles, ReportError> {
    make_folder(dir)?;
    let html = dir.join(format!("{}.html", figure.name));
    write_whole(&html, page.as_bytes())?;
    let [svg, png] = write_picture(figure, dir, &Rasteriser::new())?;
    Ok(FigureFiles { svg, png, html })
}
