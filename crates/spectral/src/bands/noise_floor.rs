//! What rounding alone may make of a zero.

/// The modulus below which an eigenvalue is not told from zero: `16 sqrt(p) epsilon norm`.
///
/// A product rounds by about `epsilon norm` in relative norm, and a sum over p terms lets that grow like `sqrt(p)`; 16 is
/// room for the operations of one product. `epsilon` is that of the stored vectors
/// ([`VectorSpace::epsilon`](crate::VectorSpace::epsilon)), `norm` the largest modulus of an eigenvalue.
pub fn noise_floor(epsilon: f64, norm: f64, dim: usize) -> f64 {
    16.0 * (dim.max(1) as f64).sqrt() * epsilon * norm
}
