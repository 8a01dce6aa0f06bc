//! Where things are in dynamics, and the names of their files.

use hesscope_records::{Dynamics, DynamicsCell, Terms};

/// The cell of a sample size at an epoch, with its place.
pub(super) fn cell<'a>(
    dynamics: &'a Dynamics,
    size: &str,
    epoch: usize,
) -> Option<(usize, &'a DynamicsCell)> {
    let mut cells = dynamics.cells.iter().enumerate();
    cells.find(|(_, cell)| cell.size == size && cell.epoch == epoch)
}

/// An operator's name for files: addresses read a plus as their own.
pub(super) fn file_name(operator: Terms) -> String {
    operator.file_stem().replace('+', "-")
}
