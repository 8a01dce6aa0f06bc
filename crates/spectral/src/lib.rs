//! Spectral estimation over abstract linear operators.
//!
//! An operator is anything that multiplies a block of vectors ([`LinearOperator`]) of an inner-product space
//! ([`VectorSpace`]), on any device. On top of it:
//!
//! - eigenpairs: [`lanczos`] (K starts in lockstep, Ritz values with residual bounds) and [`block_lanczos`] (Ritz values
//!   with their multiplicities); [`thick_restart_lanczos`] (extreme pairs with a bounded number of vectors, repeated ones
//!   sought out), [`chebyshev_subspace`] (by blocks, through a polynomial filter) and [`subspace_iteration`] (the leading
//!   ones); [`spectral_range`], an interval that holds the spectrum;
//! - densities: [`slq`] (stochastic Lanczos quadrature; the exact spectrum when run to the end), [`automatic_density`] (the
//!   same until a requested error is met), [`kpm`] (the kernel polynomial method); [`apart`] and [`deflated_density`], which
//!   eigenpairs may be taken out first and what is left;
//! - what a density says: [`Band`], a band for the truth on linear and logarithmic axes
//!   ([`SpectralDensity::density_band`], [`SpectralDensity::symmetric_log_band`], [`SpectralDensity::log_spectrum`]);
//!   [`SpectralDensity::count_in`], how many eigenvalues an interval holds; [`wasserstein_distance`] and
//!   [`kolmogorov_distance`] between spectra; [`fit_laws`], which law the bulk follows;
//! - numbers: [`trace`], [`hutchpp`] and [`xtrace`], [`frobenius_norm`], [`diagonal`], [`log_determinant`]; [`EnergySamples`],
//!   how the squared norm of a sum of two operators is shared between them;
//! - outliers: [`outliers`], how many eigenvalues stand apart at each end, and [`principal_angles`] between subspaces;
//! - pictures: [`tsne`], [`classical_mds`], [`hierarchical_clustering`] and scores with permutation tests, from
//!   [`Distances`].
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
mod band;
mod block_lanczos;
mod bootstrap;
mod bounds;
mod chebyshev;
mod cluster;
mod converged;
mod deflated;
mod deflation;
mod dense;
mod density;
mod density_error;
mod diagonal;
mod distance;
mod embedding;
mod energy;
mod error;
mod estimation;
mod extreme;
mod folder_keeper;
mod fresh;
mod functional;
mod grid;
mod hutchinson;
mod hutchpp;
mod interval;
mod jacobi;
mod kpm;
mod lanczos;
mod law;
mod laws;
mod leave_one_out;
mod log_spectrum;
mod logdet;
mod memory_keeper;
mod operator;
mod orthogonalise;
mod orthonormal;
mod outliers;
mod portable;
mod probes;
mod range;
mod recursion;
mod ritz_atoms;
mod rule;
mod slq;
mod snapshot_error;
mod space;
mod state;
mod student;
mod subspace;
mod thick_restart;
mod trace;
mod trace_estimate;
mod tridiagonal;
mod vector_file;
mod xtrace;

pub use angles::{PrincipalAngles, principal_angles, rotation_bound};
pub use automatic::{
    Assessment, AutomaticDensity, AutomaticEstimation, AutomaticLimit, AutomaticOptions,
    AutomaticOutcome, automatic_density,
};
pub use band::{Band, BandOptions};
pub use block_lanczos::{
    BlockLanczosEstimation, BlockLanczosOptions, BlockLanczosRun, block_lanczos, block_lanczos_kept,
};
pub use bounds::Bounded;
pub use chebyshev::{
    ChebyshevEstimation, ChebyshevOptions, chebyshev_subspace, chebyshev_subspace_kept,
};
pub use converged::{Selection, apart};
pub use deflated::Deflated;
pub use deflation::{deflated_density, deflated_density_kept};
pub use dense::DenseOperator;
pub use density::{Atom, Curve, Estimate, LogDensity, Quadrature, SpectralDensity, gaussian_width};
pub use density_error::ErrorMeasure;
pub use diagonal::{Diagonal, DiagonalEstimation, diagonal, diagonal_kept};
pub use distance::{
    Distance, DistanceOptions, kolmogorov_distance, kolmogorov_interval, wasserstein_distance,
    wasserstein_interval,
};
pub use embedding::{
    ClassicalMds, Dendrogram, Distances, Linkage, Merge, PermutationOptions, PermutationTest, Tsne,
    TsneOptions, adjusted_rand_index, classical_mds, hierarchical_clustering, kl_divergence,
    neighbour_purity, neighbour_purity_test, rand_test, silhouette, silhouette_test, tsne,
};
pub use energy::{EnergySamples, EnergySplit};
pub use error::SpectralError;
pub use estimation::{Estimation, Keeper, NoKeeper, Snapshot, SnapshotRef, run};
pub use extreme::{Extreme, ExtremePairs};
pub use faer;
pub use folder_keeper::FolderKeeper;
pub use grid::{LogGrid, SymmetricLogGrid, linear_grid};
pub use hutchinson::HutchinsonOptions;
pub use hutchpp::{HutchppEstimation, HutchppOptions, hutchpp, hutchpp_kept};
pub use interval::IntervalCount;
pub use kpm::{Damping, KpmDensity, KpmEstimation, KpmOptions, kpm, kpm_kept};
pub use lanczos::{
    Breakdown, LanczosEstimation, LanczosOptions, LanczosRun, Reorthogonalisation, lanczos,
    lanczos_kept,
};
pub use laws::{
    Comparison, Excluded, FitMethod, Law, LawAnalysis, LawFit, LawName, LawOptions,
    LikelihoodRatio, NotFitted, Parameter, Region, Sample, SampleSummary, Side, TailFit,
    TruncatedTail, Verdict, Window, fit_laws,
};
pub use log_spectrum::{LogSpectrum, Rounding, log_width, noise_floor};
pub use logdet::{
    LogDeterminantOptions, deflated_log_determinant, deflated_log_determinant_kept,
    log_determinant, log_determinant_kept, log_determinant_of,
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
pub use trace_estimate::TraceEstimate;
pub use tridiagonal::{TridiagonalEigen, TridiagonalEnds};
pub use xtrace::{XtraceEstimation, XtraceOptions, xtrace, xtrace_kept};
