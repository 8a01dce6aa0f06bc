//! Numerics on the host: small matrices, quadratures, portable elementary functions.

pub(crate) mod bisect;
pub(crate) mod jacobi;
pub(crate) mod portable;
pub(crate) mod quadrature;
pub(crate) mod symmetric;
pub(crate) mod tridiagonal;
