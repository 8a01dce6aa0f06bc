//! The operators whose spectra the rules read.

use hesscope_records::{Part, Terms};

/// Most class means whose Gram matrix is diagonalised: those of 49 classes.
const MOST_MEANS: usize = 2500;

/// Hess, its two parts, G without A1, G without B1, and B2. A1, A2 and B1 are of low rank, and their spectra exact.
pub fn operators() -> [Terms; 6] {
    let g = Terms::from(Part::G);
    [
        Part::Hess.into(),
        g,
        Part::H.into(),
        g - Part::A1,
        g - Part::B1,
        Part::B2.into(),
    ]
}

/// Whether the class means are few enough for the exact spectrum of B1.
pub fn means_are_few(classes: usize) -> bool {
    classes * (classes + 1) <= MOST_MEANS
}
