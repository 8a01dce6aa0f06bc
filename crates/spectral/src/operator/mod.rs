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

pub use deflated::Deflated;
pub use dense::{DenseOperator, to_dense};
pub use eigenpairs::Eigenpairs;
pub use host_space::{HostSpace, Scalar};
pub use linear_operator::{LinearOperator, OperatorOn, VectorOf};
pub use probes::{ProbeKind, Probes};
pub use vector_space::VectorSpace;
