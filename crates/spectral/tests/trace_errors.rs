//! The trace lies within three of the standard errors that the estimators state, in 99 % of seeds.
#![allow(clippy::unwrap_used)]

mod common;

use common::KnownSpectrum;
use common::spectra::{
    indefinite, low_rank, marchenko_pastur, outliers_and_semicircle, power_law, rank_one,
    reference_spectra, semicircle,
};
use hesscope_spectral::{
    HutchinsonOptions, LinearOperator, ProbeKind, Scalar, TraceEstimate, XtraceOptions,
    hutchinson_trace, xtrace,
};

/// Over seeds: the fraction of estimates beyond three stated errors, and the root mean squares of the errors and of the
/// stated ones.
struct Coverage {
    beyond: f64,
    error: f64,
    stated: f64,
}

fn coverage(truth: f64, seeds: u64, estimate: impl Fn(u64) -> (f64, f64)) -> Coverage {
    let count = seeds as f64;
    let mut found = Coverage {
        beyond: 0.0,
        error: 0.0,
        stated: 0.0,
    };
    for seed in 0..seeds {
        let (mean, error) = estimate(seed);
        let difference = (mean - truth).abs();
        found.beyond += f64::from(u8::from(difference > 3.0 * error)) / count;
        found.error += difference * difference / count;
        found.stated += error * error / count;
    }
    Coverage {
        error: found.error.sqrt(),
        stated: found.stated.sqrt(),
        ..found
    }
}

fn spectra(p: usize) -> Vec<(String, Vec<f64>)> {
    let laws = [
        ("outliers and semicircle", outliers_and_semicircle(p)),
        ("semicircle", semicircle(p, 1.0)),
        ("Marchenko-Pastur", marchenko_pastur(p, 0.25)),
        ("power law", power_law(p)),
        ("indefinite", indefinite(p)),
        ("low rank", low_rank(p)),
        ("rank one", rank_one(p)),
    ];
    let named = laws.map(|(name, spectrum)| (name.to_owned(), spectrum));
    named
        .into_iter()
        .chain(reference_spectra(&["hessian"]))
        .collect()
}

fn pair(found: TraceEstimate) -> (f64, f64) {
    (found.trace.mean, found.trace.standard_error.unwrap())
}

/// At most 1 % beyond three stated errors, and the stated errors of the size of the errors, times `widening`, within a factor,
/// but where both are rounding.
fn check(what: &str, spectrum: &[f64], found: &Coverage, widening: f64, slack: f64) {
    let size: f64 = spectrum.iter().map(|x| x.abs()).sum();
    assert!(found.beyond <= 0.01, "{what}: {} beyond", found.beyond);
    let excess = found.stated / (widening * found.error);
    assert!(
        (1.0 / slack..slack).contains(&excess) || found.stated < 1e-13 * size,
        "{what}: {:e} stated, {:e} found",
        found.stated,
        found.error
    );
}

fn low_rank_in<T: Scalar>(estimate: impl Fn(&KnownSpectrum<T>, u64) -> TraceEstimate) {
    let spectrum = low_rank(300);
    let op = KnownSpectrum::<T>::new(&spectrum, 3);
    let found = coverage(op.trace(), 200, |seed| {
        let found = estimate(&op, seed);
        assert!(found.rounding > 0.0);
        pair(found)
    });
    let epsilon = hesscope_spectral::VectorSpace::epsilon(op.space());
    assert!(found.beyond <= 0.01);
    assert!(
        found.error < 20.0 * epsilon * op.trace(),
        "{:e}",
        found.error
    );
    assert!(
        found.stated < 100.0 * epsilon * op.trace(),
        "{:e}",
        found.stated
    );
}

/// The jackknife's error is no less than the error found, and no more than two and a half times it.
#[test]
fn xtrace_states_its_error() {
    for (name, spectrum) in spectra(120) {
        let op = KnownSpectrum::<f64>::new(&spectrum, 0);
        let is_reference = name.ends_with(" hessian");
        for (vectors, seeds) in [(8, 400), (24, 200)] {
            if is_reference && vectors == 8 {
                continue;
            }
            let found = coverage(op.trace(), seeds, |seed| {
                let options = XtraceOptions {
                    vectors,
                    seed,
                    ..XtraceOptions::default()
                };
                pair(xtrace(&op, &options).unwrap())
            });
            let what = format!("{name}, {vectors} vectors");
            if vectors == 24 {
                check(&what, &spectrum, &found, 1.75, 1.5);
            }
            assert!(found.beyond <= 0.01, "{what}: {} beyond", found.beyond);
        }
    }
}

#[test]
fn xtrace_is_exact_but_for_rounding_on_low_rank() {
    fn estimate<T: Scalar>(op: &KnownSpectrum<T>, seed: u64) -> TraceEstimate {
        let options = XtraceOptions {
            seed,
            ..XtraceOptions::default()
        };
        xtrace(op, &options).unwrap()
    }
    low_rank_in::<f64>(estimate);
    low_rank_in::<f32>(estimate);
}

/// A sample's own spread needs more probes: 64 do on all but the worst spectrum, which takes 128.
#[test]
fn hutchinson_states_its_error() {
    let mut all = spectra(100);
    all.retain(|(name, _)| *name != "rank one");
    all.push(("rank one".to_owned(), rank_one(60)));
    for (name, spectrum) in all {
        let op = KnownSpectrum::<f64>::new(&spectrum, 0);
        let probes = if name == "rank one" { 128 } else { 64 };
        let found = coverage(op.trace(), 1000, |seed| {
            let options = HutchinsonOptions {
                probes,
                seed,
                kind: ProbeKind::Gaussian,
                ..HutchinsonOptions::default()
            };
            pair(hutchinson_trace(&op, &options).unwrap())
        });
        check(&name, &spectrum, &found, 1.0, 1.25);
    }
}
