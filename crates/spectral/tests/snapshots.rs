//! Every estimation, stopped after each step and gone on with from what was kept, ends with the same bits.
#![allow(clippy::unwrap_used)]

mod common;

use std::fmt::Debug;
use std::time::Duration;

use common::{operator, with_spectrum};
use hesscope_spectral::{
    Breakdown, Deflated, DenseOperator, DiagonalEstimation, Estimation, FolderKeeper,
    FrobeniusEstimation, HutchinsonEstimation, HutchinsonOptions, Keeper, LanczosEstimation,
    LanczosOptions, LinearOperator, MemoryKeeper, ProbeKind, Probes, Reorthogonalisation, Scalar,
    SlqEstimation, SlqOptions, SnapshotError, SpectralError, SubspaceEstimation, SubspaceOptions,
    ThickRestartEstimation, ThickRestartOptions, VectorOf, VectorSpace, deflated_density, diagonal,
    frobenius_norm, hutchinson_trace, lanczos, slq, subspace_iteration,
};

const DIM: usize = 24;

/// Low rank and double eigenvalues, so that recursions break down and restart, and some outliers.
fn test_operator<T: Scalar>() -> DenseOperator<T> {
    let spectrum: Vec<f64> = (0..DIM)
        .map(|i| match i {
            0 => 20.0,
            1 => -7.5,
            2..4 => 5.0,
            4..14 => 0.1 * i as f64,
            _ => 0.0,
        })
        .collect();
    operator(&with_spectrum(&spectrum, 3))
}

/// One step at a time, from the snapshot in a keeper of its own each time.
fn broken_up<O, E, K>(
    op: &O,
    options: &E::Options,
    mut reopen: impl FnMut() -> K,
    begin: impl FnOnce() -> E,
) -> E::Output
where
    O: LinearOperator,
    E: Estimation<O>,
    K: Keeper<O::Space>,
{
    let first = begin();
    reopen()
        .save("stopped", op.space(), first.snapshot().unwrap())
        .unwrap();
    drop(first);
    loop {
        let mut keeper = reopen();
        let kept = keeper.load("stopped", op.space()).unwrap().unwrap();
        let mut estimation = E::restore(op, options, kept).unwrap();
        if estimation.is_finished() {
            return estimation.finish(op).unwrap();
        }
        estimation.step(op).unwrap();
        keeper
            .save("stopped", op.space(), estimation.snapshot().unwrap())
            .unwrap();
    }
}

/// A keeper in memory that is handed on by reference.
struct Lent<'a, K>(&'a std::cell::RefCell<K>);

impl<S, K> Keeper<S> for Lent<'_, K>
where
    S: hesscope_spectral::VectorSpace,
    K: Keeper<S>,
{
    fn load(
        &mut self,
        name: &str,
        space: &S,
    ) -> Result<Option<hesscope_spectral::Snapshot<S::Vector>>, SpectralError> {
        self.0.borrow_mut().load(name, space)
    }

    fn is_due(&mut self, name: &str) -> bool {
        self.0.borrow_mut().is_due(name)
    }

    fn save(
        &mut self,
        name: &str,
        space: &S,
        snapshot: hesscope_spectral::SnapshotRef<'_, S::Vector>,
    ) -> Result<(), SpectralError> {
        self.0.borrow_mut().save(name, space, snapshot)
    }
}

/// The result of an estimation never stopped, stopped in memory after every step, and stopped on disk.
///
/// What is on disk is synced each time, so that not every case goes there.
fn check<O, E, F>(op: &O, options: &E::Options, on_disk: bool, begin: F)
where
    O: LinearOperator,
    E: Estimation<O>,
    E::Output: Debug,
    F: Fn() -> E,
{
    // `{:?}` of a float tells every bit but those of a NaN.
    let whole = begin().run(op).unwrap();
    let whole = format!("{whole:?}");
    let memory = std::cell::RefCell::new(MemoryKeeper::default());
    let in_memory = broken_up(op, options, || Lent(&memory), &begin);
    assert_eq!(whole, format!("{in_memory:?}"));
    if !on_disk {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let open = || FolderKeeper::new(folder.path(), Duration::ZERO).unwrap();
    let on_disk = broken_up(op, options, open, &begin);
    assert_eq!(whole, format!("{on_disk:?}"));
}

fn kept_lanczos<O: LinearOperator>(
    op: &O,
    starts: &[VectorOf<O>],
    options: &LanczosOptions,
    name: &str,
    keeper: &mut MemoryKeeper<VectorOf<O>>,
) -> Result<Vec<hesscope_spectral::LanczosRun<VectorOf<O>>>, SpectralError> {
    LanczosEstimation::begin(op, starts, options)?.run_kept(op, name, keeper)
}

fn kept_slq<O: LinearOperator>(
    op: &O,
    options: &SlqOptions,
    name: &str,
    keeper: &mut MemoryKeeper<VectorOf<O>>,
) -> Result<hesscope_spectral::SpectralDensity, SpectralError> {
    SlqEstimation::begin(op, options)?.run_kept(op, name, keeper)
}

fn starts<O: LinearOperator>(op: &O) -> Vec<VectorOf<O>> {
    let mut starts = Probes::new(ProbeKind::Gaussian, 5).block(op.space(), 0, 3);
    // An eigenvector but for rounding: this one breaks down at once.
    let options = SubspaceOptions {
        pairs: 1,
        tolerance: 1e-7,
        ..SubspaceOptions::default()
    };
    let found = subspace_iteration(op, &options, None).unwrap();
    starts.extend(found.pairs.vectors);
    starts
}

fn lanczos_cases() -> Vec<LanczosOptions> {
    let mut cases = Vec::new();
    for reorthogonalisation in [
        Reorthogonalisation::None,
        Reorthogonalisation::Selective,
        Reorthogonalisation::Full,
    ] {
        for breakdown in [Breakdown::Stop, Breakdown::Restart] {
            for keep_basis in [false, true] {
                for steps in [1, 11, 30] {
                    cases.push(LanczosOptions {
                        steps,
                        reorthogonalisation,
                        breakdown,
                        keep_basis,
                        seed: 2,
                    });
                }
            }
        }
    }
    cases.retain(|case| {
        case.breakdown == Breakdown::Stop || case.reorthogonalisation == Reorthogonalisation::Full
    });
    cases
}

fn lanczos_in<T: Scalar>() {
    let op = test_operator::<T>();
    let starts = starts(&op);
    for options in lanczos_cases() {
        check(&op, &options, options.steps == 11, || {
            LanczosEstimation::begin(&op, &starts, &options).unwrap()
        });
    }
}

#[test]
fn lanczos_goes_on_to_the_bit() {
    lanczos_in::<f32>();
    lanczos_in::<f64>();
}

/// Stopped at m steps and grown to n, from memory or from disk, is n steps at once.
#[test]
fn lanczos_grows_to_the_bits_of_more_steps() {
    let op = test_operator::<f32>();
    let starts = starts(&op);
    for options in lanczos_cases() {
        let whole = lanczos(&op, &starts, &options).unwrap();
        for first in [1, 2, 8, 24] {
            if first > options.steps {
                continue;
            }
            let mut keeper = MemoryKeeper::default();
            let fewer = LanczosOptions {
                steps: first,
                ..options
            };
            kept_lanczos(&op, &starts, &fewer, "grown", &mut keeper).unwrap();
            let grown = kept_lanczos(&op, &starts, &options, "grown", &mut keeper).unwrap();
            assert_eq!(format!("{whole:?}"), format!("{grown:?}"), "{options:?}");
            let mut direct = LanczosEstimation::begin(&op, &starts, &fewer).unwrap();
            while !Estimation::<DenseOperator<f32>>::is_finished(&direct) {
                direct.step(&op).unwrap();
            }
            direct.grow(&op, options.steps).unwrap();
            while !Estimation::<DenseOperator<f32>>::is_finished(&direct) {
                direct.step(&op).unwrap();
            }
            let direct = direct.finish(&op).unwrap();
            assert_eq!(format!("{whole:?}"), format!("{direct:?}"), "{options:?}");
        }
    }
}

fn slq_cases() -> Vec<SlqOptions> {
    let base = SlqOptions {
        probes: 5,
        steps: 7,
        seed: 4,
        ..SlqOptions::default()
    };
    let full = SlqOptions {
        reorthogonalisation: Reorthogonalisation::Full,
        breakdown: Breakdown::Restart,
        ..base
    };
    vec![
        base,
        SlqOptions {
            block_size: 2,
            kind: ProbeKind::Rademacher,
            reorthogonalisation: Reorthogonalisation::Selective,
            ..base
        },
        SlqOptions {
            block_size: 2,
            steps: 18,
            ..full
        },
        SlqOptions { steps: DIM, ..full },
    ]
}

#[test]
fn slq_goes_on_to_the_bit() {
    for options in slq_cases() {
        let (single, double) = (test_operator::<f32>(), test_operator::<f64>());
        check(&single, &options, true, || {
            SlqEstimation::begin(&single, &options).unwrap()
        });
        check(&double, &options, false, || {
            SlqEstimation::begin(&double, &options).unwrap()
        });
    }
}

#[test]
fn slq_grows_by_probes() {
    let op = test_operator::<f32>();
    for options in slq_cases() {
        let whole = slq(&op, &options).unwrap();
        for (first, block_size) in [(1, 2), (2, 2), (3, 2), (5, 3)] {
            let mut keeper = MemoryKeeper::default();
            let fewer = SlqOptions {
                probes: first,
                block_size,
                ..options
            };
            kept_slq(&op, &fewer, "grown", &mut keeper).unwrap();
            let grown = kept_slq(&op, &options, "grown", &mut keeper).unwrap();
            assert_eq!(whole, grown);
        }
    }
}

fn subspace_in<T: Scalar>() {
    let op = test_operator::<T>();
    let warm = Probes::new(ProbeKind::Gaussian, 9).block(op.space(), 0, 2);
    for max_iterations in [6, 20, 100] {
        let options = SubspaceOptions {
            pairs: 3,
            oversampling: 13,
            max_iterations,
            tolerance: 1e-5,
            seed: 1,
        };
        for warm in [None, Some(warm.as_slice())] {
            check(&op, &options, max_iterations < 100, || {
                SubspaceEstimation::begin(&op, &options, warm).unwrap()
            });
        }
    }
}

#[test]
fn subspace_iteration_goes_on_to_the_bit() {
    subspace_in::<f32>();
    subspace_in::<f64>();
}

fn hutchinson_in<T: Scalar>() {
    let op = test_operator::<T>();
    for (probes, block_size) in [(1, 8), (7, 2), (6, 0)] {
        for kind in [ProbeKind::Rademacher, ProbeKind::UnitSphere] {
            let options = HutchinsonOptions {
                probes,
                block_size,
                kind,
                seed: 6,
            };
            check(&op, &options, true, || {
                HutchinsonEstimation::begin(&op, &options).unwrap()
            });
            check(&op, &options, true, || {
                FrobeniusEstimation::begin(&op, &options).unwrap()
            });
            check(&op, &options, true, || {
                DiagonalEstimation::begin(&op, &options).unwrap()
            });
        }
    }
}

#[test]
fn traces_and_diagonals_go_on_to_the_bit() {
    hutchinson_in::<f32>();
    hutchinson_in::<f64>();
}

/// Kept or not, the functions return the same, and return it again from what was kept without a product.
#[test]
fn kept_functions_return_what_the_plain_ones_do() {
    let op = test_operator::<f32>();
    let folder = tempfile::tempdir().unwrap();
    let mut keeper = FolderKeeper::new(folder.path(), Duration::ZERO).unwrap();
    let subspace = SubspaceOptions {
        pairs: 2,
        ..SubspaceOptions::default()
    };
    let slq_options = SlqOptions {
        probes: 3,
        steps: 6,
        block_size: 2,
        ..SlqOptions::default()
    };
    let hutchinson = HutchinsonOptions::default();
    for _ in 0..2 {
        let pairs = subspace_iteration(&op, &subspace, None).unwrap();
        let begun = SubspaceEstimation::begin(&op, &subspace, None).unwrap();
        let kept = begun.run_kept(&op, "pairs", &mut keeper).unwrap();
        assert_eq!(format!("{pairs:?}"), format!("{kept:?}"));
        let density = deflated_density(&op, &pairs.pairs, &slq_options).unwrap();
        let deflated = Deflated::new(&op, &pairs.pairs).unwrap();
        let begun = SlqEstimation::begin(&deflated, &slq_options).unwrap();
        let kept = begun.run_kept(&deflated, "a/b", &mut keeper).unwrap();
        let kept = kept.with_atoms(op.space().dim(), &pairs.pairs).unwrap();
        assert_eq!(density, kept);
        let begun = HutchinsonEstimation::begin(&op, &hutchinson).unwrap();
        let kept = begun.run_kept(&op, "trace", &mut keeper).unwrap();
        assert_eq!(hutchinson_trace(&op, &hutchinson).unwrap(), kept);
        let begun = FrobeniusEstimation::begin(&op, &hutchinson).unwrap();
        let kept = begun.run_kept(&op, "norm", &mut keeper).unwrap();
        assert_eq!(frobenius_norm(&op, &hutchinson).unwrap(), kept);
        let begun = DiagonalEstimation::begin(&op, &hutchinson).unwrap();
        let kept = begun.run_kept(&op, "diagonal", &mut keeper).unwrap();
        assert_eq!(diagonal(&op, &hutchinson).unwrap(), kept);
    }
    keeper.clear_all().unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn finishing_too_early_is_an_error() {
    let op = test_operator::<f32>();
    let hutchinson = HutchinsonOptions::default();
    fn early<O, E>(op: &O, estimation: E)
    where
        O: LinearOperator,
        E: Estimation<O>,
    {
        let message = estimation.finish(op).err().unwrap().to_string();
        assert!(message.contains("is not finished"), "{message}");
    }
    let options = LanczosOptions::default();
    early(
        &op,
        LanczosEstimation::begin(&op, &starts(&op), &options).unwrap(),
    );
    early(
        &op,
        SlqEstimation::begin(&op, &SlqOptions::default()).unwrap(),
    );
    let options = SubspaceOptions::default();
    early(&op, SubspaceEstimation::begin(&op, &options, None).unwrap());
    early(&op, HutchinsonEstimation::begin(&op, &hutchinson).unwrap());
    early(&op, FrobeniusEstimation::begin(&op, &hutchinson).unwrap());
    early(&op, DiagonalEstimation::begin(&op, &hutchinson).unwrap());
}

#[test]
fn other_options_are_refused_by_name() {
    let op = test_operator::<f32>();
    let mut keeper = MemoryKeeper::default();
    let options = SlqOptions {
        probes: 3,
        steps: 6,
        ..SlqOptions::default()
    };
    kept_slq(&op, &options, "kept", &mut keeper).unwrap();
    let message = |options: SlqOptions, keeper: &mut MemoryKeeper<Vec<f32>>| {
        kept_slq(&op, &options, "kept", keeper)
            .unwrap_err()
            .to_string()
    };
    let other = SlqOptions {
        probes: 2,
        seed: 8,
        steps: 7,
        ..options
    };
    assert_eq!(
        message(other, &mut keeper),
        "the snapshot of `slq` was taken with other settings: `probes` is 3 there and 2 here, `seed` is 0 there and 8 \
         here, `steps` is 6 there and 7 here; ask for what it was taken with, or clear the snapshot to begin anew"
    );
    let begun = HutchinsonEstimation::begin(&op, &HutchinsonOptions::default()).unwrap();
    let wrong = begun.run_kept(&op, "kept", &mut keeper).unwrap_err();
    assert!(matches!(
        wrong,
        SpectralError::Snapshot(SnapshotError::OtherSettings { .. })
    ));
    let message = wrong.to_string();
    assert!(
        message.contains("`estimation` is slq there and hutchinson_trace here"),
        "{message}"
    );

    let probes = Probes::new(ProbeKind::Gaussian, 1);
    let lanczos_options = LanczosOptions {
        steps: 3,
        ..LanczosOptions::default()
    };
    let first = probes.block(op.space(), 0, 2);
    kept_lanczos(&op, &first, &lanczos_options, "runs", &mut keeper).unwrap();
    for (starts, expected) in [
        (
            probes.block(op.space(), 0, 3),
            "2 starting vectors there and 3 here",
        ),
        (
            probes.block(op.space(), 1, 2),
            "starting vector number 0 is another",
        ),
    ] {
        let wrong = kept_lanczos(&op, &starts, &lanczos_options, "runs", &mut keeper);
        let message = wrong.unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    }
    let fewer = LanczosOptions {
        steps: 2,
        ..lanczos_options
    };
    let wrong = kept_lanczos(&op, &first, &fewer, "runs", &mut keeper);
    let message = wrong.unwrap_err().to_string();
    assert!(
        message.contains("`steps` is 3 there and 2 here"),
        "{message}"
    );
}

/// A run that is asked for more steps than turn out to be needed ends with the bits of one asked for no more, also where it
/// was stopped on the way, before and after the step at which it ends.
#[test]
fn a_run_that_has_enough_ends_as_one_asked_for_no_more() {
    let op = test_operator::<f64>();
    let start = || Probes::new(ProbeKind::Gaussian, 4).vector(op.space(), 0);
    for (reorthogonalisation, breakdown) in [
        (Reorthogonalisation::None, Breakdown::Stop),
        (Reorthogonalisation::Selective, Breakdown::Stop),
        (Reorthogonalisation::Full, Breakdown::Restart),
    ] {
        let options = |steps| LanczosOptions {
            steps,
            reorthogonalisation,
            breakdown,
            keep_basis: true,
            ..LanczosOptions::default()
        };
        // Through the breakdown of a matrix of rank 14 with double eigenvalues.
        for steps in [1, 7, 13, 14, 15, 20] {
            let asked = lanczos(&op, &[start()], &options(steps)).unwrap();
            for killed in [0, 1, steps / 2, steps.saturating_sub(1), steps] {
                let mut keeper = MemoryKeeper::default();
                let begin = || LanczosEstimation::begin(&op, &[start()], &options(22)).unwrap();
                // What is left of a process killed after so many steps.
                let at = |count: usize| {
                    move |run: &LanczosEstimation<Vec<f64>>| Ok(run.steps() >= count)
                };
                begin()
                    .run_until(&op, "run", &mut keeper, at(killed))
                    .unwrap();
                let run = begin()
                    .run_until(&op, "run", &mut keeper, at(steps))
                    .unwrap();
                let ritz = run.ritz_values().unwrap().remove(0);
                let found = run.finish_now(&op).unwrap();
                assert_eq!(
                    format!("{found:?}"),
                    format!("{asked:?}"),
                    "{steps} {killed}"
                );
                let (values, bounds): (Vec<f64>, Vec<f64>) = ritz.into_iter().unzip();
                assert_eq!(values, found[0].ritz_values);
                assert_eq!(bounds, found[0].residual_bounds);
            }
        }
    }
    let fresh = LanczosEstimation::begin(&op, &[start()], &LanczosOptions::default()).unwrap();
    assert!(fresh.ritz_values().unwrap()[0].is_empty());
    assert!(fresh.finish_now(&op).is_err());
}

/// Counts that no estimation reaches, in a state that is otherwise right.
#[test]
fn counts_that_cannot_be_are_damage() {
    let op = test_operator::<f64>();
    let options = ThickRestartOptions {
        pairs: 2,
        ..ThickRestartOptions::default()
    };
    let begun = ThickRestartEstimation::begin(&op, &options).unwrap();
    let sound = Estimation::<DenseOperator>::snapshot(&begun)
        .unwrap()
        .to_owned();
    for (count, forged, sentence) in [
        (
            "\"products\":0",
            "\"products\":18446744073709551615",
            "counts to 18446744073709551615",
        ),
        ("\"columns\":0", "\"columns\":4294967296", "so many columns"),
        ("\"kept\":0", "\"kept\":3", "so many columns"),
    ] {
        assert!(sound.state.contains(count), "{}", sound.state);
        let mut snapshot = sound.clone();
        snapshot.state = sound.state.replace(count, forged);
        let error = ThickRestartEstimation::restore(&op, &options, snapshot).unwrap_err();
        assert!(
            matches!(
                &error,
                SpectralError::Snapshot(SnapshotError::Damaged { .. })
            ) && error.to_string().contains(sentence),
            "{error}"
        );
    }
}
