//! A grid as a figure, with what is said of it.

use hesscope_spectral::SpectralError;

use super::cells::{Axes, Grid};
use super::sheet;
use crate::figures::density_panel::how_to_read;
use crate::figures::figure::Figure;
use crate::figures::layout::Layout;
use crate::figures::readings;
use crate::text::numbers::power_of_ten;
use crate::text::outliers::verdict;

/// Draws the grid in both layouts; values can be read off a grid of one column.
pub(crate) fn figure(grid: &Grid<'_>) -> Result<Figure, SpectralError> {
    let panels = grid.panels()?;
    let (wide, wide_geometry) = sheet::draw(grid, &panels, Layout::Wide);
    let (narrow, narrow_geometry) = sheet::draw(grid, &panels, Layout::Narrow);
    let drawn = panels.iter().flatten().flatten().map(|panel| &panel.curves);
    let floor = grid.extent(0).floor;
    let said = grid
        .cells()
        .zip(drawn.clone())
        .map(|((i, j, cell), curves)| {
            let (head, named) = (grid.head(i, j), &cell.spectrum);
            if grid.is_single_column() {
                let share = curves.near_zero_words();
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
    let caption = [grid.caption.clone(), how_to_read(drawn.clone(), whose)];
    let readings = wide_geometry.zip(narrow_geometry).map(|(wide, narrow)| {
        let names = grid.cells().map(|(_, _, cell)| cell.spectrum.name.as_str());
        readings::figure(names.zip(drawn), floor, &wide, &narrow)
    });
    Ok(Figure {
        name: grid.name.clone(),
        label: format!("{}. {}", grid.title, said.join(" ")),
        caption: caption.join(" ").trim().to_owned(),
        wide,
        narrow,
        readings,
    })
}
