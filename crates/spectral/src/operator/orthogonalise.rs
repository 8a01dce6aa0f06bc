//! Classical Gram-Schmidt against orthonormal vectors, repeated until it has worked.

use faer::Mat;

use crate::operator::vector_space::VectorSpace;

/// Passes after which even a vector wholly inside the span has been reduced to nothing.
const MAX_PASSES: usize = 6;

/// `w <- (I - Q Q^T) w` for every w of the block, by one block product each way.
pub(crate) fn project_out<S: VectorSpace>(space: &S, basis: &[S::Vector], block: &mut [S::Vector]) {
    take_out(space, basis, block);
}

/// [`project_out`] with the coefficients `Q^T W` taken off, if there are any.
fn take_out<S: VectorSpace>(
    space: &S,
    basis: &[S::Vector],
    block: &mut [S::Vector],
) -> Option<Mat<f64>> {
    if basis.is_empty() || block.is_empty() {
        return None;
    }
    let coefficients = space.gram(basis, block);
    let corrections = space.combine(basis, coefficients.as_ref());
    for (w, correction) in block.iter_mut().zip(corrections) {
        space.axpy(-1.0, &correction, w);
    }
    Some(coefficients)
}

/// Repeats a pass over `w`: twice always ("twice is enough", Giraud, Langou & Rozloznik 2005), and more while a pass still
/// halves the norm, since a vector that is nearly inside the span is mostly rounding error after the first passes, and that
/// error has to be orthogonalised too. Stops early once the norm, which it returns, is at most `negligible`.
fn until_settled<S: VectorSpace>(
    space: &S,
    w: &mut S::Vector,
    negligible: f64,
    mut pass: impl FnMut(&mut S::Vector),
) -> f64 {
    let mut norm = space.norm(w);
    for number in 0..MAX_PASSES {
        pass(w);
        let reduced = space.norm(w);
        let settled = reduced > 0.5 * norm;
        norm = reduced;
        if norm <= negligible || (number >= 1 && settled) {
            break;
        }
    }
    norm
}

/// Makes `w` orthogonal to every basis to working precision and returns its norm.
pub(crate) fn orthogonalise<S: VectorSpace>(
    space: &S,
    bases: &[&[S::Vector]],
    w: &mut S::Vector,
    negligible: f64,
) -> f64 {
    if bases.iter().all(|basis| basis.is_empty()) {
        return space.norm(w);
    }
    until_settled(space, w, negligible, |w| {
        for basis in bases {
            project_out(space, basis, std::slice::from_mut(w));
        }
    })
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
    let norm = until_settled(space, w, negligible, |w| {
        project_out(space, excluded, std::slice::from_mut(w));
        if let Some(coefficients) = take_out(space, basis, std::slice::from_mut(w)) {
            for (i, sum) in collected.iter_mut().enumerate() {
                *sum += coefficients[(i, 0)];
            }
        }
    });
    (collected, norm)
}
