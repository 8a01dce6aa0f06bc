//! A grid as a figure, with what is said of it.

use hesscope_spectral::SpectralError;

use super::cells::{Axes, Grid};
use super::sheet;
use crate::figures::density_words::{caption, how_to_read};
use crate::figures::figure::{Drawings, Figure};
use crate::figures::layout::Layout;
use crate::figures::readings;
use crate::figures::view::View;
use crate::text::numbers::power_of_ten;
use crate::text::outliers::verdict;

/// What the caption says of the linear views.
const STRAIGHT: &str = "The linear and the semi-logarithmic view show the share of the eigenvalues per unit of \u{3bb}. Their \
                        Gaussians are as wide as the Lanczos steps resolve: Lin, Saad & Yang (2016), \u{3ba} = 1.25.";

/// Draws the grid in both layouts and all its views; values can be read off a grid of one column.
pub(crate) fn figure(grid: &Grid<'_>) -> Result<Figure, SpectralError> {
    let panels = grid.panels()?;
    let draw = |view: View| {
        let (wide, wide_geometry) = sheet::draw(grid, &panels, Layout::Wide, view);
        let (narrow, narrow_geometry) = sheet::draw(grid, &panels, Layout::Narrow, view);
        let geometry = wide_geometry.zip(narrow_geometry);
        (Drawings { wide, narrow }, geometry)
    };
    let (first, geometry) = draw(View::Logarithmic);
    let others: Vec<_> = grid.others.iter().map(|&view| (view, draw(view))).collect();
    let drawn = panels.iter().flatten().flatten().map(|panel| &panel.curves);
    let floor = grid.extent(0).floor;
    let said = grid
        .cells()
        .zip(drawn.clone())
        .map(|((i, j, cell), curves)| {
            let (head, named) = (grid.head(i, j), &cell.spectrum);
            if grid.is_single_column() {
                let share = curves.near_zero.words();
                return format!("{head}; {share} within {} of zero.", power_of_ten(floor));
            }
            let counts = verdict(&named.spectrum.outliers);
            format!("{head}: {} has {counts}.", named.name)
        });
    let said: Vec<String> = said.collect();
    let whose = match grid.axes {
        Axes::Common => "of the figure",
        Axes::OfColumns => "of the column",
    };
    let caption = [grid.caption.clone(), caption(drawn.clone())];
    let mut notes = how_to_read(drawn.clone(), whose);
    if !others.is_empty() {
        notes = format!("{notes} {STRAIGHT}");
    }
    let names = grid.cells().map(|(_, _, cell)| cell.spectrum.name.as_str());
    let readings = geometry.map(|(wide, narrow)| {
        let curves = names.clone().zip(drawn);
        let mut all = readings::figure(curves, floor, &wide, &narrow);
        let linear = panels.iter().flatten().flatten();
        let linear = linear.filter_map(|panel| Some(&panel.linear.as_ref()?.0));
        let views = others.iter().filter_map(|(view, (_, geometry))| {
            let (wide, narrow) = geometry.as_ref()?;
            Some((*view, wide, narrow))
        });
        all["straight"] = readings::straight(names.zip(linear), views);
        all
    });
    Ok(Figure {
        name: grid.name.clone(),
        label: format!("{}. {}", grid.title, said.join(" ")),
        caption: caption.join(" ").trim().to_owned(),
        notes,
        first,
        others: others
            .into_iter()
            .map(|(view, (drawings, _))| (view, drawings))
            .collect(),
        readings,
    })
}
