//! How much arithmetic a product takes.
//!
//! Convolutions, or products of matrices, a layer in one product: one forward; a second-order pass pulls the cotangent back
//! to the layer's input, and each direction takes two more forward, two in the derivative of the pull-back and two in the
//! pull-back of the tangent. Without a second order it is two forward and two back. Parts of G by class go over the data
//! twice, B2 with its tangents both times. The first layer, whose input carries no tangent, takes less.

use crate::operators::Operator;
use hesscope_records::{Part, Terms};

/// Forward passes that the products of an operator with so many vectors in one pass are worth in arithmetic.
pub fn forward_passes(terms: Terms, directions: usize) -> usize {
    let within_classes = terms.contains(Part::B2) || terms.class().is_some();
    if terms == Part::Decay.into() {
        0
    } else if terms.contains(Part::H) || (terms.splits_g() && within_classes) {
        2 + 6 * directions
    } else if terms.splits_g() {
        2 + 4 * directions
    } else {
        1 + 4 * directions
    }
}

impl Operator<'_> {
    /// Multiplications followed by an addition in the products with so many vectors over all examples, about: those of
    /// convolutions and matrix products; twice as many floating-point operations.
    pub fn multiply_adds(&self, directions: usize) -> usize {
        let problem = self.problem();
        let program = problem.program();
        let together = problem.directions();
        let (full, rest) = (directions / together, directions % together);
        let mut passes = full * forward_passes(self.terms(), together);
        if rest > 0 {
            passes += forward_passes(self.terms(), rest);
        }
        program.multiply_adds() / program.batch() * problem.examples() * passes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operator_has_its_passes() {
        for (name, each) in [
            ("hess", 6),
            ("h", 6),
            ("b2", 6),
            ("b2[3]", 6),
            ("a1+h", 6),
            ("a1", 4),
            ("a1+a2+b1", 4),
        ] {
            let terms = name.parse().expect(name);
            assert_eq!(forward_passes(terms, 3), 2 + 3 * each, "{name}");
        }
        assert_eq!(forward_passes(Part::G.into(), 8), 33);
        assert_eq!(forward_passes(Part::Decay.into(), 8), 0);
    }
}
