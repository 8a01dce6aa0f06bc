//! Numerics on the host: small matrices, quadratures, portable elementary functions.

pub(crate) mod jacobi;
pub(crate) mod portable;
pub(crate) mod quadrature;
pub(crate) mod symmetric;
pub(crate) mod tridiagonal;

pub use quadrature::Quadrature;
pub use tridiagonal::{TridiagonalEigen, TridiagonalEnds};
