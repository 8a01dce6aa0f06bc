//! XTrace: stopped at any step they go on to the bit; what is exact comes out exact; what is wrong is refused.
#![allow(clippy::unwrap_used)]

mod common;

use std::fmt::Debug;

use common::KnownSpectrum;
use common::spectra::{low_rank, outliers_and_semicircle, power_law};
use hesscope_spectral::{
    Deflated, Eigenpairs, Estimation, HutchinsonEstimation, HutchinsonOptions, LinearOperator,
    MemoryKeeper, Scalar, SpectralError, TraceEstimate, XtraceEstimation, XtraceOptions,
    hutchinson_trace, xtrace,
};

/// Steps, restoring from the snapshot after each.
fn broken_up<O, E>(op: &O, options: &E::Options, begin: impl Fn() -> E) -> E::Output
where
    O: LinearOperator,
    E: Estimation<O>,
    E::Output: Debug,
{
    let mut whole = begin();
    let mut stopped = begin();
    let mut steps = 0;
    while !stopped.is_finished() {
        whole.step(op).unwrap();
        stopped.step(op).unwrap();
        let kept = stopped.snapshot().unwrap().to_owned();
        stopped = E::restore(op, options, kept).unwrap();
        steps += 1;
    }
    assert!(steps > 1 && whole.is_finished());
    let (whole, stopped) = (whole.finish(op).unwrap(), stopped.finish(op).unwrap());
    assert_eq!(format!("{whole:?}"), format!("{stopped:?}"));
    stopped
}

fn resumed_in<T: Scalar>() {
    for spectrum in [outliers_and_semicircle(70), low_rank(70), power_law(70)] {
        let op = KnownSpectrum::<T>::new(&spectrum, 2);
        for block_size in [1, 5, 0] {
            let options = XtraceOptions {
                vectors: 11,
                seed: 3,
                block_size,
            };
            let found = broken_up(&op, &options, || {
                XtraceEstimation::begin(&op, &options).unwrap()
            });
            let plain = XtraceOptions {
                block_size: 4,
                ..options
            };
            assert_eq!(found, xtrace(&op, &plain).unwrap(), "blocks change nothing");
        }
    }
}

#[test]
fn stopped_estimations_go_on_to_the_bit() {
    resumed_in::<f32>();
    resumed_in::<f64>();
}

#[test]
fn probes_can_be_added_and_other_options_are_refused() {
    let op = KnownSpectrum::<f64>::new(power_law(60), 2);
    let mut keeper = MemoryKeeper::default();
    let fewer = HutchinsonOptions {
        probes: 3,
        ..HutchinsonOptions::default()
    };
    let more = HutchinsonOptions { probes: 9, ..fewer };
    let mut kept = |options: &HutchinsonOptions| {
        let begun = HutchinsonEstimation::begin(&op, options).unwrap();
        begun.run_kept(&op, "trace", &mut keeper)
    };
    kept(&fewer).unwrap();
    let grown = kept(&more).unwrap();
    assert_eq!(grown, hutchinson_trace(&op, &more).unwrap());
    assert_eq!(grown.products, 9);
    let other = HutchinsonOptions { seed: 7, ..more };
    let refused = kept(&other).unwrap_err().to_string();
    assert!(
        refused.contains("`seed` is 0 there and 7 here"),
        "{refused}"
    );
    let begun = XtraceEstimation::begin(&op, &XtraceOptions::default()).unwrap();
    let refused = begun.run_kept(&op, "trace", &mut keeper).unwrap_err();
    assert!(
        refused
            .to_string()
            .contains("`estimation` is hutchinson_trace there"),
        "{refused}"
    );
}

fn error(found: &TraceEstimate) -> f64 {
    found.trace.standard_error.unwrap()
}

#[test]
fn what_is_exact_comes_out_exact() {
    // A multiple of the identity, by the normalisation of the rest.
    let op = KnownSpectrum::<f64>::new([-2.5; 50], 2);
    let found = xtrace(
        &op,
        &XtraceOptions {
            vectors: 5,
            ..XtraceOptions::default()
        },
    )
    .unwrap();
    assert!((found.trace.mean + 125.0).abs() < 1e-11, "{found:?}");
    assert!(error(&found) < 1e-11);

    // A basis of the whole space, by its trace; no more products than that takes.
    for p in [1, 2, 9] {
        let op = KnownSpectrum::<f64>::new(power_law(p), 1);
        let cross = xtrace(
            &op,
            &XtraceOptions {
                vectors: 30,
                ..XtraceOptions::default()
            },
        )
        .unwrap();
        assert!((cross.trace.mean - op.trace()).abs() < 1e-14 * op.trace() * p as f64);
        assert!(error(&cross) < 1e-13);
        assert_eq!((cross.products, cross.basis), (2 * p, p));
    }

    let zero = KnownSpectrum::<f64>::new([0.0; 20], 0);
    for found in [
        xtrace(&zero, &XtraceOptions::default()).unwrap(),
        hutchinson_trace(&zero, &HutchinsonOptions::default()).unwrap(),
    ] {
        assert_eq!(
            (found.trace.mean, error(&found), found.basis),
            (0.0, 0.0, 0)
        );
    }
}

/// What is excluded has no part in the trace, nor in the dimension that the rest is scaled to.
#[test]
fn deflated_operators_have_the_trace_of_what_remains() {
    let spectrum = outliers_and_semicircle(80);
    let op = KnownSpectrum::<f64>::new(&spectrum, 3);
    let outliers: Vec<usize> = (70..80).collect();
    let pairs = Eigenpairs {
        values: outliers.iter().map(|&i| spectrum[i]).collect(),
        vectors: outliers.iter().map(|&i| op.eigenvector(i)).collect(),
        residuals: vec![0.0; 10],
    };
    let deflated = Deflated::new(&op, &pairs).unwrap();
    let truth: f64 = spectrum[..70].iter().sum();
    for seed in 0..40 {
        let cross = XtraceOptions {
            seed,
            ..XtraceOptions::default()
        };
        let found = xtrace(&deflated, &cross).unwrap();
        assert!(
            (found.trace.mean - truth).abs() < 3.0 * error(&found),
            "{found:?} {truth}"
        );
        assert!(error(&found) < 6.0, "{found:?}");
    }
    // All of the 70 dimensions left.
    let all = xtrace(
        &deflated,
        &XtraceOptions {
            vectors: 100,
            ..XtraceOptions::default()
        },
    )
    .unwrap();
    assert_eq!((all.basis, all.products), (70, 140));
    assert!((all.trace.mean - truth).abs() < 1e-11);
}

#[test]
fn what_cannot_be_is_refused() {
    let op = KnownSpectrum::<f64>::new([1.0, f64::NAN, 2.0], 0);
    assert!(matches!(
        hutchinson_trace(&op, &HutchinsonOptions::default()),
        Err(SpectralError::NotFinite { step: 0, index: 0 })
    ));
    assert!(matches!(
        xtrace(&op, &XtraceOptions::default()),
        Err(SpectralError::NotFinite { step: 0, index: 0 })
    ));
    let none = HutchinsonOptions {
        probes: 0,
        ..HutchinsonOptions::default()
    };
    assert!(
        hutchinson_trace(&op, &none)
            .unwrap_err()
            .to_string()
            .contains("`probes`")
    );
    let none = XtraceOptions {
        vectors: 0,
        ..XtraceOptions::default()
    };
    assert!(
        xtrace(&op, &none)
            .unwrap_err()
            .to_string()
            .contains("`vectors`")
    );
    let one = KnownSpectrum::<f64>::new(power_law(9), 0);
    let single = XtraceOptions {
        vectors: 1,
        ..XtraceOptions::default()
    };
    assert_eq!(xtrace(&one, &single).unwrap().trace.standard_error, None);
}
