//! Every rule on records whose answer is known: confirmed, not confirmed, and undecided.

use hesscope_records::{
    Bulks, Evidence, Finding, FindingVerdict, KnockOut, LeadingEigenvalues, Negative,
    OverlapRecord, SpacePair, SpaceRecord, Tail,
};
use hesscope_spectral::{
    Bounded, EnergySplit, Estimate, IntervalCount, LawAnalysis, LawName, LawOptions,
    OutlierOptions, OutlierOutcome, PrincipalAngles, Quadrature, Region, Side, SpectralDensity,
    UndecidedReason, fit_laws, outliers,
};

use super::findings;
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
        all: false,
        next: Some(all[CLASSES]),
        outliers: Some(counted),
        least: 0.0,
        least_error: 0.0,
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

/// The eigenvalues of a law's quantiles, on one side of zero.
fn laws_of(side: Side, values: Vec<f64>) -> LawAnalysis {
    let sign = if side == Side::Negative { -1.0 } else { 1.0 };
    let density = SpectralDensity::from_eigenvalues(values.iter().map(|x| sign * x).collect());
    let options = LawOptions {
        region: Region {
            side,
            ..Region::default()
        },
        bootstrap: 20,
        ..LawOptions::default()
    };
    fit_laws(&density, &options).expect("laws")
}

fn power_law(count: usize) -> Vec<f64> {
    let quantile = |i: usize| (1.0 - (i as f64 + 0.5) / count as f64).powf(-1.0 / 1.5);
    (0..count).map(quantile).collect()
}

fn semicircle(count: usize) -> Vec<f64> {
    // By bisection of its distribution function on [0, 1].
    let below = |x: f64| (x * (1.0 - x * x).sqrt() + x.asin()) * 2.0 / std::f64::consts::PI;
    (0..count)
        .map(|i| {
            let share = (i as f64 + 0.5) / count as f64;
            let (mut low, mut high) = (0.0, 1.0);
            for _ in 0..60 {
                let middle = 0.5 * (low + high);
                if below(middle) < share {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            low
        })
        .collect()
}

fn knock_out(part: &str, left: LeadingEigenvalues) -> KnockOut {
    KnockOut {
        part: part.into(),
        left,
    }
}

/// A network of which every finding holds.
fn network() -> Evidence {
    let of_hess = falling(50.0, 10.0, CLASSES);
    let hess = LeadingEigenvalues {
        least: -0.5,
        ..leading("hess", &of_hess, 1.0, 1e-6)
    };
    let g = leading("g", &of_hess, 1.0, 1e-6);
    let h = LeadingEigenvalues {
        least: -0.6,
        ..leading("h", &[], 0.5, 1e-6)
    };
    let without_b2 = LeadingEigenvalues {
        operator: "a1+a2+b1".parse().expect("an operator"),
        values: of_hess.clone(),
        residuals: vec![0.0; CLASSES],
        all: true,
        next: None,
        outliers: None,
        least: 0.0,
        least_error: 0.0,
    };
    Evidence {
        dimension: 1000,
        examples: 100,
        classes: CLASSES,
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
        knock_outs: vec![
            knock_out("A1", leading("g-a1", &[], 1.0, 1e-6)),
            knock_out("A2", leading("g-a2", &of_hess, 1.0, 1e-6)),
            knock_out("B1", leading("g-b1", &of_hess, 0.9, 1e-6)),
            knock_out("B2", without_b2),
        ],
        hess,
        g,
        h,
        energy: split([0.6, 0.7, 0.8]),
        negative: Negative {
            floor: 1e-4,
            hess: bounded(40.0, 50.0, 60.0),
            h: bounded(50.0, 60.0, 70.0),
            hess_energy: estimate(1.0, 0.1),
            h_energy: estimate(1.1, 0.1),
        },
        tail: Some(Tail {
            from: 0.3,
            to: 3.0,
            hess: interval(28.0, 30.0, 32.0),
            g: interval(27.0, 29.0, 31.0),
            h: interval(0.0, 1.0, 2.0),
        }),
        bulks: Some(Bulks {
            b1: falling(0.9, 0.1, 80),
            b1_quartiles: [0.17, 0.3, 0.52],
            floor: 1e-4,
            b2_median: [1e-3, 2e-3],
            b2_above: interval(1.0, 2.0, 4.0),
            g_middle: interval(40.0, 45.0, 50.0),
            g_without_b1_middle: interval(2.0, 3.0, 5.0),
            decades_apart: 2.0,
        }),
        laws: vec![
            laws_of(Side::Positive, power_law(400)),
            laws_of(Side::Negative, power_law(400)),
        ],
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
    if let Some(outliers) = &mut leading.outliers {
        outliers.positive = OutlierOutcome::Undecided(outcome);
    }
}

#[test]
fn a_network_of_which_every_finding_holds() {
    let all = findings(&network());
    assert_eq!(all.len(), 9);
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
    after(id, |m| m.classes = 11, Confirmed);
    after(id, |m| m.classes = 9, NotConfirmed);
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
fn h_alone() {
    let id = "h-without-outliers";
    after(
        id,
        |m| m.h = leading("h", &falling(50.0, 10.0, 3), 0.5, 1e-6),
        NotConfirmed,
    );
    after(id, |m| unconverged(&mut m.h), Undecided);
    after(
        id,
        |m| {
            if let Some(outliers) = &mut m.h.outliers {
                let none = hesscope_spectral::outliers(&[], &[], &OutlierOptions::default());
                outliers.positive = none.expect("no eigenvalues").positive;
            }
        },
        Confirmed,
    );
    after(
        id,
        |m| {
            if let Some(outliers) = &mut m.h.outliers {
                let (found, needed) = (5, 33);
                outliers.positive =
                    OutlierOutcome::Undecided(UndecidedReason::TooFewEigenvalues { found, needed });
            }
        },
        Undecided,
    );
}

#[test]
fn the_energy_of_the_bulk() {
    let id = "bulk-of-h";
    after(id, |m| m.energy = split([0.1, 0.2, 0.3]), NotConfirmed);
    after(id, |m| m.energy = split([0.4, 0.6, 0.8]), Undecided);
}

#[test]
fn what_lies_below_zero() {
    let id = "negative-of-h";
    after(
        id,
        |m| m.negative.hess = bounded(0.0, 0.0, 0.0),
        NotConfirmed,
    );
    after(id, |m| m.negative.hess = bounded(0.0, 2.0, 4.0), Undecided);
    // G is not positive semidefinite.
    after(id, |m| m.g.least = -0.1, NotConfirmed);
    // Hess reaches further down than H.
    after(id, |m| m.hess.least = -0.7, NotConfirmed);
    after(
        id,
        |m| {
            m.hess.least = -0.61;
            m.h.least_error = 0.1;
        },
        Undecided,
    );
}

#[test]
fn the_upper_tail() {
    let id = "tail-of-g";
    fn tail(m: &mut Evidence) -> &mut Tail {
        m.tail.as_mut().expect("a tail")
    }
    // To H.
    after(
        id,
        |m| {
            tail(m).g = interval(0.0, 1.0, 2.0);
            tail(m).h = interval(27.0, 29.0, 31.0);
        },
        NotConfirmed,
    );
    // To both.
    after(id, |m| tail(m).h = interval(25.0, 26.0, 27.0), NotConfirmed);
    after(id, |m| tail(m).h = interval(5.0, 12.0, 20.0), Undecided);
    after(id, |m| tail(m).hess = interval(0.0, 30.0, 90.0), Undecided);
    after(id, |m| m.tail = None, Undecided);
    after(id, |m| m.hess = leading("hess", &[], 1.0, 1e-6), Undecided);
}

#[test]
fn outliers_of_g_and_a1() {
    let id = "outliers-of-a1";
    let outlying = || falling(50.0, 10.0, CLASSES);
    after(id, |m| m.g_and_a1.overlap.overlap = 0.3, NotConfirmed);
    after(id, |m| m.g_and_a1.overlap.error = 0.2, Undecided);
    // They stay without A1.
    after(
        id,
        |m| m.knock_outs[0].left = leading("g-a1", &outlying(), 1.0, 1e-6),
        NotConfirmed,
    );
    // They go without B1 too.
    after(
        id,
        |m| m.knock_outs[2].left = leading("g-b1", &[], 1.0, 1e-6),
        NotConfirmed,
    );
    // One of ten may be left without A1; two may not.
    after(
        id,
        |m| m.knock_outs[0].left = leading("g-a1", &[20.0], 1.0, 1e-6),
        Confirmed,
    );
    after(
        id,
        |m| m.knock_outs[0].left = leading("g-a1", &[20.0, 19.0], 1.0, 1e-6),
        NotConfirmed,
    );
    // Residuals that reach over the threshold.
    after(
        id,
        |m| m.knock_outs[0].left.residuals = vec![5.0; CLASSES],
        Undecided,
    );
    after(id, |m| m.g = leading("g", &[], 1.0, 1e-6), Undecided);
    after(id, |m| m.g_and_a1.first.dimension = 3, Undecided);
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
    let other = || laws_of(Side::Negative, semicircle(400));
    assert_eq!(other().whole_bulk.verdict.winner, Some(LawName::Semicircle));
    after(id, |m| m.laws[1] = other(), NotConfirmed);
    // A side with too little, or too small a sample for any law to be named.
    after(id, |m| m.laws.truncate(1), Undecided);
    let few = || laws_of(Side::Negative, power_law(12));
    assert_eq!(few().whole_bulk.verdict.winner, None);
    let found = after(id, |m| m.laws[1] = few(), Undecided);
    assert!(found.reason.contains("below zero no law is named"));
}

/// A density that two probes give has a wide interval, which the rules must not take for knowledge.
#[test]
fn a_rough_density_leaves_the_tail_undecided() {
    let density = |shift: f64| SpectralDensity {
        dim: 1000,
        exact: false,
        quadratures: [0.0, shift]
            .map(|s| Quadrature {
                nodes: vec![0.01, 0.5, 1.0 + s],
                weights: vec![0.9, 0.06 + s, 0.04 - s],
            })
            .to_vec(),
        atoms: Vec::new(),
    };
    let count = |density: &SpectralDensity| density.count_in(0.3, 3.0, 0.95).expect("a count");
    after(
        "tail-of-g",
        |m| {
            m.tail = Some(Tail {
                from: 0.3,
                to: 3.0,
                hess: count(&density(0.01)),
                g: count(&density(0.02)),
                h: count(&density(0.02)),
            });
        },
        Undecided,
    );
}
