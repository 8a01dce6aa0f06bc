//! All laws fitted to a region of a spectrum, and the verdict.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::compare::{Comparison, compare};
use super::law::LawName;
use super::options::LawOptions;
use super::sample::{Sample, SampleSummary};
use super::tail::{TailFit, tail};
use crate::density::spectral_density::SpectralDensity;
use crate::error::spectral_error::SpectralError;

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
    let whole_bulk = compare(
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
    let (tail, no_tail) = match tail(&sample, options) {
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
