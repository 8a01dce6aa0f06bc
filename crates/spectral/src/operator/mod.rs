//! Spaces, operators on them, and what every estimator does with their vectors.

pub(crate) mod deflated;
pub(crate) mod dense;
pub(crate) mod eigenpairs;
pub(crate) mod host_space;
pub(crate) mod linear_operator;
pub(crate) mod orthogonalise;
pub(crate) mod orthonormalise;
pub(crate) mod probes;
pub(crate) mod vector_space;
