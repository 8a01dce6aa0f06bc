//! Densities in rows and columns of panels: data sets, epochs or sample sizes beside each other.

mod draw;

use hesscope_spectral::SpectralError;

use super::Figure;
use super::layout::Layout;
use super::panel::Style;
use super::spectrum::{POINTS, Spectrum, WIDTH, extent, spectrum};
use super::split_axis::Extent;
use crate::svg::Ink;
use crate::wording::verdict;
use hesscope_records::Analysis;

/// What the curves of a panel look like, in the order in which their labels first occur; they repeat after the last.
const STYLES: [Style; 4] = [
    style(Ink::Blue, None),
    style(Ink::Orange, Some("6 4")),
    style(Ink::Green, Some("2 3")),
    style(Ink::Purple, Some("9 3 2 3")),
];

const fn style(ink: Ink, dashes: Option<&'static str>) -> Style {
    Style {
        ink,
        dashes,
        band: None,
    }
}

/// What panels have in common of their axes of eigenvalues; that of counts is always common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Axes {
    /// All panels share one.
    Common,
    /// Those of a column share one.
    OfColumns,
    /// Each has its own.
    OfPanels,
}

/// A panel: its curves by label, and lines of text under it.
#[derive(Clone, Debug)]
pub(crate) struct Cell<'a> {
    /// Labels and analyses. A label that occurs in several panels looks the same in all; where there is one label in the
    /// whole grid it is not drawn.
    pub(crate) curves: Vec<(String, &'a Analysis)>,
    /// What is said under the panel, each broken into lines of its width.
    pub(crate) notes: Vec<String>,
}

/// A row of panels.
#[derive(Clone, Debug)]
pub(crate) struct Row<'a> {
    /// What stands above it.
    pub(crate) title: String,
    /// As many as there are columns; none where nothing was measured.
    pub(crate) cells: Vec<Option<Cell<'a>>>,
}

/// Panels in rows and columns; on a narrow page they stand one beneath another, column after column.
///
/// ```ignore
/// let cell = |analysis| Some(Cell {
///     curves: vec![("Hess".to_owned(), analysis)],
///     notes: vec![verdict(&analysis.outliers)],
/// });
/// let figure = Grid {
///     name: "dynamics-hess-train".to_owned(),
///     title: "Hess along training".to_owned(),
///     caption: "Rows are sample sizes, columns are epochs.".to_owned(),
///     columns: epochs.iter().map(|epoch| format!("epoch {epoch}")).collect(),
///     rows: sizes.iter().map(|size| Row {
///         title: format!("{size} examples a class"),
///         cells: epochs.iter().map(|epoch| cell(find(size, epoch))).collect(),
///     }).collect(),
///     axes: Axes::Common,
/// }
/// .figure()?;
/// ```
///
/// The analyses must have passed [`check`](crate::check::check).
#[derive(Clone, Debug)]
pub(crate) struct Grid<'a> {
    /// The name of its files.
    pub(crate) name: String,
    /// The heading.
    pub(crate) title: String,
    /// What the caption says before it says how panels are read.
    pub(crate) caption: String,
    /// The titles of the columns.
    pub(crate) columns: Vec<String>,
    /// The rows, from the top.
    pub(crate) rows: Vec<Row<'a>>,
    /// What panels share.
    pub(crate) axes: Axes,
}

/// A panel's numbers.
struct Panel {
    extent: Extent,
    /// With the place of each label in the order of labels.
    curves: Vec<(usize, Spectrum)>,
    notes: Vec<String>,
}

impl Grid<'_> {
    /// Draws the grid in both layouts.
    pub(crate) fn figure(&self) -> Result<Figure, SpectralError> {
        let labels = self.labels();
        let panels = self.panels(&labels)?;
        let drawn = |layout: Layout| draw::draw(self, &labels, &panels, layout);
        Ok(Figure {
            readings: None,
            name: self.name.clone(),
            label: format!("{}. {}", self.title, self.said().join(" ")),
            caption: self.words(&panels),
            wide: drawn(Layout::Wide),
            narrow: drawn(Layout::Narrow),
        })
    }

    /// The different labels, in the order in which they occur.
    fn labels(&self) -> Vec<String> {
        let mut labels: Vec<String> = Vec::new();
        for (label, _) in self.cells().flat_map(|(_, _, cell)| &cell.curves) {
            if !labels.contains(label) {
                labels.push(label.clone());
            }
        }
        labels
    }

    /// The cells that there are, with their row and column.
    fn cells(&self) -> impl Iterator<Item = (usize, usize, &Cell<'_>)> {
        self.rows.iter().enumerate().flat_map(move |(i, row)| {
            let cells = row.cells.iter().take(self.columns.len()).enumerate();
            cells.filter_map(move |(j, cell)| Some((i, j, cell.as_ref()?)))
        })
    }

    /// What a cell's axis must hold.
    fn extent(&self, row: usize, column: usize) -> Extent {
        let analyses: Vec<&Analysis> = self
            .cells()
            .filter(|&(i, j, _)| match self.axes {
                Axes::Common => true,
                Axes::OfColumns => j == column,
                Axes::OfPanels => (i, j) == (row, column),
            })
            .flat_map(|(_, _, cell)| cell.curves.iter().map(|&(_, analysis)| analysis))
            .collect();
        extent(&analyses)
    }

    /// Every panel's numbers, row by row.
    fn panels(&self, labels: &[String]) -> Result<Vec<Vec<Option<Panel>>>, SpectralError> {
        let panel = |i: usize, j: usize, cell: &Cell<'_>| {
            let extent = self.extent(i, j);
            let curves = cell.curves.iter().map(|(label, analysis)| {
                let place = labels.iter().position(|known| known == label);
                Ok((place.unwrap_or(0), spectrum(analysis, &extent, POINTS)?))
            });
            Ok(Panel {
                extent,
                curves: curves.collect::<Result<_, SpectralError>>()?,
                notes: cell.notes.clone(),
            })
        };
        let row = |(i, row): (usize, &Row<'_>)| {
            (0..self.columns.len())
                .map(|j| match row.cells.get(j) {
                    Some(Some(cell)) => panel(i, j, cell).map(Some),
                    _ => Ok(None),
                })
                .collect()
        };
        self.rows.iter().enumerate().map(row).collect()
    }

    /// A sentence for each panel.
    fn said(&self) -> Vec<String> {
        self.cells()
            .map(|(i, j, cell)| {
                let curves: Vec<String> = cell
                    .curves
                    .iter()
                    .map(|(label, analysis)| format!("{label} {}", verdict(&analysis.outliers)))
                    .collect();
                format!("{}: {}.", self.head(i, j), curves.join(", "))
            })
            .collect()
    }

    /// `MNIST, training split`.
    fn head(&self, row: usize, column: usize) -> String {
        let titles = [&self.columns[column], &self.rows[row].title];
        let said: Vec<&str> = titles
            .into_iter()
            .map(String::as_str)
            .filter(|title| !title.is_empty())
            .collect();
        said.join(", ")
    }

    /// The caption.
    fn words(&self, panels: &[Vec<Option<Panel>>]) -> String {
        let spectra = || {
            panels
                .iter()
                .flatten()
                .flatten()
                .flat_map(|panel| &panel.curves)
        };
        let band = if spectra().any(|(_, spectrum)| {
            spectrum.positive.band.is_some() || spectrum.negative.band.is_some()
        }) {
            " The bands are where the exact spectra, broadened alike, lie at 95 % of points."
        } else {
            ""
        };
        let unmarked = match spectra().map(|(_, spectrum)| spectrum.unmarked).sum() {
            0_usize => String::new(),
            many => format!(
                " {many} of the outliers counted lie beyond the leading eigenpairs computed, and have no mark."
            ),
        };
        let axis = match self.axes {
            Axes::Common => "of the figure",
            Axes::OfColumns => "of the column",
            Axes::OfPanels => "of the panel",
        };
        format!(
            "{}{}Eigenvalues per decade of |\u{3bb}|, on logarithmic axes to either side of zero, each broadened to a \
             Gaussian of standard deviation {WIDTH} decades. The shaded strip is what lies within six decades of the largest \
             modulus {axis} and is not resolved, with its share of the eigenvalues where there is one curve.{band} Marks on \
             top are leading eigenvalues, a diamond for each outlier counted, with a dashed line where the outliers end.{unmarked}",
            self.caption,
            if self.caption.is_empty() { "" } else { " " },
        )
    }
}

/// How the curve of the label at a place looks; a single one as in a figure of its own.
fn style_of(place: usize, labels: usize) -> Style {
    if labels <= 1 {
        Style {
            band: Some(Ink::Sky),
            ..STYLES[0]
        }
    } else {
        STYLES[place % STYLES.len()]
    }
}
