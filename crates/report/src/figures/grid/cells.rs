//! What is in a grid of densities.

use hesscope_records::Spectrum;
use hesscope_spectral::SpectralError;

use crate::figures::curves::{Curves, POINTS, curves, extent};
use crate::figures::line::Stretch;
use crate::figures::linear::{Linear, linear, linear_extent};
use crate::figures::split_axis::Extent;
use crate::figures::view::View;
use crate::named_spectrum::NamedSpectrum;
use crate::text::numbers::{power_of_ten, significant};

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
    /// The views it is drawn in beside the logarithmic one. The panels of a single column have linear axes of their own.
    pub(crate) others: Vec<View>,
}

/// A panel's numbers.
pub(super) struct Panel {
    pub(super) extent: Extent,
    pub(super) curves: Curves,
    /// On a linear axis, and the ends of that.
    pub(super) linear: Option<(Linear, [f64; 2])>,
    /// What is said under it in every view.
    notes: Vec<String>,
}

impl Panel {
    /// What is said under it; under one of a single column, what its numbers are.
    pub(super) fn notes(&self, view: View, is_single_column: bool) -> Vec<String> {
        let mut notes = self.notes.clone();
        if !is_single_column {
            return notes;
        }
        let mut own = match &self.linear {
            Some((linear, _)) if view.is_straight() => {
                let width = significant(linear.width, 2);
                let width = format!("Gaussians of standard deviation\u{a0}{width}");
                [Some(width), unresolved(&linear.unresolved)]
            }
            _ => [
                Some(shares(&self.curves, self.extent.floor)),
                unresolved(&self.curves.unresolved),
            ],
        };
        notes.splice(0..0, own.iter_mut().filter_map(Option::take));
        notes
    }
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

    /// The spectra that share the axis of a column.
    fn beside(&self, column: usize) -> Vec<&Spectrum> {
        let common = self.axes == Axes::Common;
        let beside = self.cells().filter(|&(_, j, _)| common || j == column);
        beside.map(|(_, _, cell)| cell.spectrum.spectrum).collect()
    }

    /// What the axis of a column must hold.
    pub(super) fn extent(&self, column: usize) -> Extent {
        extent(&self.beside(column))
    }

    /// The ends of the linear axis of a panel.
    fn linear_extent(&self, cell: &Cell<'_>, column: usize) -> [f64; 2] {
        if self.is_single_column() {
            linear_extent(&[cell.spectrum.spectrum])
        } else {
            linear_extent(&self.beside(column))
        }
    }

    /// Every panel's numbers, row by row.
    pub(super) fn panels(&self) -> Result<Vec<Vec<Option<Panel>>>, SpectralError> {
        let is_straight = self.others.iter().any(|view| view.is_straight());
        let panel = |(j, cell): (usize, &Option<Cell<'_>>)| {
            let Some(cell) = cell else {
                return Ok(None);
            };
            let extent = self.extent(j);
            let curves = curves(&cell.spectrum, &extent, POINTS)?;
            let ends = self.linear_extent(cell, j);
            let linear = is_straight.then(|| linear(&cell.spectrum, ends));
            Ok(Some(Panel {
                extent,
                curves,
                linear: linear.transpose()?.map(|linear| (linear, ends)),
                notes: cell.notes.clone(),
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

/// The shares of the spectrum on each side of zero and about it.
fn shares(curves: &Curves, floor: i32) -> String {
    let floor = power_of_ten(floor);
    let share = |what: String, words: String| {
        // One piece, so that lines break between shares.
        format!("{what}: {words}").replace(' ', "\u{a0}")
    };
    let all = [
        share(
            format!("\u{3bb} \u{2264} \u{2212}{floor}"),
            curves.negative_share.words(),
        ),
        share("near zero".to_owned(), curves.near_zero.words()),
        share(
            format!("\u{3bb} \u{2265} {floor}"),
            curves.positive_share.words(),
        ),
    ];
    all.join(" \u{b7} ")
}

/// The unresolved stretches with their shares, where there are any.
fn unresolved(stretches: &[Stretch]) -> Option<String> {
    let all: Vec<String> = stretches
        .iter()
        .map(|stretch| stretch.words().replace(' ', "\u{a0}"))
        .collect();
    (!all.is_empty()).then(|| format!("Unresolved: {}", all.join("; ")))
}
