//! How many eigenvalues stand apart at each end of a spectrum.
//!
//! The null model is that of levels that repel. The local statistics of the Hessians of trained networks are those of the
//! Gaussian orthogonal ensemble (Baskerville, Granziol & Keating, "Appearance of random matrix theory in deep learning",
//! Physica A 590, 2022): spacings between neighbours, over their local mean, follow the Wigner surmise
//! `P(s >= x) = exp(-pi x^2 / 4)`. Three times the mean has probability 0.0009 then; for independent levels, whose spacings
//! are exponential (Renyi, "On the theory of order statistics", 1953), it has 0.05, and a rule that allows for those says
//! of a classifier's ten outliers that there are none. They measured the whole of the spectrum; that its leading part does
//! the same is an assumption. [`outliers`] states the rule, its limits and what it was measured to find.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::spectral_error::SpectralError;

/// Fewest eigenvalues on a side from which anything is concluded.
const MIN_EIGENVALUES: usize = 8;

/// Least factor `lambda_k / lambda_(k+1)` of a gap that is tested.
const MIN_FACTOR: f64 = 1.1;

/// Root mean square of a Tracy-Widom deviate over the mean spacing of eigenvalues at a square-root edge.
const EDGE_SPACINGS: f64 = 1.6;

/// Options of [`outliers`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct OutlierOptions {
    /// Probability alpha of finding outliers where the spacings follow the surmise.
    pub alpha: f64,
    /// Most spacings w after a gap that it is compared with.
    pub window: usize,
    /// Eigenvalues below this fraction of the largest modulus of either side are taken for zeros and left out.
    pub relative_floor: f64,
    /// The largest count K that is tested, such as twice the number that is expected; half of the eigenvalues of the side
    /// where absent. Testing it takes `K + 1 + w` eigenvalues of a side, unless it has no more.
    pub most: Option<usize>,
}

impl Default for OutlierOptions {
    fn default() -> Self {
        Self {
            alpha: 0.01,
            window: 12,
            relative_floor: 1e-10,
            most: None,
        }
    }
}

impl OutlierOptions {
    /// How many leading eigenvalues of a side the test takes; there may be fewer where the side has no more.
    pub fn needed(&self) -> usize {
        self.most
            .map_or(MIN_EIGENVALUES, |most| most + 1 + self.window)
            .max(MIN_EIGENVALUES)
    }
}

/// Outliers at both ends.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outliers {
    /// At the positive end.
    pub positive: OutlierOutcome,
    /// At the negative end.
    pub negative: OutlierOutcome,
}

/// What is known of the outliers on one side.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutlierOutcome {
    /// A count.
    Decided(OutlierCount),
    /// No count.
    Undecided(UndecidedReason),
}

impl OutlierOutcome {
    /// The count with its evidence, where there is one.
    pub fn decided(&self) -> Option<OutlierCount> {
        match self {
            OutlierOutcome::Decided(count) => Some(*count),
            OutlierOutcome::Undecided(_) => None,
        }
    }

    /// The number of outliers; `None` where it is undecided.
    pub fn number(&self) -> Option<usize> {
        self.decided().map(|count| count.count)
    }
}

/// A count of outliers with its evidence.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OutlierCount {
    /// The number of outliers; zero if no gap is significant.
    pub count: usize,
    /// The value between the outliers and the rest, `sqrt(lambda_k lambda_(k+1))` with the side's sign; `None` for no
    /// outliers.
    pub threshold: Option<f64>,
    /// `x = s_k / M` at the gap reported, the gap's log-spacing over the third quartile of those that follow it; with no
    /// outliers, at the gap of least p-value, and of largest x among equals. Error bars taken against significance.
    pub statistic: f64,
    /// The p-value there, times the number of gaps, at most 1; it is 1 for a gap of less than a factor of 1.1.
    pub p_value: f64,
    /// Number m of eigenvalues used on this side; zero where it has none.
    pub eigenvalues: usize,
    /// Where the rest ends; absent from what was written before it was reported.
    #[serde(default)]
    pub bulk_edge: Option<BulkEdge>,
}

impl OutlierCount {
    /// The factor `lambda_k / lambda_(k+1)` between the last outlier and the bulk's edge; `None` for no outliers.
    pub fn separation(&self) -> Option<f64> {
        let (threshold, edge) = (self.threshold?, self.bulk_edge?);
        Some((threshold / edge.value).powi(2))
    }
}

/// The edge of the bulk on one side: the eigenvalue that follows the outliers, `lambda_(k+1)`.
///
/// Two different errors belong to it. As an eigenvalue of this matrix it is known to within `residual`. As an estimate of
/// where a continuous law ends, of which the eigenvalues are a sample, it is also uncertain by a few of the distances of
/// neighbours there, `spacing`: at a square-root edge both are of one size, `p^(-2/3)`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BulkEdge {
    /// The eigenvalue, with its sign.
    pub value: f64,
    /// Its error bar, as given.
    pub residual: f64,
    /// The mean distance between neighbours among it and those of the window that follow it.
    pub spacing: f64,
}

impl BulkEdge {
    /// The error of the edge of a continuous law, one standard deviation: the residual and 1.6 spacings.
    ///
    /// In units of `p^(-2/3)` times a scale the last eigenvalue of a symmetric matrix is off a square-root edge by a
    /// Tracy-Widom deviate of root mean square 1.75 (mean -1.21, standard deviation 1.27; Tracy & Widom 1996), and
    /// the first thirteen zeros of Airy's function, where the eigenvalues lie, are 1.08 apart on average.
    pub fn error(&self) -> f64 {
        self.residual + EDGE_SPACINGS * self.spacing
    }
}

/// Why there is no count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UndecidedReason {
    /// Too few eigenvalues of the side are known to test every count asked for, or it has fewer than eight at all.
    TooFewEigenvalues {
        /// How many are known.
        found: usize,
        /// How many the test takes.
        needed: usize,
    },
    /// Three quarters of the spacings after some gap are zero: eigenvalues repeat, and the rule's spacings mean nothing.
    RepeatedEigenvalues,
    /// The gap after `candidate` is significant for the values as they stand, and is not within their error bars.
    Unconverged {
        /// The count if the values were exact.
        candidate: usize,
    },
}

/// Counts the outliers at both ends of a spectrum.
///
/// **The rule.** Let `lambda_1 >= ... >= lambda_m > 0` be the moduli of the leading eigenvalues on one side of zero, and
/// `s_k = k ln(lambda_k / lambda_(k+1))`, which has the same mean for every k where the tail is a power law: gaps between
/// the first few eigenvalues of a power law are wide, and the rule must not take them for outliers. A gap after k counts
/// when it is of a factor of 1.1 at least and s_k is too large beside the w spacings that follow it,
/// `s_(k+1) ... s_(k+w)`. The null model is that these w + 1 are Wigner-surmise distributed about one mean,
/// `P(s >= x mean) = exp(-pi x^2 / 4)`, as for neighbours in the Gaussian orthogonal ensemble. Their squares are then
/// exponential, so with M the j-th smallest of the w, `j = floor(3 w / 4)`, and `x = s_k / M`,
///
/// ```text
/// P(s_k >= x M) = E exp(-x^2 u_(j)) = prod_(i = 1..j) (w - i + 1) / (w - i + 1 + x^2)
/// ```
///
/// by Renyi's representation of the order statistic `u_(j)` of exponentials: exact, the error of M as an estimate of the
/// scale included, if spacings are independent (those of the ensemble are slightly anticorrelated, which steadies M). A
/// quarter of the window may be wide gaps without masking this one. With K gaps tested, those of `k <= K`, the gap after k
/// is significant when K times this is at most alpha. **The count is the largest significant k.** K is
/// [`most`](OutlierOptions::most), and where that is absent the first half, `m/2`.
///
/// **What has to be known.** A gap that lies beyond the eigenvalues known is not seen, and where too few follow a gap a test
/// has no power: of the 23 leading eigenvalues of a Hessian with nine outliers the rule finds none, p = 1. With K given
/// fewer than `K + 1 + w` eigenvalues leave a side undecided, unless it is known to have no more
/// ([`outliers_of_sides`]): then gaps of `k <= min(K, m/2)` are tested.
///
/// **What the factor is for.** Where m is large, s_k multiplies tiny gaps by large k, and the union of independent blocks
/// is locally closer to independent levels than to repelling ones: without the least factor 66% of spectra of twenty
/// independent blocks have an alarm, in the middle of the bulk, at gaps of a few percent that nobody would call outliers.
///
/// **False alarms.** Percent of matrices with any outlier found, of 200 each: from all eigenvalues, from the 60 leading, and
/// from the 33 leading with counts up to K = 20 tested, as for ten classes:
///
/// ```text
///                                                      all    60    33
/// semicircle, order 200                                0      0     0
/// semicircle, order 400                                0      0     0
/// Marchenko-Pastur, order 200, 600 samples             0      0     0
/// Marchenko-Pastur, order 200, 200 samples             0      0     0
/// squared singular values of a product, order 200      0      0     0
/// D^(1/2) W D^(1/2), order 200
///   D = k^-0.5, 600 samples                            0      0     0
///   D = k^-0.5, 200 samples                            0      0     0
///   D = k^-1, 600 samples                              0.5    1     1
///   D = k^-1, 200 samples                              0      0     0
///   D = k^-2, 600 samples                              0.5    0     0
///   D = k^-2, 200 samples                              0.5    0.5   0
/// 20 independent semicircles, order 20                 0.5    0.5   1
/// 4 independent semicircles, order 100                 0      0     0
/// 4 of order 80, scaled by 1, 1/2, 1/4, 1/8            2      0.5   1
/// ```
///
/// At the edge of a semicircle or a Marchenko-Pastur bulk `lambda_k` falls like `1 - c (k/n)^(2/3)`, so s_k grows like
/// `k^(2/3)` and the first gaps are tested against larger ones: alarms are rarer there than alpha. **Levels that do not
/// repel** are outside the null: of 200 independent Pareto values, `P(lambda > x) = x^-a`, it says in 83, 64 and 31 percent
/// of cases (a = 0.5, 1 and 3) that there are outliers. Entries with so heavy a tail that leading eigenvalues are localised,
/// each on one entry, go some of that way: 5% of semicircles with Student-t entries of three degrees of freedom.
///
/// **Power.** Percent of 50 matrices of order 200 in which exactly the k outliers are found, by the factor of the least of
/// them over the bulk's edge, the others over a threefold range above it; on the left from all eigenvalues, on the right
/// from the 33 leading with K = 20:
///
/// ```text
/// factor                         k    1.1  1.25   1.5     2     3     1.1  1.25   1.5     2     3
/// semicircle                     1      0     0     6    94   100       0     0    12    96   100
///                                3      2    34   100   100   100       4    54   100   100   100
///                               10     18    98   100   100   100      32    98   100   100   100
/// Marchenko-Pastur, 200 of 600   1      0     0    36   100   100       0     0    74   100   100
///                                3      6    86   100   100   100      14    96   100   100   100
///                               10     60    98   100   100   100      68   100   100   100   100
/// D^(1/2) W D^(1/2), 200 of 600
///   D goes on as k^-0.5          1      0     0     0     0     0       0     0     0     0     0
///                                3      0     0     0    38   100       0     0     0    74   100
///                               10      0     2    58   100   100       0    14    74   100   100
///   D goes on as k^-1            1      0     0     0     0     0       0     0     0     0     0
///                                3      0     0     0     0     8       0     0     0     0    26
///                               10      0     0    18    92   100       0     0    24   100   100
/// ```
///
/// The factor enters as its k-th power, so that ten outliers need a far narrower gap than one. A miss is no outlier, or
/// fewer: where the gap below the k is too narrow, one between them may be wide. More than k happened in none of these.
/// Where the bulk's power law starts anew below the outliers, `D_(k+i) = i^-a`, its own first gaps are wide and are weighed
/// as those of k + 1, k + 2, ...: for a = 0.5 and k = 10 some of its eigenvalues were counted along in 10 to 16 percent of
/// matrices, and with K = 20 in up to a third. A shorter window is better there and for single outliers, a longer one for many outliers near the edge.
///
/// **Error bars.** An eigenvalue known to within r moves its spacings. A gap is reported only if it is significant with s_k
/// and the factor as small and the following spacings as large as the error bars allow; where the values as they stand say
/// otherwise, the outcome is undecided.
///
/// `eigenvalues` are the leading ones of either sign, in any order (on each side none may be missing above the least
/// given); `residuals`, of the same length, their error bars, zero for exact ones. An eigenvalue within its error bar of
/// zero ends its side's list.
///
/// A side of which no eigenvalue is given has none.
pub fn outliers(
    eigenvalues: &[f64],
    residuals: &[f64],
    options: &OutlierOptions,
) -> Result<Outliers, SpectralError> {
    let none = |sign: f64| !eigenvalues.iter().any(|value| sign * value > 0.0);
    let exhausted = [none(1.0), none(-1.0)];
    outliers_of_sides(eigenvalues, residuals, exhausted, options)
}

/// [`outliers`], told of the positive and of the negative side whether it is exhausted: whether all its eigenvalues are
/// given, but for zeros. So it is of the negative side of a positive semidefinite matrix, of which none is, and of both
/// sides of a matrix of low rank.
pub fn outliers_of_sides(
    eigenvalues: &[f64],
    residuals: &[f64],
    exhausted: [bool; 2],
    options: &OutlierOptions,
) -> Result<Outliers, SpectralError> {
    SpectralError::require_size(
        "residuals of the eigenvalues",
        eigenvalues.len(),
        residuals.len(),
    )?;
    SpectralError::require(
        eigenvalues.iter().all(|value| value.is_finite())
            && residuals.iter().all(|r| *r >= 0.0 && r.is_finite()),
        "eigenvalues",
        "values must be finite and residuals not negative",
    )?;
    SpectralError::require(
        options.alpha > 0.0 && options.alpha < 1.0,
        "alpha",
        format_args!("{} is not a probability", options.alpha),
    )?;
    SpectralError::require_positive("window", options.window)?;
    SpectralError::require_positive("most", options.most.unwrap_or(1))?;
    SpectralError::require(
        (0.0..1.0).contains(&options.relative_floor),
        "relative_floor",
        "must be in [0, 1)",
    )?;
    let largest = eigenvalues
        .iter()
        .fold(0.0_f64, |m, value| m.max(value.abs()));
    let floor = options.relative_floor * largest;
    let side = |sign: f64, exhausted: bool| {
        let moduli = moduli(eigenvalues, residuals, sign, floor);
        one_side(&moduli, exhausted, sign, options)
    };
    Ok(Outliers {
        positive: side(1.0, exhausted[0]),
        negative: side(-1.0, exhausted[1]),
    })
}

/// An eigenvalue's modulus with its error bar.
#[derive(Clone, Copy)]
struct Modulus {
    value: f64,
    error: f64,
}

/// The moduli of one side in falling order, as far as they are clear of zero.
fn moduli(eigenvalues: &[f64], residuals: &[f64], sign: f64, floor: f64) -> Vec<Modulus> {
    let mut side: Vec<Modulus> = eigenvalues
        .iter()
        .zip(residuals)
        .map(|(&value, &error)| Modulus {
            value: sign * value,
            error,
        })
        .filter(|modulus| modulus.value > floor)
        .collect();
    side.sort_by(|a, b| b.value.total_cmp(&a.value));
    let clear = side
        .iter()
        .position(|modulus| modulus.error >= modulus.value)
        .unwrap_or(side.len());
    side.truncate(clear);
    side
}

/// The three readings of the spacing after k: as small as the error bars allow, as it stands, as large.
struct Spacing {
    least: f64,
    value: f64,
    most: f64,
}

fn spacing(k: usize, upper: Modulus, lower: Modulus) -> Spacing {
    let scaled = |ratio: f64| k as f64 * ratio.ln().max(0.0);
    Spacing {
        least: scaled((upper.value - upper.error) / (lower.value + lower.error)),
        value: scaled(upper.value / lower.value),
        most: scaled((upper.value + upper.error) / (lower.value - lower.error)),
    }
}

/// No outliers among no eigenvalues.
const NONE: OutlierCount = OutlierCount {
    count: 0,
    threshold: None,
    statistic: 0.0,
    p_value: 1.0,
    eigenvalues: 0,
    bulk_edge: None,
};

fn one_side(
    moduli: &[Modulus],
    exhausted: bool,
    sign: f64,
    options: &OutlierOptions,
) -> OutlierOutcome {
    let m = moduli.len();
    if exhausted && m == 0 {
        return OutlierOutcome::Decided(NONE);
    }
    let needed = if exhausted {
        MIN_EIGENVALUES
    } else {
        options.needed()
    };
    if m < needed {
        return OutlierOutcome::Undecided(UndecidedReason::TooFewEigenvalues { found: m, needed });
    }
    let spacings: Vec<Spacing> = (1..m)
        .map(|k| spacing(k, moduli[k - 1], moduli[k]))
        .collect();
    let tested = match options.most {
        Some(most) if exhausted => most.min(m / 2),
        Some(most) => most,
        None => m / 2,
    };
    // The gap after the last significant k, and otherwise the least p-value's.
    let (mut as_it_stands, mut certain) = (0, 0);
    let mut reported = Test {
        statistic: 0.0,
        p_value: 1.0,
    };
    for k in 1..=tested {
        let following = &spacings[k..(k + options.window).min(m - 1)];
        let before = &spacings[k - 1];
        let plain = test(k, before.value, following.iter().map(|s| s.value), tested);
        // The quartile of larger spacings is positive too.
        let cautious = test(k, before.least, following.iter().map(|s| s.most), tested);
        let (Some(plain), Some(cautious)) = (plain, cautious) else {
            return OutlierOutcome::Undecided(UndecidedReason::RepeatedEigenvalues);
        };
        if plain.p_value <= options.alpha {
            as_it_stands = k;
        }
        if cautious.p_value <= options.alpha {
            certain = k;
            reported = cautious;
        } else if certain == 0
            && (cautious.p_value, -cautious.statistic) < (reported.p_value, -reported.statistic)
        {
            reported = cautious;
        }
    }
    if as_it_stands != certain {
        return OutlierOutcome::Undecided(UndecidedReason::Unconverged {
            candidate: as_it_stands,
        });
    }
    OutlierOutcome::Decided(OutlierCount {
        count: certain,
        threshold: (certain > 0)
            .then(|| sign * (moduli[certain - 1].value * moduli[certain].value).sqrt()),
        statistic: reported.statistic,
        p_value: reported.p_value,
        eigenvalues: m,
        bulk_edge: Some(bulk_edge(&moduli[certain..], sign, options.window)),
    })
}

/// The edge of what is left below the outliers, at least half of the side's eigenvalues.
fn bulk_edge(bulk: &[Modulus], sign: f64, window: usize) -> BulkEdge {
    let last = window.min(bulk.len() - 1);
    BulkEdge {
        value: sign * bulk[0].value,
        residual: bulk[0].error,
        spacing: (bulk[0].value - bulk[last].value) / last as f64,
    }
}

/// One gap's statistic and its p-value for the number of gaps tested.
#[derive(Clone, Copy)]
struct Test {
    statistic: f64,
    p_value: f64,
}

/// Tests the spacing after k against those that follow; `None` if their third quartile is zero.
fn test(
    k: usize,
    spacing: f64,
    following: impl Iterator<Item = f64>,
    tested: usize,
) -> Option<Test> {
    let mut following: Vec<f64> = following.collect();
    following.sort_by(f64::total_cmp);
    let w = following.len();
    let j = (3 * w / 4).max(1);
    let quartile = *following.get(j - 1)?;
    if quartile <= 0.0 {
        return None;
    }
    let statistic = spacing / quartile;
    let narrow = spacing < k as f64 * MIN_FACTOR.ln();
    let survival: f64 = if narrow {
        1.0
    } else {
        (0..j)
            .map(|i| (w - i) as f64)
            .map(|rest| rest / (rest + statistic * statistic))
            .product()
    };
    Some(Test {
        statistic,
        p_value: (survival * tested as f64).min(1.0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The closed form against simulation of the same ratio.
    #[test]
    fn p_value_is_the_probability_it_claims() {
        use crate::operator::probes::{ProbeKind, Probes};
        // A surmise deviate is the root of an exponential one, half the sum of two squared normals.
        let draws = 100_000;
        let w = 9;
        let normals = Probes::new(ProbeKind::Gaussian, 3).host(2 * draws * (w + 1), 0);
        let spacings: Vec<f64> = normals
            .chunks(2)
            .map(|z| (0.5 * (z[0] * z[0] + z[1] * z[1])).sqrt())
            .collect();
        for level in [0.5, 0.1, 0.01, 0.001] {
            let below = spacings
                .chunks(w + 1)
                .filter_map(|chunk| test(1, chunk[0], chunk[1..].iter().copied(), 1))
                .filter(|outcome| outcome.p_value <= level)
                .count();
            let rate = below as f64 / draws as f64;
            let error = (level * (1.0 - level) / draws as f64).sqrt();
            assert!(
                (rate - level).abs() < 4.0 * error,
                "{rate} at level {level}"
            );
        }
    }
}
