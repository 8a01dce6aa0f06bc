//! Which law the bulk of a spectrum follows.
//!
//! [`fit_laws`] cuts a region out of a [`SpectralDensity`] (outliers, the mass near zero and one side left out, and said)
//! and asks two questions of it, which are not the same:
//!
//! - **The whole bulk**: is its density that of a semicircle, of Marchenko and Pastur, log-normal, or a power law from the
//!   least value on?
//! - **The tail**: from which value on is it nearest to a power law, and is it one there, or log-normal, or exponential?
//!
//! Every law is conditioned on the window that is analysed, so that what was left out does not count against it.
//!
//! **Independence.** All p-values and intervals are those of independent values. Eigenvalues of matrices are not: they
//! repel, and their distribution function strays from its limit by some 1/p, where independent values stray by
//! `p^(-1/2)`. For them distances are smaller and likelihood ratios steadier than the tests allow for, so tests of fit
//! reject less often than they say, and comparisons are decided less often than they could be.
//!
//! **Quadratures.** N in every test is [`Sample::size`], and the spread between probes is added to every variance. What a
//! finite number of Lanczos steps leaves out is in neither.

mod analysis;
mod compare;
mod estimate;
mod fit;
mod goodness;
mod law;
mod log_curves;
mod log_trend;
mod marchenko_pastur;
mod normal;
mod options;
mod sample;
mod semicircle;
mod soft;
mod tail;
mod uniform;
mod window;

#[cfg(test)]
mod tests;

pub use analysis::{LawAnalysis, fit_laws};
pub use compare::{Comparison, LikelihoodRatio, Verdict};
pub use fit::{FitMethod, LawFit, NotFitted, Parameter};
pub use law::{Law, LawName};
pub use log_trend::{LogLaws, LogTrend, LogTrendOptions, log_trend};
pub use options::LawOptions;
pub use sample::{Excluded, Region, Sample, SampleSummary, Side};
pub use tail::{TailFit, TruncatedTail};
pub use window::Window;
