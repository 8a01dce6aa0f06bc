//! Spectral estimation over abstract linear operators.
//!
//! An operator is anything that multiplies a block of vectors ([`LinearOperator`]) of an inner-product space
//! ([`VectorSpace`]), on any device. On top of it:
//!
//! - [`lanczos`]: tridiagonalisation of K starts in lockstep, Ritz values with residual bounds;
//! - [`spectral_range`]: an interval that holds the spectrum;
//! - [`slq`]: the spectral density by stochastic Lanczos quadrature, with standard errors; the exact spectrum when run to
//!   the end;
//! - [`subspace_iteration`]: the leading eigenpairs, with residuals;
//! - [`deflated_density`]: the density with those taken out first;
//! - [`trace`] and [`diagonal`], by random probes, with standard errors;
//! - [`outliers`]: how many eigenvalues stand apart at each end;
//! - [`tsne`], [`classical_mds`], [`hierarchical_clustering`] and scores with permutation tests, from [`Distances`].
//!
//! ```
//! use hesscope_spectral::faer::Mat;
//! use hesscope_spectral::{DenseOperator, SlqOptions, SubspaceOptions, deflated_density, subspace_iteration};
//!
//! // diag(100, 1/99, 2/99, ..., 1)
//! let matrix = Mat::from_fn(100, 100, |i, j| if i != j { 0.0 } else if i == 0 { 100.0 } else { i as f64 / 99.0 });
//! let operator: DenseOperator = DenseOperator::new(matrix)?;
//! let options = SubspaceOptions { pairs: 1, ..SubspaceOptions::default() };
//! let top = subspace_iteration(&operator, &options, None)?;
//! assert!(top.converged);
//! let density = deflated_density(&operator, &top.pairs, &SlqOptions::default())?;
//! // tr A / p = (100 + 50) / 100
//! let trace = density.moments(1)[0];
//! assert!((trace.mean - 1.5).abs() < 4.0 * trace.standard_error.unwrap_or(f64::INFINITY));
//! # Ok::<(), hesscope_spectral::SpectralError>(())
//! ```
#![forbid(unsafe_code)]

mod deflated;
mod deflation;
mod dense;
mod density;
mod diagonal;
mod embedding;
mod error;
mod estimation;
mod grid;
mod hutchinson;
mod lanczos;
mod operator;
mod orthogonalise;
mod orthonormal;
mod outliers;
mod probes;
mod range;
mod slq;
mod space;
mod subspace;
mod trace;
mod tridiagonal;

pub use deflated::Deflated;
pub use deflation::deflated_density;
pub use dense::DenseOperator;
pub use density::{Atom, Curve, Estimate, LogDensity, Quadrature, SpectralDensity, gaussian_width};
pub use diagonal::{Diagonal, diagonal};
pub use embedding::{
    ClassicalMds, Dendrogram, Distances, Linkage, Merge, PermutationOptions, PermutationTest, Tsne,
    TsneOptions, adjusted_rand_index, classical_mds, hierarchical_clustering, kl_divergence,
    neighbour_purity, neighbour_purity_test, rand_test, silhouette, silhouette_test, tsne,
};
pub use error::SpectralError;
pub use estimation::{Estimation, Keeper, NoKeeper, Snapshot, SnapshotRef, run};
pub use faer;
pub use grid::{LogGrid, SymmetricLogGrid, linear_grid};
pub use hutchinson::HutchinsonOptions;
pub use lanczos::{Breakdown, LanczosOptions, LanczosRun, Reorthogonalisation, lanczos};
pub use operator::{LinearOperator, OperatorError, VectorOf, to_dense};
pub use outliers::{
    OutlierCount, OutlierOptions, OutlierOutcome, Outliers, UndecidedReason, outliers,
};
pub use probes::{ProbeKind, Probes};
pub use range::{RangeOptions, SpectralRange, spectral_range};
pub use slq::{SlqOptions, slq};
pub use space::{HostSpace, Scalar, VectorSpace};
pub use subspace::{Eigenpairs, SubspaceOptions, SubspaceResult, Target, subspace_iteration};
pub use trace::{frobenius_norm, trace};
pub use tridiagonal::{TridiagonalEigen, TridiagonalEnds};
