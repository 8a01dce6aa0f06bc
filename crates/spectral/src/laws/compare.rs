//! Which of several laws describes a sample.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fit::{LawFit, NotFitted, describe, estimate};
use super::law::LawName;
use super::normal::two_sided;
use super::options::LawOptions;
use super::sample::Sample;
use super::soft::Soft;
use super::window::Conditioned;

/// Two laws on the same data.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LikelihoodRatio {
    /// The first law.
    pub first: LawName,
    /// The second.
    pub second: LawName,
    /// N times the mean of `ln f_first - ln f_second`: above zero for the first.
    pub log_ratio: f64,
    /// The ratio over its standard error, normal of variance 1 where neither law is nearer to the truth (Vuong 1989).
    pub statistic: f64,
    /// Two-sided p-value. Where the first law is a limit of the second, the one-sided one of twice the log-ratio under the
    /// first, half of it chi-squared of one degree and half of it zero (Chernoff 1954).
    pub p_value: f64,
    /// Whether the first law is a limit of the second: the power law of the log-normal, on the same `[xmin, xmax]`.
    pub nested: bool,
    /// The law that is favoured at the level asked for.
    pub favoured: Option<LawName>,
}

/// What a comparison comes to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Verdict {
    /// The law that is supported, `None` for undecided.
    pub winner: Option<LawName>,
    /// The laws that are favoured over by no other, best first; none is ruled in by being here.
    pub candidates: Vec<LawName>,
    /// Why, in one sentence.
    pub reason: String,
}

/// Several laws fitted to one sample and compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// The fits, greatest likelihood first.
    pub fits: Vec<LawFit>,
    /// The laws that could not be fitted.
    pub not_fitted: Vec<NotFitted>,
    /// Every pair of fits.
    pub pairs: Vec<LikelihoodRatio>,
    /// What it comes to.
    pub verdict: Verdict,
}

impl Comparison {
    /// The fit of a law.
    pub fn fit(&self, law: LawName) -> Option<&LawFit> {
        self.fits.iter().find(|fit| fit.law.name() == law)
    }
}

/// Fits the laws to the sample, each conditioned on its window, and compares them.
///
/// `nested` says that the power law's support is the window, so that it is a limit of the log-normal; `power_law_p`
/// is a p-value of the power law that stands in for Kolmogorov's, since xmin was chosen to make the distance small.
pub(super) fn compare(
    sample: &Sample,
    laws: &[LawName],
    nested: bool,
    power_law_p: Option<f64>,
    options: &LawOptions,
) -> Comparison {
    let mut not_fitted = Vec::new();
    let mut fits: Vec<(LawFit, Vec<f64>)> = Vec::new();
    for &law in laws {
        match fit(law, sample, nested, options) {
            Ok(fit) => fits.push(fit),
            Err(reason) => not_fitted.push(NotFitted { law, reason }),
        }
    }
    fits.sort_by(|a, b| b.0.log_likelihood.total_cmp(&a.0.log_likelihood));
    let mut pairs = Vec::new();
    for (i, first) in fits.iter().enumerate() {
        for second in &fits[i + 1..] {
            pairs.push(ratio(sample, first, second, nested, options.level));
        }
    }
    let fits: Vec<LawFit> = fits.into_iter().map(|(fit, _)| fit).collect();
    let verdict = select(&fits, &pairs, sample.size(), power_law_p, options.level);
    Comparison {
        fits,
        not_fitted,
        pairs,
        verdict,
    }
}

/// A fit and the log-densities of the sample's values.
fn fit(
    name: LawName,
    sample: &Sample,
    nested: bool,
    options: &LawOptions,
) -> Result<(LawFit, Vec<f64>), String> {
    let estimated = estimate(name, sample)?;
    let law = Conditioned::new(estimated.law, &sample.window)
        .ok_or("it has no mass in the window".to_string())?;
    let soft = Soft::new(law, sample);
    let ln_densities: Vec<f64> = sample
        .points
        .iter()
        .map(|point| {
            if nested {
                law.ln_density(point.x)
            } else {
                soft.ln_density(point.x)
            }
        })
        .collect();
    if ln_densities.iter().any(|l| !l.is_finite()) {
        return Err("its density overflows on this sample".to_string());
    }
    let mean = sample.mean_of(&ln_densities);
    let fit = describe(estimated, &law, sample, options.quantile(), mean);
    Ok((fit, ln_densities))
}

/// Least difference of the criterion of Schwarz that speaks for the smaller of two nested laws, "positive" evidence in the
/// words of Kass & Raftery (1995).
const POSITIVE_EVIDENCE: f64 = 2.0;

/// Below it a power law is ruled out, in the words of Clauset, Shalizi & Newman (2009).
const LEAST_GOODNESS: f64 = 0.1;

fn ratio(
    sample: &Sample,
    first: &(LawFit, Vec<f64>),
    second: &(LawFit, Vec<f64>),
    nested: bool,
    level: f64,
) -> LikelihoodRatio {
    let limit = |small: &LawFit, large: &LawFit| {
        nested && small.law.name() == LawName::PowerLaw && large.law.name() == LawName::LogNormal
    };
    if limit(&second.0, &first.0) {
        return ratio(sample, second, first, nested, level);
    }
    let nested = limit(&first.0, &second.0);
    let differences: Vec<f64> = first.1.iter().zip(&second.1).map(|(a, b)| a - b).collect();
    let mean = sample.mean_of(&differences);
    let size = sample.size();
    let error = sample.variance_of_mean(&differences).sqrt();
    let statistic = if error > 0.0 { mean / error } else { 0.0 };
    let [one, two] = [first.0.law.name(), second.0.law.name()];
    let (p_value, favoured) = if nested {
        let gain = (-2.0 * size * mean).max(0.0);
        let p_value = 0.5 * two_sided(gain.sqrt());
        let schwarz = second.0.bic - first.0.bic;
        let favoured = if p_value < level {
            Some(two)
        } else {
            (schwarz >= POSITIVE_EVIDENCE).then_some(one)
        };
        (p_value, favoured)
    } else {
        let p_value = two_sided(statistic);
        let better = if mean > 0.0 { one } else { two };
        (p_value, (p_value < level).then_some(better))
    };
    LikelihoodRatio {
        first: one,
        second: two,
        log_ratio: size * mean,
        statistic,
        p_value,
        nested,
        favoured,
    }
}

/// Least size of a sample of which a law is named.
const LEAST_SIZE: f64 = 30.0;

/// The rule: a law wins if the sample is of size 30 at least, there is another law and it is favoured over every other, each pair at the level, and is not itself rejected by
/// Kolmogorov's test at the level, a power law of a tail by its bootstrap at 0.1. Otherwise the question is undecided between those that no other is favoured over.
fn select(
    fits: &[LawFit],
    pairs: &[LikelihoodRatio],
    size: f64,
    power_law_p: Option<f64>,
    level: f64,
) -> Verdict {
    let name = |fit: &LawFit| fit.law.name();
    let against = |law: LawName| {
        pairs
            .iter()
            .filter(move |pair| pair.first == law || pair.second == law)
    };
    let candidates: Vec<LawName> = fits
        .iter()
        .map(name)
        .filter(|&law| against(law).all(|pair| pair.favoured.is_none_or(|other| other == law)))
        .collect();
    let verdict = |winner, reason: String| Verdict {
        winner,
        candidates: candidates.clone(),
        reason,
    };
    let Some(&best) = candidates.first() else {
        return verdict(
            None,
            if fits.is_empty() {
                "no law could be fitted".to_string()
            } else {
                "for every law there is one that is favoured over it".to_string()
            },
        );
    };
    if size < LEAST_SIZE {
        let reason = format!(
            "the sample is of size {size:.0}, and the tests, which hold for large ones, are not read below {LEAST_SIZE}"
        );
        return verdict(None, reason);
    }
    if !against(best).all(|pair| pair.favoured == Some(best)) {
        let names: Vec<String> = candidates.iter().map(LawName::to_string).collect();
        return verdict(
            None,
            format!(
                "the sample does not tell apart {}",
                if names.len() > 1 {
                    names.join(" and ")
                } else {
                    format!("the {best} and what it is compared with")
                }
            ),
        );
    }
    let kolmogorov_p = fits
        .iter()
        .find(|fit| name(fit) == best)
        .map_or(0.0, |fit| fit.kolmogorov_p);
    let (p_value, least) = match power_law_p {
        Some(p_value) if best == LawName::PowerLaw => (p_value, LEAST_GOODNESS),
        _ => (kolmogorov_p, level),
    };
    if p_value < least {
        return verdict(
            None,
            format!(
                "the {best} is the best of these laws, and the sample rejects it (p = {p_value:.2e})"
            ),
        );
    }
    if fits.len() == 1 {
        let reason = format!(
            "the {best} is the only law that applies: the sample does not reject it (p = {p_value:.2}), and there is none to \
             favour it over"
        );
        return verdict(None, reason);
    }
    let reason = format!(
        "the {best} is favoured over each of the others, and the sample does not reject it"
    );
    verdict(Some(best), reason)
}
