//! Densities in rows and columns of panels: operators, data sets, epochs or sample sizes beside each other.

mod cells;
mod figure;
mod sheet;

pub(crate) use cells::{Axes, Cell, Grid, Row};
pub(crate) use figure::figure;
