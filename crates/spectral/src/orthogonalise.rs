//! Classical Gram-Schmidt against orthonormal vectors, repeated until it has worked.

use crate::space::VectorSpace;

/// Passes after which even a vector wholly inside the span has been reduced to nothing.
const MAX_PASSES: usize = 6;

/// `w <- (I - Q Q^T) w` for every w of the block, by one block product each way.
pub(crate) fn project_out<S: VectorSpace>(space: &S, basis: &[S::Vector], block: &mut [S::Vector]) {
    if basis.is_empty() || block.is_empty() {
        return;
    }
    let coefficients = space.gram(basis, block);
    for (w, correction) in block
        .iter_mut()
        .zip(space.combine(basis, coefficients.as_ref()))
    {
        space.axpy(-1.0, &correction, w);
    }
}

/// Makes `w` orthogonal to every basis to working precision and returns its norm.
///
/// Two passes always ("twice is enough", Giraud, Langou & Rozloznik 2005), and more while a pass still halves the norm: a
/// vector that is nearly inside the span is mostly rounding error after the first passes, and that error has to be
/// orthogonalised too. Stops early once the norm is at most `negligible`.
pub(crate) fn orthogonalise<S: VectorSpace>(
    space: &S,
    bases: &[&[S::Vector]],
    w: &mut S::Vector,
    negligible: f64,
) -> f64 {
    let mut norm = space.norm(w);
    if bases.iter().all(|basis| basis.is_empty()) {
        return norm;
    }
    for pass in 0..MAX_PASSES {
        for basis in bases {
            project_out(space, basis, std::slice::from_mut(w));
        }
        let reduced = space.norm(w);
        let settled = reduced > 0.5 * norm;
        norm = reduced;
        if norm <= negligible || (pass >= 1 && settled) {
            break;
        }
    }
    norm
}

/// [`orthogonalise`] against the excluded vectors and the basis, with the coefficients `q_i . w` of the basis: those of
/// the first pass with what the later ones put right.
pub(crate) fn orthogonalise_collecting<S: VectorSpace>(
    space: &S,
    excluded: &[S::Vector],
    basis: &[S::Vector],
    w: &mut S::Vector,
    negligible: f64,
) -> (Vec<f64>, f64) {
    let mut collected = vec![0.0; basis.len()];
    let mut norm = space.norm(w);
    for pass in 0..MAX_PASSES {
        project_out(space, excluded, std::slice::from_mut(w));
        if !basis.is_empty() {
            let coefficients = space.gram(basis, std::slice::from_ref(w));
            for (sum, i) in collected.iter_mut().zip(0..) {
                *sum += coefficients[(i, 0)];
            }
            for correction in space.combine(basis, coefficients.as_ref()) {
                space.axpy(-1.0, &correction, w);
            }
        }
        let reduced = space.norm(w);
        let settled = reduced > 0.5 * norm;
        norm = reduced;
        if norm <= negligible || (pass >= 1 && settled) {
            break;
        }
    }
    (collected, norm)
}
