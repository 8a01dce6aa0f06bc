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

mod compare;
mod distance;
mod estimate;
mod fit;
mod law;
mod marchenko_pastur;
mod normal;
mod random;
mod sample;
mod semicircle;
mod soft;
mod tail;
mod window;

#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use compare::{Comparison, LikelihoodRatio, Verdict};
pub use fit::{FitMethod, LawFit, NotFitted, Parameter};
pub use law::{Law, LawName};
pub use sample::{Excluded, Region, Sample, SampleSummary, Side};
pub use tail::{TailFit, TruncatedTail};
pub use window::Window;

use crate::density::SpectralDensity;
use crate::error::SpectralError;

/// Options of [`fit_laws`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct LawOptions {
    /// What is left out.
    pub region: Region,
    /// Level of each test.
    pub level: f64,
    /// Confidence of the intervals.
    pub confidence: f64,
    /// Bootstrap samples of the tail, for its intervals and for its goodness of fit each.
    pub bootstrap: usize,
    /// Seed of these.
    pub seed: u64,
    /// Least size of a tail.
    pub least_tail: usize,
    /// Most values tried for xmin, evenly spaced among the ranks of those that leave such a tail.
    pub tries: usize,
}

impl Default for LawOptions {
    fn default() -> Self {
        Self {
            region: Region::default(),
            level: 0.05,
            confidence: 0.95,
            bootstrap: 200,
            seed: 0,
            least_tail: 50,
            tries: 100,
        }
    }
}

impl LawOptions {
    fn check(&self) -> Result<(), SpectralError> {
        for (name, value) in [("level", self.level), ("confidence", self.confidence)] {
            if !(value > 0.0 && value < 1.0) {
                return Err(SpectralError::option(
                    name,
                    format!("{value} is not between 0 and 1"),
                ));
            }
        }
        for (name, value, least) in [
            ("bootstrap", self.bootstrap, 20),
            ("least_tail", self.least_tail, 10),
            ("tries", self.tries, 1),
        ] {
            if value < least {
                return Err(SpectralError::option(
                    name,
                    format!("must be at least {least}, and is {value}"),
                ));
            }
        }
        Ok(())
    }

    /// Standard errors on each side of an estimate.
    fn quantile(&self) -> f64 {
        std::f64::consts::SQRT_2 * statrs::function::erf::erf_inv(self.confidence)
    }
}

/// What [`fit_laws`] finds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LawAnalysis {
    /// What was analysed, and what was left out.
    pub sample: SampleSummary,
    /// The whole bulk against semicircle, Marchenko-Pastur, log-normal and power law.
    pub whole_bulk: Comparison,
    /// The tail.
    pub tail: Option<TailFit>,
    /// Why there is no tail.
    pub no_tail: Option<String>,
    /// The options.
    pub options: LawOptions,
}

/// Fits laws to the bulk of a spectrum and compares them.
///
/// **Whole bulk.** Power law (xmin the least value) and log-normal are fitted by maximum likelihood, semicircle and
/// Marchenko-Pastur by least Cramer-von Mises distance, since their support is what is estimated. Likelihoods are
/// compared by Vuong's test for laws that are not nested (Econometrica 1989). For that the edges of the latter two are
/// softened: the mass 4/N next to an edge is spread evenly over the same distance on both sides, and every law is mixed with
/// 1/N of a uniform density over the range of the data, so that a value outside a support counts some `ln N` against it.
///
/// **Tail.** xmin is the value of least Kolmogorov distance, the exponent that of greatest likelihood above it. Power law,
/// log-normal and exponential are compared there, each conditioned on `x >= xmin`. The power law is a limit of the
/// log-normal then, so the ratio is never for it: the log-normal is favoured where the ratio is significant, the power law
/// where it is not and the criterion of Schwarz is at least 2 lower.
///
/// **Verdict.** A law wins if N is 30 at least, there are others, it is favoured over each of them at the level, and Kolmogorov's test does not reject it; a power law
/// of the tail if its goodness of fit is 0.1 or more.
/// Otherwise it is undecided, with the laws that none is favoured over.
///
/// Time is in proportion to N for the bulk, and to N, `tries` and `bootstrap` for the tail.
pub fn fit_laws(
    density: &SpectralDensity,
    options: &LawOptions,
) -> Result<LawAnalysis, SpectralError> {
    options.check()?;
    let sample = Sample::new(density, &options.region)?;
    let whole_bulk = compare::compare(
        &sample,
        &[
            LawName::Semicircle,
            LawName::MarchenkoPastur,
            LawName::LogNormal,
            LawName::PowerLaw,
        ],
        false,
        None,
        options,
    );
    let (tail, no_tail) = match tail::tail(&sample, options) {
        Ok(tail) => (Some(tail), None),
        Err(reason) => (None, Some(reason)),
    };
    Ok(LawAnalysis {
        sample: sample.summary(),
        whole_bulk,
        tail,
        no_tail,
        options: *options,
    })
}
