//! The outlier rule on spectra of known make-up.
#![allow(clippy::unwrap_used)]

mod common;

use common::{eigenvalues, gaussian, symmetrised, wigner};
use faer::Mat;
use hesscope_spectral::{
    OutlierOptions, OutlierOutcome, ProbeKind, Probes, UndecidedReason, outliers,
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

fn successes(seeds: u64, expected: usize, make: impl Fn(u64) -> Vec<f64>) -> usize {
    (0..seeds)
        .filter(|&seed| count(&make(seed)) == Some(expected))
        .count()
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
const SEEDS: u64 = 100;

#[test]
fn ten_outliers_beyond_a_semicircle() {
    // The edge is 1; a spike theta > 1/2 comes out at theta + 1/(4 theta).
    let found = successes(SEEDS, 10, |seed| {
        eigenvalues(&spiked(
            &wigner(P, seed),
            &strengths(10, 2.0, 8.0),
            seed + 1000,
        ))
    });
    println!("semicircle + 10: {found}/{SEEDS}");
    assert!(found >= 98, "{found}");
}

#[test]
fn three_outliers_beyond_a_semicircle() {
    let found = successes(SEEDS, 3, |seed| {
        eigenvalues(&spiked(
            &wigner(P, seed),
            &strengths(3, 6.0, 9.0),
            seed + 2000,
        ))
    });
    println!("semicircle + 3: {found}/{SEEDS}");
    assert!(found >= 98, "{found}");
}

/// Ten outliers over a fourfold range: found when the least is about 1.7 times the edge, and closer in they are missed
/// together, never miscounted.
#[test]
fn near_outliers_are_found_or_missed_never_miscounted() {
    for (low, at_least) in [(1.0, 0), (1.25, 0), (1.5, 42), (1.75, 48)] {
        let mut found = 0;
        for seed in 0..50 {
            let values = eigenvalues(&spiked(
                &wigner(P, seed),
                &strengths(10, low, 4.0 * low),
                seed + 3000,
            ));
            let number = count(&values).unwrap();
            assert!(number == 0 || number == 10, "{number}");
            found += usize::from(number == 10);
        }
        println!(
            "least outlier at {:.2} times the edge: {found}/50",
            low + 0.25 / low
        );
        assert!(found >= at_least, "{low}: {found}");
    }
}

fn marchenko_pastur(seed: u64) -> Mat<f64> {
    let g = gaussian(P, 3 * P, seed);
    let gram = &g * g.transpose();
    symmetrised(&Mat::from_fn(P, P, |i, j| gram[(i, j)] / (3 * P) as f64))
}

#[test]
fn outliers_beyond_marchenko_pastur() {
    // The edge is (1 + 1/sqrt 3)^2 = 2.49.
    let seeds = 40;
    let found = successes(seeds, 10, |seed| {
        eigenvalues(&spiked(
            &marchenko_pastur(seed),
            &strengths(10, 6.0, 20.0),
            seed,
        ))
    });
    let none = successes(seeds, 0, |seed| eigenvalues(&marchenko_pastur(seed)));
    println!("Marchenko-Pastur + 10: {found}/{seeds}; alone: {none}/{seeds}");
    assert!(found >= 39 && none == 40, "{found} {none}");
}

#[test]
fn no_outliers_in_a_semicircle() {
    let found = successes(SEEDS, 0, |seed| eigenvalues(&wigner(P, seed)));
    println!("semicircle alone: {found}/{SEEDS}");
    assert_eq!(found, SEEDS as usize);
}

#[test]
fn false_alarms_in_power_laws_stay_below_alpha() {
    let seeds = 2000;
    for exponent in [0.5, 1.0, 3.0] {
        let none = successes(seeds, 0, |seed| {
            uniforms(200, seed)
                .iter()
                .map(|u| u.powf(-1.0 / exponent))
                .collect()
        });
        let alarms = seeds as usize - none;
        println!("power law {exponent}: {alarms}/{seeds} false alarms");
        // alpha = 1%: 20 expected at most, standard deviation 4.5.
        assert!(alarms <= 34, "{alarms}");
        // The rule is not idle either: Bonferroni loses little here.
        assert!(alarms >= 5, "{alarms}");
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
        UndecidedReason::TooFewEigenvalues { found: 2 }
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
