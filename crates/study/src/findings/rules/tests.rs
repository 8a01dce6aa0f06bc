//! Every rule on records whose answer is known: confirmed, not confirmed, and undecided.

use hesscope_records::{
    BulkNumbers, Bulks, Evidence, Finding, FindingVerdict, LeadingEigenvalues, Levels,
    MeanGrouping, MeanScores, MeanSelection, Measure, OverlapRecord, SpacePair, SpaceRecord,
};
use hesscope_spectral::{
    Bounded, EnergySplit, Estimate, IntervalCount, LogTrend, LogTrendOptions, OutlierOptions,
    OutlierOutcome, PermutationTest, PrincipalAngles, Quadrature, Side, SpectralDensity,
    UndecidedReason, log_trend, outliers,
};

use super::{findings, notes};
use FindingVerdict::{Confirmed, NotConfirmed, Undecided};

const CLASSES: usize = 10;

/// Evenly falling values.
fn falling(from: f64, to: f64, count: usize) -> Vec<f64> {
    let step = (from / to).powf(1.0 / (count - 1) as f64);
    (0..count).map(|i| from / step.powi(i as i32)).collect()
}

/// An operator with these leading eigenvalues of ten, the rest falling to a fifth of `edge`.
fn leading(operator: &str, outliers_of: &[f64], edge: f64, error: f64) -> LeadingEigenvalues {
    let bulk = falling(edge, edge / 5.0, 50);
    let all: Vec<f64> = outliers_of.iter().copied().chain(bulk).collect();
    let residuals = vec![error; all.len()];
    let counted = outliers(&all, &residuals, &OutlierOptions::default()).expect("finite values");
    LeadingEigenvalues {
        operator: operator.parse().expect("an operator"),
        values: all[..CLASSES].to_vec(),
        residuals: residuals[..CLASSES].to_vec(),
        next: Some(all[CLASSES]),
        outliers: counted,
    }
}

fn space(name: &str, values: &[f64], counted: bool) -> SpaceRecord {
    SpaceRecord {
        name: name.into(),
        dimension: values.len(),
        eigenvalues: values.to_vec(),
        residuals: vec![1e-6; values.len()],
        counted,
        rotation: 0.0,
    }
}

fn pair(first: SpaceRecord, second: SpaceRecord, overlap: f64, error: f64) -> SpacePair {
    SpacePair {
        overlap: OverlapRecord {
            first: first.name.clone(),
            second: second.name.clone(),
            angles: PrincipalAngles {
                angles: vec![overlap.sqrt().acos(); first.dimension.min(second.dimension)],
                first: first.dimension,
                second: second.dimension,
            },
            overlap,
            error,
            chance: 1e-3,
        },
        first,
        second,
    }
}

fn estimate(mean: f64, error: f64) -> Estimate {
    Estimate {
        mean,
        standard_error: Some(error),
    }
}

fn bounded(lower: f64, mean: f64, upper: f64) -> Bounded {
    Bounded {
        mean,
        lower,
        upper,
        level: 0.95,
    }
}

fn interval(lower: f64, mean: f64, upper: f64) -> IntervalCount {
    IntervalCount {
        count: bounded(lower, mean, upper),
        brackets: Vec::new(),
    }
}

fn split(share: [f64; 3]) -> EnergySplit {
    EnergySplit {
        first: estimate(100.0 * (1.0 - share[1]), 1.0),
        second: estimate(100.0 * share[1], 1.0),
        cross: estimate(0.0, 1.0),
        total: estimate(100.0, 1.0),
        second_share: bounded(share[0], share[1], share[2]),
        probes: 32,
    }
}

/// An exact spectrum of both signs, and many zeros.
fn both_signs(values: &[f64]) -> SpectralDensity {
    let below = values.iter().map(|value| -value);
    let mut all: Vec<f64> = values.iter().copied().chain(below).collect();
    all.extend(std::iter::repeat_n(0.0, values.len()));
    SpectralDensity::from_eigenvalues(all)
}

fn trends(density: &SpectralDensity) -> Vec<LogTrend> {
    let of = |side| {
        let options = LogTrendOptions {
            side,
            floor: 1e-4,
            ..LogTrendOptions::default()
        };
        log_trend(density, &options).expect("a side")
    };
    [Side::Positive, Side::Negative].map(of).to_vec()
}

/// Values at the quantiles of a law.
fn quantiles(quantile: impl Fn(f64) -> f64) -> Vec<f64> {
    const COUNT: usize = 2000;
    (0..COUNT)
        .map(|i| quantile((i as f64 + 0.5) / COUNT as f64))
        .collect()
}

/// `density ~ lambda^-1.5` on [1e-4, 1].
fn power_law() -> Vec<f64> {
    quantiles(|share| (100.0 - 99.0 * share).powf(-2.0))
}

/// The quantile of a semicircle on [-1, 1], by bisection of its distribution function.
fn semicircle(share: f64) -> f64 {
    let below = |x: f64| 0.5 + (x * (1.0 - x * x).sqrt() + x.asin()) / std::f64::consts::PI;
    let (mut low, mut high) = (-1.0, 1.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if below(middle) < share {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

/// Scores of a grouping.
fn scores(among: MeanSelection, by: MeanGrouping, silhouette: f64, p_value: f64) -> MeanScores {
    let test = |value: f64| PermutationTest {
        value,
        null_mean: -0.08,
        null_standard_deviation: 0.02,
        p_value,
        permutations: 999,
    };
    MeanScores {
        among,
        by,
        points: 100,
        groups: CLASSES,
        silhouette: test(silhouette),
        rand: test(0.5),
        purity: test(0.5),
        neighbours: 9,
    }
}

/// Means that group by class, less so by the class they point to.
fn grouped(whole: f64, by_class: f64, by_other: f64, p_value: f64) -> Vec<MeanScores> {
    vec![
        scores(
            MeanSelection::WithoutOwn,
            MeanGrouping::Class,
            whole,
            p_value,
        ),
        scores(
            MeanSelection::CrossOnly,
            MeanGrouping::Class,
            by_class,
            p_value,
        ),
        scores(
            MeanSelection::CrossOnly,
            MeanGrouping::Other,
            by_other,
            p_value,
        ),
    ]
}

/// A network of which every finding holds.
fn network() -> Evidence {
    let of_hess = falling(50.0, 10.0, CLASSES);
    let hess = leading("hess", &of_hess, 1.0, 1e-6);
    let g = leading("g", &of_hess, 1.0, 1e-6);
    let h = leading("h", &[], 0.5, 1e-6);
    Evidence {
        dimension: 1000,
        examples: 100,
        classes: CLASSES,
        classes_with_examples: CLASSES,
        loss: 0.01,
        accuracy: 1.0,
        hess_and_g: pair(
            space("hess", &of_hess, true),
            space("g", &of_hess, false),
            0.999,
            1e-6,
        ),
        g_and_a1: pair(
            space("g", &of_hess, true),
            space("a1", &of_hess, false),
            0.98,
            1e-6,
        ),
        g_without_a1: leading("g-a1", &[], 1.0, 1e-6),
        a1: falling(48.0, 9.0, CLASSES),
        a2: falling(1.0, 0.1, CLASSES),
        hess,
        g,
        h,
        energy: split([0.6, 0.7, 0.8]),
        bulk: BulkNumbers {
            floor: 1e-4,
            to: 3.0,
            hess: bounded(380.0, 400.0, 420.0),
            g: bounded(90.0, 100.0, 110.0),
            h: bounded(360.0, 380.0, 400.0),
            hess_negative: bounded(40.0, 50.0, 60.0),
            h_negative: bounded(50.0, 60.0, 70.0),
        },
        bulks: Some(Bulks {
            b1: falling(0.9, 0.1, 80),
            b1_quartiles: [0.17, 0.3, 0.52],
            floor: 1e-4,
            b2_median: Measure {
                value: 1.5e-3,
                lower: 1e-3,
                upper: Some(2e-3),
            },
            b1_middle: 40,
            b2_above: interval(1.0, 2.0, 4.0),
            g_middle: interval(40.0, 45.0, 50.0),
            g_without_b1_middle: interval(2.0, 3.0, 5.0),
        }),
        log_laws: trends(&both_signs(&power_law())),
        levels: Some(Levels {
            classes: CLASSES,
            distances: grouped(0.3, 0.35, 0.1, 0.001),
            tsne: grouped(0.5, 0.55, 0.0, 0.001),
        }),
    }
}

fn finding(evidence: &Evidence, id: &str) -> Finding {
    let all = findings(evidence);
    let found = all.into_iter().find(|finding| finding.id == id);
    found.expect("the finding")
}

/// The verdict after a change of the network of which every finding holds.
#[track_caller]
fn after(id: &str, change: impl Fn(&mut Evidence), verdict: FindingVerdict) -> Finding {
    let mut evidence = network();
    change(&mut evidence);
    let found = finding(&evidence, id);
    assert_eq!(found.verdict, verdict, "{found:#?}");
    assert!(!found.reason.is_empty());
    found
}

fn unconverged(leading: &mut LeadingEigenvalues) {
    let outcome = UndecidedReason::Unconverged { candidate: 3 };
    leading.outliers.positive = OutlierOutcome::Undecided(outcome);
}

#[test]
fn a_network_of_which_every_finding_holds() {
    let all = findings(&network());
    assert_eq!(all.len(), 10);
    for finding in all {
        assert_eq!(finding.verdict, Confirmed, "{finding:#?}");
        assert!(finding.conditions.iter().all(|c| c.holds == Some(true)));
    }
}

#[test]
fn the_number_of_outliers() {
    let id = "outlier-count";
    let with = |count: usize| {
        move |m: &mut Evidence| m.hess = leading("hess", &falling(50.0, 10.0, count), 1.0, 1e-6)
    };
    after(id, with(9), Confirmed);
    after(id, with(8), NotConfirmed);
    after(id, with(3), NotConfirmed);
    // Ten outliers are C - 1 of eleven classes, and C + 1 of nine.
    after(id, |m| m.classes_with_examples = 11, Confirmed);
    after(id, |m| m.classes_with_examples = 9, NotConfirmed);
    // Classes without examples do not count, and are told.
    let mut evidence = network();
    evidence.classes = 12;
    assert_eq!(finding(&evidence, id).verdict, Confirmed);
    assert_eq!(
        notes(&evidence),
        ["2 of 12 classes have no examples in this split: C is 10 in the rules"]
    );
    assert!(notes(&network()).is_empty());
    after(id, |m| unconverged(&mut m.hess), Undecided);
    // None, and no gap where the finding has it.
    after(
        id,
        |m| m.hess = leading("hess", &[], 1.0, 1e-6),
        NotConfirmed,
    );
    // None by the rule, and a gap of a factor of 1.3 after the ninth.
    let found = after(
        id,
        |m| {
            let mut values = falling(50.0, 10.0, 9);
            values.push(10.0 / 1.3);
            m.hess = leading("hess", &[], 1.0, 1e-6);
            m.hess.values = values;
            m.hess.next = Some(7.5);
        },
        Undecided,
    );
    assert!((found.beside[0].value - 1.3).abs() < 1e-9);
}

#[test]
fn outliers_of_hess_and_g() {
    let id = "outliers-of-g";
    after(id, |m| m.hess_and_g.overlap.overlap = 0.5, NotConfirmed);
    after(id, |m| m.hess_and_g.overlap.error = 0.3, Undecided);
    // G has other eigenvalues: those of its bulk alone.
    after(id, |m| m.g = leading("g", &[], 1.0, 1e-6), NotConfirmed);
    // H has one among the outliers.
    after(id, |m| m.h = leading("h", &[20.0], 0.5, 1e-6), NotConfirmed);
    // It may have.
    after(id, |m| m.h.residuals = vec![10.0; CLASSES], Undecided);
    // So may some that were not computed.
    after(id, |m| m.h.values = vec![-20.0; CLASSES], Undecided);
    let nothing = after(id, |m| m.hess = leading("hess", &[], 1.0, 1e-6), Undecided);
    assert!(nothing.reason.contains("nothing to attribute"));
    after(id, |m| unconverged(&mut m.hess), Undecided);
    after(id, |m| m.hess_and_g.first.dimension = 4, Undecided);
}

#[test]
fn a_bulk_and_outliers() {
    let id = "bulk-and-outliers";
    after(
        id,
        |m| m.hess = leading("hess", &falling(50.0, 10.0, 3), 1.0, 1e-6),
        Confirmed,
    );
    after(
        id,
        |m| m.hess = leading("hess", &[], 1.0, 1e-6),
        NotConfirmed,
    );
    after(id, |m| unconverged(&mut m.hess), Undecided);
}

#[test]
fn h_alone() {
    let id = "h-without-outliers";
    after(
        id,
        |m| m.h = leading("h", &falling(50.0, 10.0, 3), 0.5, 1e-6),
        NotConfirmed,
    );
    after(id, |m| unconverged(&mut m.h), Undecided);
    let few = |found: usize| {
        let needed = 33;
        OutlierOutcome::Undecided(UndecidedReason::TooFewEigenvalues { found, needed })
    };
    let nothing =
        hesscope_spectral::outliers(&[], &[], &OutlierOptions::default()).expect("no eigenvalues");
    after(id, |m| m.h.outliers.positive = nothing.positive, Confirmed);
    after(id, |m| m.h.outliers.positive = few(5), Undecided);
    // The other end counts as well.
    let below = leading("h", &falling(50.0, 10.0, 3), 0.5, 1e-6)
        .outliers
        .positive;
    after(id, |m| m.h.outliers.negative = below, NotConfirmed);
    after(id, |m| m.h.outliers.negative = few(5), Undecided);
    // What is found at one end decides, whatever is left open at the other.
    after(
        id,
        |m| {
            m.h.outliers.negative = below;
            m.h.outliers.positive = few(5);
        },
        NotConfirmed,
    );
}

#[test]
fn the_energy_of_the_bulk() {
    let id = "bulk-energy-of-h";
    after(id, |m| m.energy = split([0.1, 0.2, 0.3]), NotConfirmed);
    after(id, |m| m.energy = split([0.4, 0.6, 0.8]), Undecided);
}

#[test]
fn the_numbers_in_the_bulk() {
    let id = "bulk-number-of-h";
    after(
        id,
        |m| m.bulk.g = bounded(700.0, 800.0, 900.0),
        NotConfirmed,
    );
    after(id, |m| m.bulk.g = bounded(300.0, 350.0, 400.0), Undecided);
    // Steps that leave it open.
    after(id, |m| m.bulk.h = bounded(0.0, 380.0, 900.0), Undecided);
    // The two kinds of most do not depend on each other.
    after(id, |m| m.energy = split([0.1, 0.2, 0.3]), Confirmed);
}

#[test]
fn outliers_of_g_and_a1() {
    let id = "outliers-of-a1";
    after(id, |m| m.g_and_a1.overlap.overlap = 0.3, NotConfirmed);
    after(id, |m| m.g_and_a1.overlap.error = 0.2, Undecided);
    // One of them is no eigenvalue of A1.
    after(id, |m| m.a1.truncate(CLASSES - 1), NotConfirmed);
    // They are at other places: less than half of each.
    after(id, |m| m.a1 = falling(48.0, 4.0, CLASSES), NotConfirmed);
    after(
        id,
        |m| m.g_and_a1.first.residuals = vec![12.0; CLASSES],
        Undecided,
    );
    // One stays without A1.
    after(
        id,
        |m| m.g_without_a1 = leading("g-a1", &[20.0], 1.0, 1e-6),
        NotConfirmed,
    );
    // A2 alone would give one.
    after(id, |m| m.a2[0] = 20.0, NotConfirmed);
    // Residuals that reach over the threshold.
    after(
        id,
        |m| m.g_without_a1.residuals = vec![5.0; CLASSES],
        Undecided,
    );
    after(id, |m| m.g = leading("g", &[], 1.0, 1e-6), Undecided);
    after(id, |m| m.g_and_a1.first.dimension = 3, Undecided);
}

#[test]
fn three_levels() {
    let id = "three-levels";
    fn levels(m: &mut Evidence) -> &mut Levels {
        m.levels.as_mut().expect("levels")
    }
    // Means nearer to other groups than to their own.
    after(
        id,
        |m| levels(m).distances = grouped(-0.02, 0.3, 0.1, 0.001),
        NotConfirmed,
    );
    // They group by c' rather.
    after(
        id,
        |m| levels(m).distances = grouped(0.3, 0.1, 0.35, 0.001),
        NotConfirmed,
    );
    // No more than shuffled labels.
    after(
        id,
        |m| levels(m).distances = grouped(0.01, 0.3, 0.1, 0.3),
        NotConfirmed,
    );
    // The picture says otherwise.
    after(
        id,
        |m| levels(m).tsne = grouped(0.3, 0.1, 0.35, 0.001),
        NotConfirmed,
    );
    // As many shuffles reach it as are within the error of a hundredth.
    after(
        id,
        |m| levels(m).tsne = grouped(0.3, 0.35, 0.1, 0.01),
        Undecided,
    );
    after(id, |m| m.levels = None, Undecided);
    after(id, |m| levels(m).distances.truncate(1), Undecided);
}

#[test]
fn the_bulks_of_b1_and_b2() {
    let id = "two-bulks";
    fn bulks(m: &mut Evidence) -> &mut Bulks {
        m.bulks.as_mut().expect("bulks")
    }
    // B1 is buried in B2.
    after(
        id,
        |m| bulks(m).b2_above = interval(80.0, 90.0, 100.0),
        NotConfirmed,
    );
    // G has as many there without B1.
    after(
        id,
        |m| bulks(m).g_without_b1_middle = interval(41.0, 45.0, 48.0),
        NotConfirmed,
    );
    // G has nothing at the place of B1.
    after(
        id,
        |m| {
            bulks(m).g_middle = interval(4.0, 6.0, 8.0);
            bulks(m).g_without_b1_middle = interval(0.0, 1.0, 2.0);
        },
        NotConfirmed,
    );
    after(
        id,
        |m| bulks(m).b2_above = interval(0.0, 15.0, 60.0),
        Undecided,
    );
    after(
        id,
        |m| bulks(m).g_middle = interval(0.0, 45.0, 90.0),
        Undecided,
    );
    after(id, |m| m.bulks = None, Undecided);
}

#[test]
fn the_law_of_h() {
    let id = "law-of-h";
    let with = |density: SpectralDensity| move |m: &mut Evidence| m.log_laws = trends(&density);
    // A semicircle of the logarithm, of two decades.
    let logarithmic = quantiles(|share| 10.0f64.powf(-1.0 + semicircle(share)));
    after(id, with(both_signs(&logarithmic)), NotConfirmed);
    // Wigner's semicircle.
    let wigner = SpectralDensity::from_eigenvalues(quantiles(semicircle));
    after(id, with(wigner), NotConfirmed);
    // Neither: two clusters two decades apart.
    let clusters = quantiles(|share| {
        let centre = if share < 0.5 { -2.5 } else { -0.5 };
        10.0f64.powf(centre + 0.4 * semicircle((2.0 * share).fract()))
    });
    let found = after(id, with(both_signs(&clusters)), Undecided);
    assert!(
        found.reason.contains("too little is resolved"),
        "{}",
        found.reason
    );
    // Too few decades.
    let narrow = quantiles(|share| 10.0f64.powf(-share));
    let found = after(id, with(both_signs(&narrow)), Undecided);
    assert!(found.reason.contains("above zero and"), "{}", found.reason);
    // A band that both laws pass within.
    let found = after(
        id,
        |m| {
            for trend in &mut m.log_laws {
                let laws = trend.laws.as_mut().expect("laws");
                for law in [&mut laws.power_law, &mut laws.log_semicircle] {
                    law.lower = 0.0;
                    law.upper = law.mean + 0.2;
                }
            }
        },
        Undecided,
    );
    assert!(
        found
            .reason
            .contains("the nearest semicircle of the logarithm")
    );
    after(id, |m| m.log_laws.truncate(1), Undecided);
}

/// A density that two probes give has a wide interval, which the rules must not take for knowledge.
#[test]
fn a_rough_density_leaves_the_numbers_undecided() {
    let density = SpectralDensity {
        dim: 1000,
        exact: false,
        quadratures: [0.0, 0.01]
            .map(|s| Quadrature {
                nodes: vec![0.01, 0.5, 1.0 + s],
                weights: vec![0.9, 0.06 + s, 0.04 - s],
            })
            .to_vec(),
        atoms: Vec::new(),
    };
    let count = density.count_in(0.3, 3.0, 0.95).expect("a count").count;
    after(
        "bulk-number-of-h",
        |m| {
            m.bulk.g = count;
            m.bulk.h = count;
        },
        Undecided,
    );
}
