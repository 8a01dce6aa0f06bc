//! How many eigenvalues stand apart at each end of a spectrum.

use serde::{Deserialize, Serialize};

use crate::error::SpectralError;

/// Fewest eigenvalues on a side from which anything is concluded.
const MIN_EIGENVALUES: usize = 8;

/// Options of [`outliers`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct OutlierOptions {
    /// Probability alpha of finding outliers in a power law.
    pub alpha: f64,
    /// Most spacings w after a gap that it is compared with.
    pub window: usize,
    /// Eigenvalues below this fraction of the largest modulus of either side are taken for zeros and left out.
    pub relative_floor: f64,
}

impl Default for OutlierOptions {
    fn default() -> Self {
        Self {
            alpha: 0.01,
            window: 30,
            relative_floor: 1e-10,
        }
    }
}

/// Outliers at both ends.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outliers {
    /// At the positive end.
    pub positive: OutlierOutcome,
    /// At the negative end.
    pub negative: OutlierOutcome,
}

/// What is known of the outliers on one side.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutlierOutcome {
    /// A count.
    Decided(OutlierCount),
    /// No count.
    Undecided(UndecidedReason),
}

/// A count of outliers with its evidence.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutlierCount {
    /// The number of outliers; zero if no gap is significant.
    pub count: usize,
    /// The value between the outliers and the rest, `sqrt(lambda_k lambda_(k+1))` with the side's sign; `None` for no
    /// outliers.
    pub threshold: Option<f64>,
    /// `x = s_k / M` at the gap reported; with no outliers, at the gap of least p-value.
    pub statistic: f64,
    /// The p-value there, times the number of gaps tested, at most 1; error bars taken against significance.
    pub p_value: f64,
    /// Number m of eigenvalues used on this side.
    pub eigenvalues: usize,
}

/// Why there is no count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UndecidedReason {
    /// Fewer than eight usable eigenvalues on the side.
    TooFewEigenvalues {
        /// How many there are.
        found: usize,
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
/// `s_k = k ln(lambda_k / lambda_(k+1))`. If the tail is a power law (Pareto) the s_k are independent exponentials of one
/// mean (Renyi 1953), however heavy the tail: gaps between the first few eigenvalues of a power law are wide, and the rule
/// must not take them for outliers. So a gap after k counts when s_k is too large beside the spacings that follow it, the w
/// spacings `s_(k+1) ... s_(k+w)`: with M their j-th smallest, `j = floor(3 w / 4)`, and `x = s_k / M`,
///
/// ```text
/// P(s_k >= x M) = E exp(-x M) = prod_(i = 1..j) (w - i + 1) / (w - i + 1 + x)
/// ```
///
/// exactly, by Renyi's representation of the order statistic M. The third quartile estimates an exponential's mean with
/// nearly the least variance an order statistic can have, and a quarter of the window may be wide gaps without masking this
/// one. With K gaps tested, the gap after k is significant when K
/// times this is at most alpha, so a power law is said to have outliers with probability at most alpha. **The count is
/// the largest significant k**, over `k <= m/2`.
///
/// **Other bulks.** At the edge of a semicircle or a Marchenko-Pastur bulk `lambda_k` falls like `1 - c (k/n)^(2/3)`, so s_k
/// grows like `k^(2/3)`, and repulsion makes its tail lighter than exponential: both make a false alarm rarer. The window is
/// local because the s_k of such bulks keep growing inwards. A single outlier needs to be several times the edge, since a
/// power law's first gap is often that wide; ten outliers need far less, the factor entering as its k-th power: over a
/// semicircle of 200 they are found nine times in ten when the least of them is 1.7 times the edge, and missed below 1.3.
///
/// **Error bars.** An eigenvalue known to within r moves its spacings. A gap is reported only if it is significant with s_k
/// as small and the following spacings as large as the error bars allow; where the values as they stand say otherwise, the
/// outcome is undecided.
///
/// `eigenvalues` are the leading ones of either sign, in any order (on each side none may be missing above the least
/// given); `residuals`, of the same length, their error bars, zero for exact ones. An eigenvalue within its error bar of
/// zero ends its side's list.
pub fn outliers(
    eigenvalues: &[f64],
    residuals: &[f64],
    options: &OutlierOptions,
) -> Result<Outliers, SpectralError> {
    if residuals.len() != eigenvalues.len() {
        return Err(SpectralError::Dimension {
            what: "residuals of the eigenvalues",
            expected: eigenvalues.len(),
            found: residuals.len(),
        });
    }
    if eigenvalues.iter().any(|value| !value.is_finite())
        || residuals.iter().any(|r| !(*r >= 0.0 && r.is_finite()))
    {
        return Err(SpectralError::option(
            "eigenvalues",
            "values must be finite and residuals not negative",
        ));
    }
    if !(options.alpha > 0.0 && options.alpha < 1.0) {
        return Err(SpectralError::option(
            "alpha",
            format!("{} is not a probability", options.alpha),
        ));
    }
    if options.window == 0 {
        return Err(SpectralError::option("window", "must be at least 1"));
    }
    if !(options.relative_floor >= 0.0 && options.relative_floor < 1.0) {
        return Err(SpectralError::option("relative_floor", "must be in [0, 1)"));
    }
    let largest = eigenvalues
        .iter()
        .fold(0.0_f64, |m, value| m.max(value.abs()));
    let floor = options.relative_floor * largest;
    let side = |sign: f64| one_side(&moduli(eigenvalues, residuals, sign, floor), sign, options);
    Ok(Outliers {
        positive: side(1.0),
        negative: side(-1.0),
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

fn one_side(moduli: &[Modulus], sign: f64, options: &OutlierOptions) -> OutlierOutcome {
    let m = moduli.len();
    if m < MIN_EIGENVALUES {
        return OutlierOutcome::Undecided(UndecidedReason::TooFewEigenvalues { found: m });
    }
    let spacings: Vec<Spacing> = (1..m)
        .map(|k| spacing(k, moduli[k - 1], moduli[k]))
        .collect();
    let tested = m / 2;
    // The gap after the last significant k, and otherwise the least p-value's.
    let (mut as_it_stands, mut certain) = (0, 0);
    let mut reported = Test {
        statistic: 0.0,
        p_value: 1.0,
    };
    for k in 1..=tested {
        let following = &spacings[k..(k + options.window).min(m - 1)];
        let Some(plain) = test(
            spacings[k - 1].value,
            following.iter().map(|s| s.value),
            tested,
        ) else {
            return OutlierOutcome::Undecided(UndecidedReason::RepeatedEigenvalues);
        };
        // The quartile of larger spacings is positive too.
        let Some(cautious) = test(
            spacings[k - 1].least,
            following.iter().map(|s| s.most),
            tested,
        ) else {
            return OutlierOutcome::Undecided(UndecidedReason::RepeatedEigenvalues);
        };
        if plain.p_value <= options.alpha {
            as_it_stands = k;
        }
        if cautious.p_value <= options.alpha {
            certain = k;
            reported = cautious;
        } else if certain == 0 && cautious.p_value < reported.p_value {
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
    })
}

/// One gap's statistic and its p-value for the number of gaps tested.
#[derive(Clone, Copy)]
struct Test {
    statistic: f64,
    p_value: f64,
}

/// Tests one spacing against those that follow; `None` if their third quartile is zero.
fn test(spacing: f64, following: impl Iterator<Item = f64>, tested: usize) -> Option<Test> {
    let mut following: Vec<f64> = following.collect();
    following.sort_by(f64::total_cmp);
    let w = following.len();
    let j = (3 * w / 4).max(1);
    let quartile = *following.get(j - 1)?;
    if quartile <= 0.0 {
        return None;
    }
    let statistic = spacing / quartile;
    let survival: f64 = (0..j)
        .map(|i| (w - i) as f64 / ((w - i) as f64 + statistic))
        .product();
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
        use crate::probes::{ProbeKind, Probes};
        // Exp(1) as half the sum of two squared normals.
        let draws = 100_000;
        let w = 9;
        let normals = Probes::new(ProbeKind::Gaussian, 3).host(2 * draws * (w + 1), 0);
        let exponentials: Vec<f64> = normals
            .chunks(2)
            .map(|z| 0.5 * (z[0] * z[0] + z[1] * z[1]))
            .collect();
        for level in [0.5, 0.1, 0.01, 0.001] {
            let below = exponentials
                .chunks(w + 1)
                .filter_map(|chunk| test(chunk[0], chunk[1..].iter().copied(), 1))
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
