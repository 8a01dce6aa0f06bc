//! Random directions orthogonal to what there is already.

use serde::{Deserialize, Serialize};

use crate::error::spectral_error::SpectralError;
use crate::operator::linear_operator::{LinearOperator, VectorOf};
use crate::operator::orthogonalise::orthogonalise;
use crate::operator::orthonormalise::orthonormalise;
use crate::operator::probes::{ProbeKind, Probes};
use crate::operator::vector_space::VectorSpace;

/// Draws in a row that may lie in the span of what there is; with probability one none does.
const MAX_DRAWS: usize = 16;

/// A sequence of random unit vectors, function of the seed and of how many were drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RandomDirections {
    seed: u64,
    drawn: u64,
}

impl RandomDirections {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, drawn: 0 }
    }

    /// A random unit vector orthogonal to the excluded vectors and to every basis.
    pub(crate) fn vector<O: LinearOperator>(
        &mut self,
        op: &O,
        bases: &[&[VectorOf<O>]],
    ) -> Result<VectorOf<O>, SpectralError> {
        let space = op.space();
        let mut against = vec![op.excluded()];
        against.extend(bases);
        for _ in 0..MAX_DRAWS {
            let mut vector =
                Probes::new(ProbeKind::UnitSphere, self.seed).vector(space, self.drawn);
            self.drawn += 1;
            let norm = orthogonalise(space, &against, &mut vector, space.epsilon());
            if norm > space.epsilon() {
                space.scale(1.0 / norm, &mut vector);
                return Ok(vector);
            }
        }
        Err(SpectralError::ZeroVector {
            what: "random vector",
            index: self.drawn as usize,
        })
    }

    /// An orthonormal block of `size` vectors, orthogonal to the excluded and the `fixed` ones, whose span contains what
    /// the block has beside those.
    pub(crate) fn complete<O: LinearOperator>(
        &mut self,
        op: &O,
        fixed: &[VectorOf<O>],
        mut block: Vec<VectorOf<O>>,
        size: usize,
    ) -> Result<Vec<VectorOf<O>>, SpectralError> {
        let space = op.space();
        for vector in &mut block {
            let before = space.norm(vector);
            let norm = orthogonalise(space, &[op.excluded(), fixed], vector, 0.0);
            // What is left of a vector in the span of the others is rounding error.
            let scale = if norm > 4.0 * space.epsilon() * before {
                1.0 / norm
            } else {
                0.0
            };
            space.scale(scale, vector);
        }
        let mut basis = orthonormalise(space, block)?;
        basis.truncate(size);
        // Making the block orthonormal magnifies what it has along the others.
        for vector in &mut basis {
            let norm = orthogonalise(space, &[op.excluded(), fixed], vector, 0.0);
            if norm > 0.0 {
                space.scale(1.0 / norm, vector);
            }
        }
        while basis.len() < size {
            let vector = self.vector(op, &[fixed, &basis])?;
            basis.push(vector);
        }
        Ok(basis)
    }
}
