//! The files of figures and pages, each whole or absent at every moment.

use std::fs;
use std::path::{Path, PathBuf};

use hesscope_files::write_bytes;

use crate::error::ReportError;
use crate::figures::{Figure, View};
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

/// Writes the picture that a figure begins with, and those of its others that are among `views`.
fn write_pictures(
    figure: &Figure,
    views: &[View],
    folder: &Path,
    rasteriser: &Rasteriser,
) -> Result<Vec<PathBuf>, ReportError> {
    let others = figure.others.iter();
    let others = others.filter(|(view, _)| views.contains(view));
    let others = others.map(|(view, drawings)| (format!("{}-{view}", figure.name), drawings));
    let mut paths = Vec::new();
    for (name, drawings) in std::iter::once((figure.name.clone(), &figure.first)).chain(others) {
        let text = drawings.wide.standalone(&figure.label);
        paths.push(write(folder, &format!("{name}.svg"), text.as_bytes())?);
        let name = format!("{name}.png");
        let png = rasteriser
            .png(&text)
            .map_err(|reason| ReportError::Raster {
                path: folder.join(&name),
                reason,
            })?;
        paths.push(write(folder, &name, &png)?);
    }
    Ok(paths)
}

/// Writes a page into `dir`, and before it its figures into the folder `figures` there; `views` are written beside those
/// that figures begin with.
pub(crate) fn write_report_files<'a>(
    dir: &Path,
    name: &str,
    page: &str,
    figures: impl IntoIterator<Item = &'a Figure>,
    views: &[View],
) -> Result<ReportFiles, ReportError> {
    let rasteriser = Rasteriser::new();
    let mut paths = Vec::new();
    for figure in figures {
        let folder = dir.join("figures");
        paths.extend(write_pictures(figure, views, &folder, &rasteriser)?);
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
    write_pictures(figure, &[], dir, &Rasteriser::new())?;
    let file = |ending: &str| dir.join(format!("{}.{ending}", figure.name));
    Ok(FigureFiles {
        svg: file("svg"),
        png: file("png"),
        html,
    })
}
