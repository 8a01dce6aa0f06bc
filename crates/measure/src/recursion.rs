//! What the reorthogonalisation of Lanczos vectors means for a recursion.

use hesscope_spectral::{Breakdown, Reorthogonalisation};

/// What a breakdown of the Lanczos recursion does: with full reorthogonalisation it goes on from a new start.
pub fn breakdown(reorthogonalisation: Reorthogonalisation) -> Breakdown {
    match reorthogonalisation {
        Reorthogonalisation::Full => Breakdown::Restart,
        Reorthogonalisation::None | Reorthogonalisation::Selective => Breakdown::Stop,
    }
}

/// Probes of so many steps that go together in half of a memory of `vectors` vectors, one at least. A probe keeps two vectors
/// and its product, and with reorthogonalisation one for each step.
pub fn probes_together(
    reorthogonalisation: Reorthogonalisation,
    steps: usize,
    vectors: usize,
) -> usize {
    let of_one = match reorthogonalisation {
        Reorthogonalisation::None => 3,
        Reorthogonalisation::Full | Reorthogonalisation::Selective => steps.saturating_add(3),
    };
    (vectors / 2 / of_one).max(1)
}
