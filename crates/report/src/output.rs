//! The files of figures and pages, each whole or absent at every moment.

use std::fs;
use std::path::{Path, PathBuf};

use hesscope_files::write_bytes;

use crate::error::ReportError;
use crate::figures::Figure;
use crate::svg::Rasteriser;

/// The files of a figure by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FigureFiles {
    /// The picture.
    pub svg: PathBuf,
    /// The same, twice the size in pixels.
    pub png: PathBuf,
    /// A self-contained page: the picture in two layouts, its caption and tables.
    pub html: PathBuf,
}

/// The files of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportFiles {
    /// The page.
    pub html: PathBuf,
    /// The figures, an SVG and a PNG of each.
    pub figures: Vec<PathBuf>,
}

/// Writes a file into a folder, which is made if it is not there.
pub(crate) fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf, ReportError> {
    fs::create_dir_all(folder).map_err(|source| ReportError::Folder {
        path: folder.to_owned(),
        source,
    })?;
    let path = folder.join(name);
    match write_bytes(&path, bytes) {
        Ok(()) => Ok(path),
        Err(source) => Err(ReportError::Write { path, source }),
    }
}

fn write_picture(
    figure: &Figure,
    folder: &Path,
    rasteriser: &Rasteriser,
) -> Result<[PathBuf; 2], ReportError> {
    let text = figure.wide.standalone(&figure.label);
    let svg = write(folder, &format!("{}.svg", figure.name), text.as_bytes())?;
    let name = format!("{}.png", figure.name);
    let png = rasteriser
        .png(&text)
        .map_err(|reason| ReportError::Raster {
            path: folder.join(&name),
            reason,
        })?;
    Ok([svg, write(folder, &name, &png)?])
}

/// Writes a page into `dir`, and before it its figures into the folder `figures` there.
pub(crate) fn write_report_files<'a>(
    dir: &Path,
    name: &str,
    page: &str,
    figures: impl IntoIterator<Item = &'a Figure>,
) -> Result<ReportFiles, ReportError> {
    let rasteriser = Rasteriser::new();
    let mut paths = Vec::new();
    for figure in figures {
        paths.extend(write_picture(figure, &dir.join("figures"), &rasteriser)?);
    }
    Ok(ReportFiles {
        html: write(dir, name, page.as_bytes())?,
        figures: paths,
    })
}

/// Writes the page of one figure and its picture into `dir`.
pub(crate) fn write_figure_files(
    dir: &Path,
    figure: &Figure,
    page: &str,
) -> Result<FigureFiles, ReportError> {
    let html = write(dir, &format!("{}.html", figure.name), page.as_bytes())?;
    let [svg, png] = write_picture(figure, dir, &Rasteriser::new())?;
    Ok(FigureFiles { svg, png, html })
}
