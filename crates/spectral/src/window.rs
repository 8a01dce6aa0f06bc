//! A Krylov basis grown block by block, with the operator's projection on it.

use faer::Mat;

use crate::error::SpectralError;
use crate::operator::{LinearOperator, VectorOf, apply_checked};
use crate::orthogonalise::orthogonalise;
use crate::orthonormal::symmetric_eigen;
use crate::probes::{ProbeKind, Probes};
use crate::space::VectorSpace;

/// What remains of a vector counts as nothing below this many eps of the operator's scale.
pub(crate) const NEGLIGIBLE: f64 = 100.0;

/// An orthonormal basis V, and the block X to come, with `A V = V T + X B E^T`, E the last columns of the identity.
#[derive(Clone, Debug)]
pub(crate) struct Window<V> {
    /// V.
    pub basis: Vec<V>,
    /// X, orthonormal and orthogonal to V.
    pub next: Vec<V>,
    /// `T = V^T A V`.
    pub projected: Mat<f64>,
    /// B, one column for each of the last vectors of V. No rows where A carries them nowhere new.
    pub coupling: Mat<f64>,
    /// Largest `||A x||` of a basis vector so far: the scale of A.
    pub scale: f64,
}

/// The Ritz pairs of a window.
pub(crate) struct WindowRitz {
    /// Ascending.
    pub values: Vec<f64>,
    /// Coordinates in the basis, column by column.
    pub vectors: Mat<f64>,
    /// `||B s||`, s the last coordinates: the residual norms, if rounding is left out.
    pub bounds: Vec<f64>,
}

impl<V: Clone> Window<V> {
    /// No basis yet, and this block to begin with.
    pub fn new(next: Vec<V>) -> Self {
        Self {
            basis: Vec::new(),
            next,
            projected: Mat::zeros(0, 0),
            coupling: Mat::zeros(0, 0),
            scale: 0.0,
        }
    }

    /// Takes X into the basis by one block product; what it brings out of the span, orthonormalised, is the next X, of
    /// fewer vectors where directions have become dependent.
    pub fn expand<O>(&mut self, op: &O, outside: &[&[V]], step: usize) -> Result<(), SpectralError>
    where
        O: LinearOperator,
        O::Space: VectorSpace<Vector = V>,
    {
        let space = op.space();
        let mut products = apply_checked(op, &self.next)?;
        let before = self.basis.len();
        let size = before + self.next.len();
        self.basis.append(&mut self.next);
        let inner = space.gram(&self.basis, &products);
        for (index, product) in products.iter().enumerate() {
            let norm = space.norm(product);
            if !norm.is_finite() {
                return Err(SpectralError::NotFinite { step, index });
            }
            self.scale = self.scale.max(norm);
        }
        let old = std::mem::replace(&mut self.projected, Mat::zeros(0, 0));
        self.projected = Mat::from_fn(size, size, |i, j| match (i < before, j < before) {
            (true, true) => old[(i, j)],
            (true, false) => inner[(i, j - before)],
            (false, true) => inner[(j, i - before)],
            (false, false) => 0.5 * (inner[(i, j - before)] + inner[(j, i - before)]),
        });
        for (product, inside) in products
            .iter_mut()
            .zip(space.combine(&self.basis, inner.as_ref()))
        {
            space.axpy(-1.0, &inside, product);
        }
        let negligible = NEGLIGIBLE * space.epsilon() * self.scale;
        self.next = block_orthonormal(space, outside, &self.basis, products.clone(), negligible);
        self.coupling = space.gram(&self.next, &products);
        Ok(())
    }

    /// The Ritz pairs, by the dense eigenproblem of T.
    pub fn ritz(&self) -> Result<WindowRitz, SpectralError> {
        let (values, vectors) = symmetric_eigen(&self.projected)?;
        let size = values.len();
        let last = self.coupling.ncols();
        let bounds = (0..size)
            .map(|j| {
                let square: f64 = (0..self.coupling.nrows())
                    .map(|row| {
                        let entry: f64 = (0..last)
                            .map(|i| self.coupling[(row, i)] * vectors[(size - last + i, j)])
                            .sum();
                        entry * entry
                    })
                    .sum();
                square.sqrt()
            })
            .collect();
        Ok(WindowRitz {
            values,
            vectors,
            bounds,
        })
    }
}

/// An orthonormal basis of what the block adds to `basis`, directions of norm at most `negligible` left out.
///
/// Vector by vector with Gram-Schmidt repeated, since a Gram matrix of the block would lose half the digits of what is
/// small.
pub(crate) fn block_orthonormal<S: VectorSpace>(
    space: &S,
    outside: &[&[S::Vector]],
    basis: &[S::Vector],
    block: Vec<S::Vector>,
    negligible: f64,
) -> Vec<S::Vector> {
    let mut kept: Vec<S::Vector> = Vec::with_capacity(block.len());
    for mut vector in block {
        let mut bases = outside.to_vec();
        bases.extend([basis, &kept]);
        let norm = orthogonalise(space, &bases, &mut vector, negligible);
        if norm > negligible {
            space.scale(1.0 / norm, &mut vector);
            kept.push(vector);
        }
    }
    kept
}

/// Draws `count` random unit vectors orthogonal to all these and to each other, counting what it draws.
///
/// There must be that many directions left.
pub(crate) fn random_block<O: LinearOperator>(
    op: &O,
    outside: &[&[VectorOf<O>]],
    seed: u64,
    drawn: &mut u64,
    count: usize,
) -> Vec<VectorOf<O>> {
    let space = op.space();
    let probes = Probes::new(ProbeKind::UnitSphere, seed);
    let mut block: Vec<VectorOf<O>> = Vec::with_capacity(count);
    while block.len() < count {
        let draw = probes.vector(space, *drawn);
        *drawn += 1;
        block.extend(block_orthonormal(
            space,
            outside,
            &block,
            vec![draw],
            NEGLIGIBLE * space.epsilon(),
        ));
    }
    block
}

/// The entries of a matrix column by column.
pub(crate) fn flattened(matrix: &Mat<f64>) -> impl Iterator<Item = f64> + '_ {
    (0..matrix.ncols()).flat_map(move |j| (0..matrix.nrows()).map(move |i| matrix[(i, j)]))
}

/// The matrix of entries column by column.
pub(crate) fn from_flat(rows: usize, columns: usize, entries: &[f64]) -> Mat<f64> {
    Mat::from_fn(rows, columns, |i, j| entries[j * rows + i])
}

/// `||A x - theta x||` of unit vectors, from their products.
pub(crate) fn formed_residuals<S: VectorSpace>(
    space: &S,
    vectors: &[S::Vector],
    products: &[S::Vector],
    values: &[f64],
) -> Vec<f64> {
    vectors
        .iter()
        .zip(products)
        .zip(values)
        .map(|((vector, product), &value)| {
            let mut residual = product.clone();
            space.axpy(-value, vector, &mut residual);
            space.norm(&residual)
        })
        .collect()
}
