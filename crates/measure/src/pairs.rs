//! Leading eigenpairs with what was learnt beside them.

use hesscope_spectral::{Eigenpairs, RitzValue, SpectralRange};

/// The leading eigenpairs by modulus, and what was learnt of the rest of the spectrum on the way.
#[derive(Clone, Debug)]
pub struct LeadingPairs<V> {
    /// The pairs, largest modulus first.
    pub pairs: Eigenpairs<V>,
    /// Whether each met the tolerance.
    pub converged: Vec<bool>,
    /// Iterations of the subspace iteration.
    pub iterations: usize,
    /// An upper bound of the modulus of all other eigenvalues, as far as is known: that of the next Ritz value and its
    /// residual.
    pub next: f64,
    /// An interval that holds the spectrum.
    pub range: SpectralRange,
    /// All Ritz values of the Lanczos run from each start, ascending; none without reorthogonalisation, where they come in
    /// copies.
    pub ritz: Vec<Vec<RitzValue>>,
    /// Whether those of the first start are the whole spectrum.
    pub complete: bool,
    /// Products with one vector that were formed, over all processes that had a part in it.
    pub products: usize,
}

impl<V> LeadingPairs<V> {
    /// The same with each vector replaced by what is made of it.
    pub fn map_vectors<W>(self, make: impl FnMut(V) -> W) -> LeadingPairs<W> {
        LeadingPairs {
            pairs: self.pairs.map_vectors(make),
            converged: self.converged,
            iterations: self.iterations,
            next: self.next,
            range: self.range,
            ritz: self.ritz,
            complete: self.complete,
            products: self.products,
        }
    }
}
