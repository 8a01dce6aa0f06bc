//! Spectral estimation over abstract linear operators.
//!
//! An operator is anything that multiplies a block of vectors ([`LinearOperator`]) of an inner-product space
//! ([`VectorSpace`]), on any device. On top of it:
//!
//! - [`lanczos`]: tridiagonalisation of K starts in lockstep, Ritz values with residual bounds;
//! - [`spectral_range`]: an interval that holds the spectrum;
//! - [`slq`]: the spectral density by stochastic Lanczos quadrature, with standard errors; the exact spectrum when run to
//!   the end;
//! - [`automatic_density`]: the same until a requested error is met;
//! - [`subspace_iteration`]: the leading eigenpairs, with residuals;
//! - [`deflated_density`]: the density with those taken out first;
//! - [`trace`] and [`diagonal`], by random probes, with standard errors;
//! - [`outliers`]: how many eigenvalues stand apart at each end.
//!
//! The iterative ones are [`Estimation`]s, which go step by step; each has a form `*_kept` whose state a [`Keeper`] keeps,
//! in a folder ([`FolderKeeper`]) or in memory, so that one that was stopped ends with the same bits.
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

mod angles;
mod automatic;
mod block_lanczos;
mod chebyshev;
mod deflated;
mod deflation;
mod dense;
mod density;
mod density_error;
mod diagonal;
mod error;
mod estimation;
mod extreme;
mod folder_keeper;
mod fresh;
mod grid;
mod hutchinson;
mod lanczos;
mod memory_keeper;
mod operator;
mod orthogonalise;
mod orthonormal;
mod outliers;
mod probes;
mod range;
mod recursion;
mod slq;
mod snapshot_error;
mod space;
mod state;
mod subspace;
mod thick_restart;
mod trace;
mod tridiagonal;
mod vector_file;

pub use angles::{PrincipalAngles, principal_angles, rotation_bound};
pub use automatic::{
    Assessment, AutomaticDensity, AutomaticEstimation, AutomaticLimit, AutomaticOptions,
    AutomaticOutcome, automatic_density,
};
pub use block_lanczos::{
    BlockLanczosEstimation, BlockLanczosOptions, BlockLanczosRun, block_lanczos, block_lanczos_kept,
};
pub use chebyshev::{
    ChebyshevEstimation, ChebyshevOptions, chebyshev_subspace, chebyshev_subspace_kept,
};
pub use deflated::Deflated;
pub use deflation::{deflated_density, deflated_density_kept};
pub use dense::DenseOperator;
pub use density::{Atom, Curve, Estimate, LogDensity, Quadrature, SpectralDensity, gaussian_width};
pub use density_error::ErrorMeasure;
pub use diagonal::{Diagonal, DiagonalEstimation, diagonal, diagonal_kept};
pub use error::SpectralError;
pub use estimation::{Estimation, Keeper, NoKeeper, Snapshot, SnapshotRef, run};
pub use extreme::{Extreme, ExtremePairs};
pub use faer;
pub use folder_keeper::FolderKeeper;
pub use grid::{LogGrid, SymmetricLogGrid, linear_grid};
pub use hutchinson::HutchinsonOptions;
pub use lanczos::{
    Breakdown, LanczosEstimation, LanczosOptions, LanczosRun, Reorthogonalisation, lanczos,
    lanczos_kept,
};
pub use memory_keeper::MemoryKeeper;
pub use operator::{LinearOperator, OperatorError, VectorOf, to_dense};
pub use outliers::{
    BulkEdge, OutlierCount, OutlierOptions, OutlierOutcome, Outliers, UndecidedReason, outliers,
};
pub use probes::{ProbeKind, Probes};
pub use range::{RangeOptions, SpectralRange, spectral_range};
pub use slq::{SlqEstimation, SlqOptions, slq, slq_kept};
pub use snapshot_error::SnapshotError;
pub use space::{HostSpace, Scalar, VectorSpace};
pub use state::{OptionRules, read_state, write_state};
pub use subspace::{
    Eigenpairs, SubspaceEstimation, SubspaceOptions, SubspaceResult, Target, subspace_iteration,
    subspace_iteration_kept,
};
pub use thick_restart::{
    ThickRestartEstimation, ThickRestartOptions, thick_restart_lanczos, thick_restart_lanczos_kept,
};
pub use trace::{
    FrobeniusEstimation, TraceEstimation, frobenius_norm, frobenius_norm_kept, trace, trace_kept,
};
pub use tridiagonal::{TridiagonalEigen, TridiagonalEnds};
