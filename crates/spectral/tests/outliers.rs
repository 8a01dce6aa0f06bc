//! The outlier rule on spectra of known make-up.
#![allow(clippy::unwrap_used)]

mod common;

use common::{eigenvalues, gaussian, symmetrised, wigner};
use faer::Mat;
use hesscope_spectral::{
    OutlierOptions, OutlierOutcome, ProbeKind, Probes, UndecidedReason, outliers, outliers_of_sides,
};

fn count(values: &[f64]) -> Option<usize> {
    match outliers(values, &vec![0.0; values.len()], &OutlierOptions::default())
        .unwrap()
        .positive
    {
        OutlierOutcome::Decided(found) => Some(found.count),
        OutlierOutcome::Undecided(_) => None,
    }
}

/// `a + sum_i strengths_i u_i u_i^T`, u orthonormal and random.
fn spiked(a: &Mat<f64>, strengths: &[f64], seed: u64) -> Mat<f64> {
    let p = a.nrows();
    let u = gaussian(p, strengths.len(), seed).qr().compute_thin_Q();
    let scaled = Mat::from_fn(p, strengths.len(), |i, j| u[(i, j)] * strengths[j]);
    symmetrised(&(a + &scaled * u.transpose()))
}

/// Strengths from `low` to `high`, evenly in the logarithm.
fn strengths(count: usize, low: f64, high: f64) -> Vec<f64> {
    (0..count)
        .map(|i| low * (high / low).powf(i as f64 / (count.max(2) - 1) as f64))
        .collect()
}

/// Uniform deviates in (0, 1) from pairs of normals: `exp(-(z^2 + z'^2)/2)`.
fn uniforms(count: usize, seed: u64) -> Vec<f64> {
    let normals = Probes::new(ProbeKind::Gaussian, seed).host(2 * count, 0);
    normals
        .chunks(2)
        .map(|z| (-0.5 * (z[0] * z[0] + z[1] * z[1])).exp())
        .collect()
}

const P: usize = 200;
/// Matrices for each number in a table of power.
const SEEDS: u64 = 50;

/// The leading eigenvalues of a classifier's Hessian (a trained network, ten classes), continued by a bulk whose spacings
/// s_k go on about 1.3 as a surmise has them.
fn trained_network() -> Vec<f64> {
    let mut values = vec![
        36.85, 24.13, 15.42, 10.28, 9.53, 8.08, 7.25, 5.08, 4.10, 2.54, 1.39, 1.21, 1.17, 1.06,
        0.91, 0.86, 0.80, 0.75, 0.74, 0.69, 0.63, 0.59, 0.57,
    ];
    let scale = 1.3 * (4.0 / std::f64::consts::PI).sqrt();
    for u in uniforms(60 - values.len(), 1) {
        let k = values.len();
        values.push(values[k - 1] * (-scale * (-u.ln()).sqrt() / k as f64).exp());
    }
    values
}

#[test]
fn ten_outliers_of_a_trained_network_of_ten_classes() {
    let values = trained_network();
    assert_eq!(values.len(), 60);
    let OutlierOutcome::Decided(found) = outliers(&values, &[0.0; 60], &OutlierOptions::default())
        .unwrap()
        .positive
    else {
        panic!("undecided");
    };
    println!("{found:?}");
    assert_eq!(found.count, 10);
    assert!(found.p_value < 1e-3, "{found:?}");
    assert!((found.threshold.unwrap() - (2.54_f64 * 1.39).sqrt()).abs() < 1e-12);
    // Without the ten there is nothing to be found; the last six of them would still be.
    assert_eq!(count(&values[10..]), Some(0));
    for missing in 1..5 {
        assert_eq!(count(&values[missing..]), Some(10 - missing));
    }
    // The count does not hang on how far down the list goes, nor on the window.
    for listed in [23, 30, 40, 50] {
        assert_eq!(count(&values[..listed]), Some(10));
    }
    for window in [8, 16, 24, 32] {
        let options = OutlierOptions {
            window,
            ..OutlierOptions::default()
        };
        assert!(matches!(
            outliers(&values, &[0.0; 60], &options).unwrap().positive,
            OutlierOutcome::Decided(found) if found.count == 10
        ));
    }
}

/// `D^(1/2) W D^(1/2)`, W the covariance of as many standard normal samples, D the population's variances.
fn wishart(population: &[f64], samples: usize, seed: u64) -> Mat<f64> {
    let p = population.len();
    let g = gaussian(p, samples, seed);
    let x = Mat::from_fn(p, samples, |i, j| {
        g[(i, j)] * (population[i] / samples as f64).sqrt()
    });
    symmetrised(&(&x * x.transpose()))
}

fn power_law(count: usize, exponent: f64) -> Vec<f64> {
    (1..=count).map(|k| (k as f64).powf(-exponent)).collect()
}

/// Squared singular values of a product of two square Gaussian matrices.
fn product(p: usize, seed: u64) -> Mat<f64> {
    let c = gaussian(p, p, seed) * gaussian(p, p, seed + 500_000);
    symmetrised(&(&c * c.transpose()))
}

/// The eigenvalues of independent semicircles side by side, by their scales.
fn blocks(p: usize, scales: &[f64], seed: u64) -> Vec<f64> {
    let mut values: Vec<f64> = scales
        .iter()
        .enumerate()
        .flat_map(|(i, scale)| {
            eigenvalues(&wigner(p, seed * scales.len() as u64 + i as u64))
                .into_iter()
                .map(move |value| scale * value)
        })
        .collect();
    values.sort_by(f64::total_cmp);
    values
}

/// Counts up to 20, twice the ten that are expected, take 33 eigenvalues.
const EXPECTED: OutlierOptions = OutlierOptions {
    alpha: 0.01,
    window: 12,
    relative_floor: 1e-10,
    most: Some(20),
};

/// The count among the leading 33 where up to 20 are tested.
fn count_of_expected(values: &[f64]) -> Option<usize> {
    let leading = &values[values.len() - EXPECTED.needed()..];
    let found = outliers(leading, &vec![0.0; leading.len()], &EXPECTED).unwrap();
    found.positive.number()
}

/// Of 200 matrices, those with outliers found in all eigenvalues, in the 60 leading ones, and in the 33 leading ones where
/// counts up to 20 are tested; the larger of the latter two.
fn false_alarms(name: &str, make: impl Fn(u64) -> Vec<f64>) -> (usize, usize) {
    let (mut all, mut leading, mut expected) = (0, 0, 0);
    for seed in 0..200 {
        let values = make(seed);
        all += usize::from(count(&values) != Some(0));
        leading += usize::from(count(&values[values.len() - 60..]) != Some(0));
        expected += usize::from(count_of_expected(&values) != Some(0));
    }
    println!(
        "{name:<40} {:>5.1} {:>5.1} {:>5.1}",
        all as f64 / 2.0,
        leading as f64 / 2.0,
        expected as f64 / 2.0
    );
    (all, leading.max(expected))
}

#[test]
fn false_alarms_in_single_bulks() {
    // At most 1%, the alpha of the rule.
    let rare = |name: &str, make: &dyn Fn(u64) -> Vec<f64>| {
        let (all, leading) = false_alarms(name, make);
        assert!(all <= 2 && leading <= 2, "{name}: {all} {leading}");
    };
    rare("semicircle, order 200", &|seed| {
        eigenvalues(&wigner(200, seed))
    });
    rare("semicircle, order 400", &|seed| {
        eigenvalues(&wigner(400, seed))
    });
    for samples in [600, 200] {
        rare(&format!("Marchenko-Pastur, 200 / {samples}"), &|seed| {
            eigenvalues(&wishart(&[1.0; 200], samples, seed))
        });
    }
    rare("product of two Gaussian matrices", &|seed| {
        eigenvalues(&product(200, seed))
    });
}

#[test]
fn false_alarms_in_power_law_covariances() {
    for exponent in [0.5, 1.0, 2.0] {
        for samples in [600, 200] {
            let name = format!("Wishart of k^-{exponent}, 200 / {samples}");
            let (all, leading) = false_alarms(&name, |seed| {
                eigenvalues(&wishart(&power_law(200, exponent), samples, seed))
            });
            assert!(all <= 3 && leading <= 3, "{name}: {all} {leading}");
        }
    }
}

#[test]
fn false_alarms_in_independent_blocks() {
    for (name, p, scales) in [
        ("20 blocks of order 20", 20, &[1.0; 20][..]),
        ("4 blocks of order 100", 100, &[1.0; 4]),
        (
            "4 blocks of order 80, scales 1 to 1/8",
            80,
            &[1.0, 0.5, 0.25, 0.125],
        ),
    ] {
        let (all, leading) = false_alarms(name, |seed| blocks(p, scales, seed));
        assert!(all <= 4 && leading <= 4, "{name}: {all} {leading}");
    }
}

/// What the rule is not for: independent levels.
#[test]
fn independent_levels_give_false_alarms() {
    for (exponent, least, most) in [(0.5, 150, 180), (1.0, 115, 150), (3.0, 45, 80)] {
        let (all, _) = false_alarms(&format!("independent Pareto {exponent}"), |seed| {
            let mut values: Vec<f64> = uniforms(200, seed)
                .iter()
                .map(|u| u.powf(-1.0 / exponent))
                .collect();
            values.sort_by(f64::total_cmp);
            values
        });
        assert!((least..=most).contains(&all), "{exponent}: {all}");
    }
}

/// Factors of the least outlier over the edge.
const FACTORS: [f64; 5] = [1.1, 1.25, 1.5, 2.0, 3.0];

/// How many counts of [`SEEDS`] are k, and how many more than k, by factor. Prints the percentages.
fn power(name: &str, k: usize, make: impl Fn(f64, u64) -> Vec<f64>) -> ([usize; 5], [usize; 5]) {
    let (mut exact, mut more, mut few) = ([0; 5], [0; 5], [0; 5]);
    let mut found_all = 0;
    for (i, factor) in FACTORS.into_iter().enumerate() {
        let counts: Vec<usize> = (0..SEEDS)
            .map(|seed| count(&make(factor, seed)).unwrap())
            .collect();
        exact[i] = counts.iter().filter(|&&found| found == k).count();
        more[i] = counts.iter().filter(|&&found| found > k).count();
        let of_expected: Vec<usize> = (0..SEEDS)
            .filter_map(|seed| count_of_expected(&make(factor, seed)))
            .collect();
        few[i] = of_expected.iter().filter(|&&found| found == k).count();
        found_all += of_expected.iter().filter(|&&found| found >= k).count();
    }
    println!(
        "{name:<40} {k:>2} {:?} too many: {:?} of up to 20: {:?}",
        exact.map(|n| 2 * n),
        more.map(|n| 2 * n),
        few.map(|n| 2 * n)
    );
    // Knowing how many to expect costs no power.
    assert!(found_all + 5 >= exact.iter().sum(), "{few:?} {exact:?}");
    (exact, more)
}

/// So many are found at each factor, and no count is too large.
fn finds((exact, more): ([usize; 5], [usize; 5]), wanted: [usize; 5]) {
    assert!(
        exact
            .iter()
            .zip(wanted)
            .all(|(&found, wanted)| found >= wanted),
        "{exact:?} where {wanted:?} are wanted"
    );
    assert!(more.iter().all(|&found| found <= 1), "too many: {more:?}");
}

#[test]
fn outliers_beyond_a_semicircle() {
    for (k, wanted) in [
        (1, [0, 0, 0, 44, 50]),
        (3, [0, 12, 49, 50, 50]),
        (10, [5, 47, 50, 50, 50]),
    ] {
        let found = power("semicircle", k, |factor, seed| {
            // The edge is 1; a spike theta > 1/2 comes out at theta + 1/(4 theta).
            let theta = |out: f64| 0.5 * (out + (out * out - 1.0).sqrt());
            let spikes: Vec<f64> = strengths(k, factor, 3.0 * factor)
                .into_iter()
                .map(theta)
                .collect();
            eigenvalues(&spiked(&wigner(P, seed), &spikes, seed + 1000))
        });
        finds(found, wanted);
    }
}

#[test]
fn outliers_beyond_marchenko_pastur() {
    let aspect = 1.0 / 3.0_f64;
    let edge = (1.0 + aspect.sqrt()).powi(2);
    // A population variance l > 1 + sqrt(aspect) comes out at l + aspect l / (l - 1) (Baik & Silverstein 2006).
    let variance = |out: f64| {
        let b = 1.0 - aspect + out;
        0.5 * (b + (b * b - 4.0 * out).sqrt())
    };
    for (k, wanted) in [
        (1, [0, 0, 12, 49, 50]),
        (3, [0, 38, 49, 50, 50]),
        (10, [24, 47, 50, 50, 50]),
    ] {
        let found = power("Marchenko-Pastur", k, |factor, seed| {
            let mut population = vec![1.0; P];
            for (value, out) in population
                .iter_mut()
                .zip(strengths(k, factor, 3.0 * factor))
            {
                *value = variance(out * edge);
            }
            eigenvalues(&wishart(&population, 3 * P, seed))
        });
        finds(found, wanted);
    }
}

/// The law `k^-exponent` of the population goes on below the outliers, or starts anew.
fn beyond_power_law(exponent: f64, k: usize, anew: bool) -> ([usize; 5], [usize; 5]) {
    let name = format!("Wishart of {}^-{exponent}", if anew { "i" } else { "k" });
    power(&name, k, |factor, seed| {
        let shift = if anew { 0 } else { k };
        let mut population: Vec<f64> = (1..=P - k)
            .map(|i| ((shift + i) as f64 / (shift + 1) as f64).powf(-exponent))
            .collect();
        population.extend(strengths(k, factor, 3.0 * factor));
        eigenvalues(&wishart(&population, 3 * P, seed))
    })
}

#[test]
fn outliers_beyond_a_power_law() {
    for (exponent, k, wanted) in [
        (0.5, 1, [0; 5]),
        (0.5, 3, [0, 0, 0, 12, 48]),
        (0.5, 10, [0, 0, 23, 48, 50]),
        (1.0, 1, [0; 5]),
        (1.0, 3, [0; 5]),
        (1.0, 10, [0, 0, 4, 42, 49]),
    ] {
        finds(beyond_power_law(exponent, k, false), wanted);
    }
}

/// A limit of the rule: the first gaps of a bulk that is a power law by itself are wide, and are counted along.
#[test]
fn a_power_law_that_starts_below_the_outliers_may_be_counted_along() {
    let (exact, more) = beyond_power_law(0.5, 10, true);
    finds((exact, [0; 5]), [0, 0, 0, 20, 37]);
    assert!(more.iter().all(|&found| found <= 12), "{more:?}");
}

#[test]
fn a_gap_of_a_few_percent_is_none_however_regular_the_rest() {
    for (factor, expected) in [(1.09_f64, 0), (1.11, 10)] {
        let values: Vec<f64> = (0..60)
            .map(|i| (-0.001 * f64::from(i)).exp() * if i < 10 { factor } else { 1.0 })
            .collect();
        let OutlierOutcome::Decided(found) =
            outliers(&values, &[0.0; 60], &OutlierOptions::default())
                .unwrap()
                .positive
        else {
            panic!("undecided");
        };
        assert_eq!(found.count, expected);
        // Either way it is the gap reported.
        assert!(found.statistic > 30.0, "{found:?}");
        assert_eq!(found.p_value >= 1.0, expected == 0);
    }
}

#[test]
fn exact_power_law_and_its_outliers() {
    let bulk: Vec<f64> = (1..=100).map(|k| (k as f64).powi(-1)).collect();
    assert_eq!(count(&bulk), Some(0));
    // Seven more, ninety times the next: s_7 = 7 ln 90 = 31 spacings.
    let mut with: Vec<f64> = bulk.iter().map(|x| x / 90.0).collect();
    with.extend((0..7).map(|i| 1.0 + 0.1 * f64::from(i)));
    assert_eq!(count(&with), Some(7));
}

#[test]
fn a_second_group_does_not_mask_and_the_larger_count_wins() {
    // Ten, then ninety, then a bulk: the three-level structure of a classifier's Hessian.
    let mut values: Vec<f64> = (0..10).map(|i| 1e4 * (1.0 + 0.1 * f64::from(i))).collect();
    values.extend((0..90).map(|i| 1e2 * (1.0 + 0.01 * f64::from(i))));
    values.extend((0..200).map(|i| 1.0 - (f64::from(i) / 300.0).powf(2.0 / 3.0)));
    assert_eq!(count(&values), Some(100));
    assert_eq!(count(&values[..40]), Some(10));
}

#[test]
fn negative_side_mirrors_and_threshold_separates() {
    let values = eigenvalues(&spiked(&wigner(P, 5), &strengths(10, 2.0, 8.0), 6));
    let mirrored: Vec<f64> = values.iter().map(|x| -x).collect();
    let zeros = vec![0.0; P];
    let options = OutlierOptions::default();
    let (plain, mirror) = (
        outliers(&values, &zeros, &options).unwrap(),
        outliers(&mirrored, &zeros, &options).unwrap(),
    );
    let (OutlierOutcome::Decided(plain), OutlierOutcome::Decided(mirror)) =
        (plain.positive, mirror.negative)
    else {
        panic!("both sides are decidable");
    };
    assert_eq!(plain.count, mirror.count);
    let threshold = plain.threshold.unwrap();
    assert_eq!(mirror.threshold, Some(-threshold));
    assert_eq!(values.iter().filter(|&&x| x > threshold).count(), 10);
    assert!(plain.p_value <= 0.01);
}

#[test]
fn says_when_it_cannot_tell() {
    let options = OutlierOptions::default();
    let undecided = |values: &[f64], residuals: &[f64]| match outliers(values, residuals, &options)
        .unwrap()
        .positive
    {
        OutlierOutcome::Undecided(reason) => reason,
        OutlierOutcome::Decided(count) => panic!("{count:?}"),
    };
    assert_eq!(
        undecided(&[5.0, 4.0, -1.0], &[0.0; 3]),
        UndecidedReason::TooFewEigenvalues {
            found: 2,
            needed: 8
        }
    );
    assert_eq!(
        undecided(&[1.0; 20], &[0.0; 20]),
        UndecidedReason::RepeatedEigenvalues
    );

    let values = eigenvalues(&spiked(&wigner(P, 5), &strengths(10, 2.0, 8.0), 6));
    // Small error bars change nothing; the tenth eigenvalue known to a half does.
    let mut residuals = vec![1e-6; P];
    assert!(matches!(
        outliers(&values, &residuals, &options).unwrap().positive,
        OutlierOutcome::Decided(found) if found.count == 10
    ));
    residuals[P - 10] = 1.2;
    assert_eq!(
        undecided(&values, &residuals),
        UndecidedReason::Unconverged { candidate: 10 }
    );
}

/// Nine outliers are not seen among too few eigenvalues, and that is not "none".
#[test]
fn too_few_eigenvalues_to_test_every_count_leave_it_undecided() {
    let values = trained_network();
    let found = |known: usize, exhausted: bool| {
        let residuals = vec![0.0; known];
        let exhausted = [exhausted; 2];
        outliers_of_sides(&values[..known], &residuals, exhausted, &EXPECTED).unwrap()
    };
    assert_eq!(EXPECTED.needed(), 33);
    for known in [0, 5, 14, 20, 32] {
        assert_eq!(
            found(known, false).positive,
            OutlierOutcome::Undecided(UndecidedReason::TooFewEigenvalues {
                found: known,
                needed: 33
            })
        );
    }
    for known in [33, 40, 60] {
        assert_eq!(found(known, false).positive.number(), Some(10));
    }
    // Below zero there is none, which has to be known.
    assert_eq!(found(40, false).negative.number(), None);
    assert_eq!(found(40, true).negative.number(), Some(0));
    // A side that has no more is tested as far as it goes, from eight eigenvalues on.
    assert_eq!(found(23, true).positive.number(), Some(10));
    assert_eq!(
        found(7, true).positive,
        OutlierOutcome::Undecided(UndecidedReason::TooFewEigenvalues {
            found: 7,
            needed: 8
        })
    );
    let options = OutlierOptions {
        most: Some(0),
        ..EXPECTED
    };
    assert!(outliers(&values, &[0.0; 60], &options).is_err());
}

#[test]
fn bad_input_is_an_error() {
    let options = OutlierOptions::default();
    assert!(outliers(&[1.0, 2.0], &[0.0], &options).is_err());
    assert!(outliers(&[1.0, f64::NAN], &[0.0; 2], &options).is_err());
    assert!(outliers(&[1.0, 2.0], &[0.0, -1.0], &options).is_err());
    assert!(
        outliers(
            &[1.0],
            &[0.0],
            &OutlierOptions {
                alpha: 0.0,
                ..options
            }
        )
        .is_err()
    );
}

#[test]
fn the_bulk_begins_after_the_outliers() {
    let values = trained_network();
    let mirrored: Vec<f64> = values.iter().map(|value| -value).collect();
    let errors = vec![1e-3; values.len()];
    let find = |values: &[f64]| outliers(values, &errors, &OutlierOptions::default()).unwrap();
    let (OutlierOutcome::Decided(above), OutlierOutcome::Decided(below)) =
        (find(&values).positive, find(&mirrored).negative)
    else {
        panic!("undecided");
    };
    let (edge, mirror) = (above.bulk_edge.unwrap(), below.bulk_edge.unwrap());
    let k = above.count;
    assert!(k > 0);
    assert_eq!((edge.value, edge.residual), (values[k], 1e-3));
    let mean = (values[k] - values[k + 12]) / 12.0;
    assert!((edge.spacing - mean).abs() < 1e-12);
    assert!((edge.error() - 1.6 * mean - 1e-3).abs() < 1e-12);
    let factor = values[k - 1] / values[k];
    assert!((above.separation().unwrap() - factor).abs() < 1e-12 * factor);
    assert_eq!((mirror.value, mirror.spacing), (-edge.value, edge.spacing));
}

/// The edge of a semicircle is 1, which two standard errors hold, at either end.
#[test]
fn the_edge_of_a_semicircle_is_within_its_error() {
    let (mut within, mut of) = (0, 0);
    for seed in 0..SEEDS {
        let values = eigenvalues(&wigner(P, 900 + seed));
        let found = outliers(&values, &[0.0; P], &OutlierOptions::default()).unwrap();
        for (outcome, end) in [(found.positive, 1.0), (found.negative, -1.0)] {
            if let OutlierOutcome::Decided(count) = outcome {
                let edge = count.bulk_edge.unwrap();
                assert_eq!(count.separation().is_some(), count.count > 0);
                within += usize::from((edge.value - end).abs() <= 2.0 * edge.error());
                of += 1;
            }
        }
    }
    assert!(of >= 95 && within * 100 >= 95 * of, "{within} of {of}");
}

/// What was written before the edge was reported is still read.
#[test]
fn a_count_without_an_edge_is_read() {
    let text = r#"{"count":3,"threshold":2.0,"statistic":9.0,"p_value":0.001,"eigenvalues":40}"#;
    let count: hesscope_spectral::OutlierCount = serde_json::from_str(text).unwrap();
    assert_eq!((count.bulk_edge, count.separation()), (None, None));
}
