//! The spectrum of an operator, step by step: a Lanczos run for the range, a subspace iteration from its Ritz vectors for
//! the leading eigenpairs, stochastic Lanczos quadrature of the rest for the density, and from these the laws of the bulk
//! and the outliers.
//!
//! [`EffortChoices::resolve`] chooses the work by the size of the network, [`leading_pairs`] finds eigenpairs that several
//! measurements may share, [`spectrum`] measures everything. Estimations go on from the snapshots of a
//! [`Keeper`](hesscope_spectral::Keeper) and tell an [`Observer`] how far they are; nothing is printed or written here.
#![forbid(unsafe_code)]

mod candidates;
mod choices;
mod density;
mod from_leading;
mod growing_run;
mod guards;
mod laws;
mod leading;
mod observed;
mod observer;
mod outliers;
mod pairs;
mod properties;
mod recursion;
mod spectrum;

pub use candidates::OutlierCandidates;
pub use choices::{EffortChoices, MAX_PRODUCTS};
pub use density::{MeasuredDensity, density};
pub use guards::GUARDS;
pub use hesscope_records::{Effort, LeadingEffort, Spectrum};
pub use laws::laws;
pub use leading::{expected_products, leading_pairs};
pub use observed::ObservedOperator;
pub use observer::Observer;
pub use outliers::count_outliers;
pub use pairs::LeadingPairs;
pub use properties::OperatorProperties;
pub use recursion::{breakdown, probes_together};
pub use spectrum::{spectrum, spectrum_from};
