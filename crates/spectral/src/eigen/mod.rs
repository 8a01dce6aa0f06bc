//! Eigenpairs and subspaces.

pub(crate) mod angles;
pub(crate) mod chebyshev;
pub(crate) mod chebyshev_filter;
pub(crate) mod extreme;
pub(crate) mod lanczos;
pub(crate) mod lanczos_options;
pub(crate) mod lanczos_run;
pub(crate) mod outliers;
pub(crate) mod random_directions;
pub(crate) mod range;
pub(crate) mod rayleigh_ritz;
pub(crate) mod recursion;
pub(crate) mod selection;
pub(crate) mod subspace;
pub(crate) mod thick_restart;

pub use angles::{PrincipalAngles, principal_angles, rotation_bound};
pub use chebyshev::{ChebyshevEstimation, ChebyshevOptions, chebyshev_subspace};
pub use extreme::{Extreme, ExtremePairs};
pub use lanczos::{LanczosEstimation, lanczos};
pub use lanczos_options::{Breakdown, LanczosOptions, Reorthogonalisation};
pub use lanczos_run::LanczosRun;
pub use outliers::{
    BulkEdge, OutlierCount, OutlierOptions, OutlierOutcome, Outliers, UndecidedReason, outliers,
};
pub use range::{RangeOptions, SpectralRange, spectral_range};
pub use selection::{Selection, apart};
pub use subspace::{SubspaceEstimation, SubspaceOptions, SubspaceResult, subspace_iteration};
pub use thick_restart::{ThickRestartEstimation, ThickRestartOptions, thick_restart_lanczos};
