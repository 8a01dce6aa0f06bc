//! What is in a grid of densities.

use hesscope_spectral::SpectralError;

use crate::figures::curves::{Curves, POINTS, curves, extent};
use crate::figures::split_axis::Extent;
use crate::named_spectrum::NamedSpectrum;
use crate::text::numbers::{percent, power_of_ten};

/// What panels have in common of their axes of eigenvalues; that of counts is always common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Axes {
    /// All panels share one.
    Common,
    /// Those of a column share one.
    OfColumns,
}

/// A panel: a spectrum, and what is said under it, each note broken into lines of its width.
#[derive(Clone, Debug)]
pub(crate) struct Cell<'a> {
    pub(crate) spectrum: NamedSpectrum<'a>,
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
/// The spectra must have passed [`fault`](crate::check::fault).
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
pub(super) struct Panel {
    pub(super) extent: Extent,
    pub(super) curves: Curves,
    /// What is said under it.
    pub(super) notes: Vec<String>,
}

impl Grid<'_> {
    /// Whether panels stand one above another, wide enough to be read closely.
    pub(super) fn is_single_column(&self) -> bool {
        self.columns.len() == 1
    }

    /// The cells that there are, with their row and column.
    pub(super) fn cells(&self) -> impl Iterator<Item = (usize, usize, &Cell<'_>)> + Clone {
        self.rows.iter().enumerate().flat_map(|(i, row)| {
            let cells = row.cells.iter().enumerate();
            cells.filter_map(move |(j, cell)| Some((i, j, cell.as_ref()?)))
        })
    }

    /// What the axis of a column must hold.
    pub(super) fn extent(&self, column: usize) -> Extent {
        let common = self.axes == Axes::Common;
        let beside = self.cells().filter(|&(_, j, _)| common || j == column);
        extent(
            &beside
                .map(|(_, _, cell)| cell.spectrum.spectrum)
                .collect::<Vec<_>>(),
        )
    }

    /// Every panel's numbers, row by row.
    pub(super) fn panels(&self) -> Result<Vec<Vec<Option<Panel>>>, SpectralError> {
        let panel = |(j, cell): (usize, &Option<Cell<'_>>)| {
            let Some(cell) = cell else {
                return Ok(None);
            };
            let extent = self.extent(j);
            let curves = curves(&cell.spectrum, &extent, POINTS)?;
            let mut notes = cell.notes.clone();
            if self.is_single_column() {
                notes.insert(0, masses(&curves, extent.floor));
            }
            Ok(Some(Panel {
                extent,
                curves,
                notes,
            }))
        };
        let row = |row: &Row<'_>| row.cells.iter().enumerate().map(panel).collect();
        self.rows.iter().map(row).collect()
    }

    /// `MNIST, training split`.
    pub(super) fn head(&self, row: usize, column: usize) -> String {
        let titles = [self.columns[column].as_str(), &self.rows[row].title];
        let said = titles.into_iter().filter(|title| !title.is_empty());
        said.collect::<Vec<_>>().join(", ")
    }
}

/// The shares of the spectrum on each side of zero.
fn masses(curves: &Curves, floor: i32) -> String {
    let floor = power_of_ten(floor);
    format!(
        "\u{3bb}\u{a0}\u{2264}\u{a0}\u{2212}{floor}:\u{a0}{} \u{b7} \u{3bb}\u{a0}\u{2265}\u{a0}{floor}:\u{a0}{}",
        percent(curves.negative_mass),
        percent(curves.positive_mass)
    )
}
