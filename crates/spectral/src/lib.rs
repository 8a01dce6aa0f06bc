//! Spectral estimation over abstract linear operators.
//!
//! An operator is anything that multiplies a block of vectors ([`LinearOperator`]) of an inner-product space
//! ([`VectorSpace`]), on any device. On top of it:
//!
//! - eigenpairs: [`lanczos`] (K starts in lockstep, Ritz values with residual bounds); [`thick_restart_lanczos`] (extreme
//!   pairs with a bounded number of vectors, repeated ones sought out), [`chebyshev_subspace`] (by blocks, through a
//!   polynomial filter) and [`subspace_iteration`] (the leading ones by modulus); [`spectral_range`], an interval that holds
//!   the spectrum;
//! - densities: [`slq`] (stochastic Lanczos quadrature; the exact spectrum when run to the end) and [`automatic_density`]
//!   (the same until a requested error is met); [`apart`] and [`deflated_density`], which eigenpairs may be taken out first
//!   and what is left;
//! - what a density says: [`Band`], a band for the truth on linear and logarithmic axes
//!   ([`SpectralDensity::density_band`], [`SpectralDensity::symmetric_log_band`], [`SpectralDensity::log_spectrum`]);
//!   [`SpectralDensity::count_in`], [`SpectralDensity::share_in`] and [`SpectralDensity::energy_in`], how many eigenvalues
//!   an interval holds, which share of all and with what sum of squares; [`wasserstein_distance`] between spectra;
//!   [`fit_laws`], which law the bulk follows;
//! - numbers: [`hutchinson_trace`] and [`xtrace`], both of which return a [`TraceEstimate`]; [`frobenius_norm`] and
//!   [`diagonal`]; [`EnergySamples`], how the squared norm of a sum of two operators is shared between them;
//! - outliers: [`outliers`], how many eigenvalues stand apart at each end, and [`principal_angles`] between subspaces;
//! - pictures: [`tsne`], [`classical_mds`], [`hierarchical_clustering`] and scores with permutation tests, from
//!   [`Distances`].
//!
//! The iterative ones are [`Estimation`]s, which go step by step. Each function begins one and runs it to the end; begun by
//! hand, an estimation can be given a [`Keeper`], in a folder ([`FolderKeeper`]) or in memory ([`MemoryKeeper`]), so that one
//! that was stopped ends with the same bits:
//!
//! ```
//! # use hesscope_spectral::faer::Mat;
//! use hesscope_spectral::{DenseOperator, Estimation, MemoryKeeper, XtraceEstimation, XtraceOptions};
//!
//! let operator: DenseOperator = DenseOperator::new(Mat::identity(50, 50))?;
//! let mut keeper = MemoryKeeper::default();
//! let estimation = XtraceEstimation::begin(&operator, &XtraceOptions::default())?;
//! let found = estimation.run_kept(&operator, "trace", &mut keeper)?;
//! assert!((found.trace.mean - 50.0).abs() < 1e-9);
//! # Ok::<(), hesscope_spectral::SpectralError>(())
//! ```
//!
//! A density without the leading eigenpair:
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
    band::Band,
    band_options::BandOptions,
    interval_count::IntervalCount,
    log_spectrum::{LogSpectrum, Rounding, log_width},
    noise_floor::noise_floor,
    spectrum_distance::wasserstein_distance,
};
pub use density::{
    assessment::{Assessment, AutomaticDensity, AutomaticLimit, AutomaticOutcome},
    automatic::{AutomaticEstimation, automatic_density},
    automatic_options::AutomaticOptions,
    deflated_density::deflated_density,
    grid::{LogGrid, SymmetricLogGrid, linear_grid},
    kernel::gaussian_width,
    run_density::RitzValue,
    slq::{SlqEstimation, SlqOptions, slq},
    spectral_density::{Atom, Curve, LogDensity, SpectralDensity},
};
pub use eigen::{
    angles::{PrincipalAngles, principal_angles, rotation_bound},
    chebyshev::{ChebyshevEstimation, ChebyshevOptions, chebyshev_subspace},
    extreme::{Extreme, ExtremePairs},
    lanczos::{LanczosEstimation, lanczos},
    lanczos_options::{Breakdown, LanczosOptions, Reorthogonalisation},
    lanczos_run::LanczosRun,
    outliers::{
        BulkEdge, OutlierCount, OutlierOptions, OutlierOutcome, Outliers, UndecidedReason,
        outliers, outliers_of_sides,
    },
    range::{RangeOptions, SpectralRange, spectral_range},
    selection::{Selection, apart},
    subspace::{SubspaceEstimation, SubspaceOptions, SubspaceResult, subspace_iteration},
    thick_restart::{ThickRestartEstimation, ThickRestartOptions, thick_restart_lanczos},
};
pub use embedding::{
    ClassicalMds, Dendrogram, Distances, Linkage, Merge, PermutationOptions, PermutationTest, Tsne,
    TsneOptions, adjusted_rand_index, classical_mds, hierarchical_clustering, kl_divergence,
    neighbour_purity, neighbour_purity_test, rand_test, silhouette, silhouette_test, tsne,
};
pub use error::{
    operator_error::OperatorError, snapshot_error::SnapshotError, spectral_error::SpectralError,
};
pub use faer;
pub use laws::{
    Comparison, Excluded, FitMethod, Law, LawAnalysis, LawFit, LawName, LawOptions,
    LikelihoodRatio, LogLaws, LogTrend, LogTrendOptions, NotFitted, Parameter, Region, Sample,
    SampleSummary, Side, TailFit, TruncatedTail, Verdict, Window, fit_laws, log_trend,
};
pub use numeric::{
    quadrature::Quadrature,
    tridiagonal::{TridiagonalEigen, TridiagonalEnds},
};
pub use operator::{
    deflated::Deflated,
    dense::{DenseOperator, to_dense},
    eigenpairs::Eigenpairs,
    host_space::{HostSpace, Scalar},
    linear_operator::{LinearOperator, OperatorOn, VectorOf},
    probes::{ProbeKind, Probes},
    vector_space::VectorSpace,
};
pub use resume::{
    estimation::Estimation,
    folder_keeper::FolderKeeper,
    keeper::{Keeper, NoKeeper},
    memory_keeper::MemoryKeeper,
    snapshot::{Snapshot, SnapshotRef},
    state::{OptionRules, read_state, write_state},
};
pub use statistics::{bounded::Bounded, estimate::Estimate};
pub use trace::{
    diagonal::{Diagonal, DiagonalEstimation, diagonal},
    energy::{EnergySamples, EnergySplit},
    frobenius::{FrobeniusEstimation, frobenius_norm},
    hutchinson::{HutchinsonEstimation, hutchinson_trace},
    probe_products::HutchinsonOptions,
    trace_estimate::TraceEstimate,
    xtrace::{XtraceEstimation, XtraceOptions, xtrace},
};
