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

mod bands;
mod density;
mod eigen;
mod embedding;
mod error;
mod laws;
mod numeric;
mod operator;
mod resume;
mod statistics;
mod trace;

pub use bands::{
    Band, BandOptions, Distance, DistanceOptions, IntervalCount, LogSpectrum, Rounding,
    kolmogorov_distance, kolmogorov_interval, log_width, noise_floor, wasserstein_distance,
    wasserstein_interval,
};
pub use density::{
    Assessment, Atom, AutomaticDensity, AutomaticEstimation, AutomaticLimit, AutomaticOptions,
    AutomaticOutcome, Curve, LogDensity, LogGrid, SlqEstimation, SlqOptions, SpectralDensity,
    SymmetricLogGrid, automatic_density, deflated_density, gaussian_width, linear_grid, slq,
};
pub use eigen::{
    Breakdown, BulkEdge, ChebyshevEstimation, ChebyshevOptions, Extreme, ExtremePairs,
    LanczosEstimation, LanczosOptions, LanczosRun, OutlierCount, OutlierOptions, OutlierOutcome,
    Outliers, PrincipalAngles, RangeOptions, Reorthogonalisation, Selection, SpectralRange,
    SubspaceEstimation, SubspaceOptions, SubspaceResult, ThickRestartEstimation,
    ThickRestartOptions, UndecidedReason, apart, chebyshev_subspace, lanczos, outliers,
    principal_angles, rotation_bound, spectral_range, subspace_iteration, thick_restart_lanczos,
};
pub use embedding::{
    ClassicalMds, Dendrogram, Distances, Linkage, Merge, PermutationOptions, PermutationTest, Tsne,
    TsneOptions, adjusted_rand_index, classical_mds, hierarchical_clustering, kl_divergence,
    neighbour_purity, neighbour_purity_test, rand_test, silhouette, silhouette_test, tsne,
};
pub use error::{OperatorError, SnapshotError, SpectralError};
pub use faer;
pub use laws::{
    Comparison, Excluded, FitMethod, Law, LawAnalysis, LawFit, LawName, LawOptions,
    LikelihoodRatio, NotFitted, Parameter, Region, Sample, SampleSummary, Side, TailFit,
    TruncatedTail, Verdict, Window, fit_laws,
};
pub use numeric::{Quadrature, TridiagonalEigen, TridiagonalEnds};
pub use operator::{
    Deflated, DenseOperator, Eigenpairs, HostSpace, LinearOperator, OperatorOn, ProbeKind, Probes,
    Scalar, VectorOf, VectorSpace, to_dense,
};
pub use resume::{
    Estimation, FolderKeeper, Keeper, MemoryKeeper, NoKeeper, OptionRules, Snapshot, SnapshotRef,
    read_state, write_state,
};
pub use statistics::{Bounded, Estimate};
pub use trace::{
    Diagonal, DiagonalEstimation, EnergySamples, EnergySplit, FrobeniusEstimation,
    HutchinsonEstimation, HutchinsonOptions, TraceEstimate, XtraceEstimation, XtraceOptions,
    diagonal, frobenius_norm, hutchinson_trace, xtrace,
};
