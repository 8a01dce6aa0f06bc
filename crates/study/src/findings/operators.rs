//! The operators whose spectra the rules read.

use hesscope_records::{Part, Terms};

/// Most class means whose Gram matrix is diagonalised: those of 49 classes.
const MOST_MEANS: usize = 2500;

/// Hess, its two parts, G without each of its parts that is not of low rank, and B2.
///
/// G without B2 has low rank, and its spectrum is exact by the Gram matrix of the class means where those are not too many.
pub fn operators(classes: usize) -> Vec<Terms> {
    let g = Terms::from(Part::G);
    let mut operators = vec![
        Part::Hess.into(),
        g,
        Part::H.into(),
        g - Part::A1,
        g - Part::A2,
        g - Part::B1,
        Part::B2.into(),
    ];
    if !means_are_few(classes) {
        operators.push(g - Part::B2);
    }
    operators
}

/// Whether the class means are few enough for the exact spectra of B1 and of G without B2.
pub fn means_are_few(classes: usize) -> bool {
    classes * (classes + 1) <= MOST_MEANS
}
