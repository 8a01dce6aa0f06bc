//! Densities to a requested error: whether the error claimed is the true one, and what is said where it is not reached.
#![allow(clippy::unwrap_used)]

#[path = "common/spectra.rs"]
mod known;

use std::time::Duration;

use hesscope_spectral::{
    AutomaticDensity, AutomaticEstimation, AutomaticLimit, AutomaticOptions, AutomaticOutcome,
    Breakdown, Estimation, FolderKeeper, HostSpace, Keeper, LinearOperator, MemoryKeeper, NoKeeper,
    OperatorError, Reorthogonalisation, Scalar, SpectralDensity, VectorSpace, automatic_density,
    slq,
};
use known::{marchenko_pastur, semicircle};

/// `diag(spectrum)`, as good as any matrix of that spectrum for Gaussian probes, whose law no rotation changes.
struct DiagonalMatrix<T> {
    space: HostSpace<T>,
    spectrum: Vec<f64>,
}

impl<T: Scalar> DiagonalMatrix<T> {
    fn new(spectrum: Vec<f64>) -> Self {
        Self {
            space: HostSpace::new(spectrum.len()),
            spectrum,
        }
    }
}

impl<T: Scalar> LinearOperator for DiagonalMatrix<T> {
    type Space = HostSpace<T>;

    fn space(&self) -> &HostSpace<T> {
        &self.space
    }

    fn apply(&self, block: &[Vec<T>]) -> Result<Vec<Vec<T>>, OperatorError> {
        let product = |vector: &Vec<T>| {
            let entries = self.spectrum.iter().zip(vector);
            entries.map(|(a, x)| T::from_f64(a * x.to_f64())).collect()
        };
        Ok(block.iter().map(product).collect())
    }
}

/// The spectra by name.
fn spectra(p: usize) -> Vec<(&'static str, Vec<f64>)> {
    let mut outliers = semicircle(p - 10, 1.0);
    outliers.extend((1..=10).map(|i| 1.5 + f64::from(i * i) / 10.0));
    let power_law = (1..=p).map(|i| (i as f64).powf(-1.0)).collect();
    let indefinite = (0..p)
        .map(|i| {
            let u = 2.0 * (i as f64 + 0.5) / p as f64 - 1.0;
            u.powi(3) * if u < 0.0 { 0.3 } else { 1.0 }
        })
        .collect();
    let low_rank = (0..p)
        .map(|i| if i < 30 { 1.0 + i as f64 } else { 0.0 })
        .collect();
    vec![
        ("outliers", outliers),
        ("Marchenko-Pastur", marchenko_pastur(p, 0.5)),
        ("power law", power_law),
        ("indefinite", indefinite),
        ("low rank", low_rank),
    ]
}

/// `int |F - G| dx / (max - min)`, exactly.
fn wasserstein(density: &SpectralDensity, spectrum: &[f64]) -> f64 {
    let mut jumps: Vec<(f64, f64)> = spectrum
        .iter()
        .map(|&value| (value, -1.0 / spectrum.len() as f64))
        .collect();
    for quadrature in &density.quadratures {
        let share = 1.0 / density.quadratures.len() as f64;
        let nodes = quadrature.nodes.iter().zip(&quadrature.weights);
        jumps.extend(nodes.map(|(&node, weight)| (node, weight * share)));
    }
    jumps.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut sum, mut distance) = (0.0_f64, 0.0);
    for pair in jumps.windows(2) {
        sum += pair[0].1;
        distance += sum.abs() * (pair[1].0 - pair[0].0);
    }
    let ends = spectrum
        .iter()
        .fold((f64::MAX, f64::MIN), |(low, high), &value| {
            (low.min(value), high.max(value))
        });
    distance / (ends.1 - ends.0)
}

fn estimate(spectrum: &[f64], options: &AutomaticOptions) -> AutomaticDensity {
    let op = DiagonalMatrix::<f64>::new(spectrum.to_vec());
    automatic_density(&op, options).unwrap()
}

/// Claims of 100 seeds and how many of them were wrong.
fn claims(
    spectrum: &[f64],
    options: &AutomaticOptions,
    truth: impl Fn(&SpectralDensity) -> f64,
) -> (usize, usize) {
    let (mut claimed, mut wrong, mut products, mut errors) = (0, 0, 0.0, 0.0);
    for seed in 0..100 {
        let found = estimate(spectrum, &AutomaticOptions { seed, ..*options });
        products += found.assessments.last().unwrap().products as f64 / 100.0;
        if found.outcome == AutomaticOutcome::Met {
            claimed += 1;
            let error = truth(&found.density);
            errors += error / options.tolerance;
            wrong += usize::from(error > options.tolerance);
        }
    }
    println!(
        "{claimed} claims, {wrong} wrong, {products:.0} products, true error over tolerance {:.2}",
        errors / claimed as f64
    );
    (claimed, wrong)
}

#[test]
fn claims_of_the_wasserstein_distance_are_true() {
    for (name, spectrum) in spectra(400) {
        let options = AutomaticOptions {
            tolerance: 0.02,
            ..AutomaticOptions::default()
        };
        let (claimed, wrong) = claims(&spectrum, &options, |density| {
            wasserstein(density, &spectrum)
        });
        assert!(claimed >= 90, "{name}: {claimed} claims");
        assert!(wrong * 20 <= claimed, "{name}: {wrong} of {claimed} wrong");
    }
}

#[test]
fn what_is_not_reached_is_said() {
    let spectrum = semicircle(300, 1.0);
    let base = AutomaticOptions {
        tolerance: 0.003,
        ..AutomaticOptions::default()
    };
    for (options, limit) in [
        (
            AutomaticOptions {
                max_probes: 6,
                ..base
            },
            AutomaticLimit::Probes,
        ),
        (
            AutomaticOptions {
                max_steps: 20,
                ..base
            },
            AutomaticLimit::Steps,
        ),
        (
            AutomaticOptions {
                max_products: 150,
                ..base
            },
            AutomaticLimit::Products,
        ),
        (
            AutomaticOptions {
                max_vectors: 12,
                ..base
            },
            AutomaticLimit::Vectors,
        ),
    ] {
        let found = estimate(&spectrum, &options);
        assert_eq!(
            found.outcome,
            AutomaticOutcome::NotMet(limit),
            "{options:?}"
        );
        let last = found.assessments.last().unwrap();
        assert!(last.error() > options.tolerance);
        assert!(last.products <= options.max_products && last.probes <= options.max_probes);
        assert!(last.steps <= options.max_steps && 2 * last.probes <= options.max_vectors);
    }
    // The axis resolves no less than 1/2048, so a recursion that has ended leaves nothing to add but probes.
    let options = AutomaticOptions {
        tolerance: 1e-4,
        max_probes: 8,
        ..base
    };
    let found = estimate(&[vec![1.0; 5], vec![0.0; 45]].concat(), &options);
    assert_eq!(
        found.outcome,
        AutomaticOutcome::NotMet(AutomaticLimit::Probes)
    );
    // A multiple of the identity: one step ends every recursion, and nothing is left to resolve.
    let found = estimate(&[2.0; 50], &base);
    assert_eq!(found.outcome, AutomaticOutcome::Met);
    assert_eq!(found.assessments.last().unwrap().ended, 4);
}

#[test]
fn the_whole_space_is_exact() {
    let spectrum = semicircle(40, 1.0);
    let options = AutomaticOptions {
        tolerance: 1e-6,
        reorthogonalisation: Reorthogonalisation::Full,
        breakdown: Breakdown::Restart,
        ..AutomaticOptions::default()
    };
    let found = estimate(&spectrum, &options);
    assert_eq!(found.outcome, AutomaticOutcome::Exact);
    let values = found.density.eigenvalues().unwrap();
    assert!(
        values
            .iter()
            .zip(&spectrum)
            .all(|(a, b)| (a - b).abs() < 1e-12)
    );
}

/// The estimate is that of quadrature with the probes and steps it ended with: nothing was begun again or left out.
#[test]
fn the_density_is_that_of_slq() {
    let op = DiagonalMatrix::<f32>::new(semicircle(200, 1.0));
    let options = AutomaticOptions::default();
    let found = automatic_density(&op, &options).unwrap();
    assert!(found.assessments.len() > 2);
    let last = found.assessments.last().unwrap();
    assert_eq!(last.products, last.probes * last.steps);
    let plain = hesscope_spectral::SlqOptions {
        probes: last.probes,
        steps: last.steps,
        ..hesscope_spectral::SlqOptions::default()
    };
    assert_eq!(found.density, slq(&op, &plain).unwrap());
}

/// One step at a time, each from what was kept.
fn broken_up<T: Scalar, K: Keeper<HostSpace<T>>>(
    op: &DiagonalMatrix<T>,
    options: &AutomaticOptions,
    keeper: &mut K,
) -> AutomaticDensity {
    loop {
        let mut estimation = match keeper.load("density", op.space()).unwrap() {
            Some(snapshot) => AutomaticEstimation::restore(op, options, snapshot).unwrap(),
            None => AutomaticEstimation::begin(op, options).unwrap(),
        };
        if Estimation::<DiagonalMatrix<T>>::is_finished(&estimation) {
            return estimation.finish(op).unwrap();
        }
        estimation.step(op).unwrap();
        let snapshot = Estimation::<DiagonalMatrix<T>>::snapshot(&estimation).unwrap();
        keeper.save("density", op.space(), snapshot).unwrap();
    }
}

fn goes_on<T: Scalar>(on_disk: bool)
where
    HostSpace<T>: VectorSpace<Vector = Vec<T>>,
{
    let op = DiagonalMatrix::<T>::new(spectra(60).remove(0).1);
    for reorthogonalisation in [Reorthogonalisation::None, Reorthogonalisation::Full] {
        let options = AutomaticOptions {
            tolerance: 0.06,
            first_steps: 4,
            first_probes: 2,
            block_size: 3,
            reorthogonalisation,
            ..AutomaticOptions::default()
        };
        let mut told = 0;
        let whole = AutomaticEstimation::begin(&op, &options)
            .unwrap()
            .run_told(&op, "d", &mut NoKeeper, |_| told += 1)
            .unwrap();
        assert_eq!(told, whole.assessments.len());
        assert!(told > 3, "{told}");
        assert_eq!(
            whole,
            broken_up(&op, &options, &mut MemoryKeeper::default())
        );
        if on_disk {
            let folder = tempfile::tempdir().unwrap();
            let mut keeper = FolderKeeper::new(folder.path(), Duration::ZERO).unwrap();
            assert_eq!(whole, broken_up(&op, &options, &mut keeper));
        }
    }
}

#[test]
fn it_goes_on_to_the_bit() {
    goes_on::<f64>(false);
    goes_on::<f32>(true);
}

#[test]
fn raised_limits_go_on() {
    let op = DiagonalMatrix::<f64>::new(semicircle(200, 1.0));
    let mut keeper = MemoryKeeper::default();
    let options = AutomaticOptions {
        max_products: 200,
        ..AutomaticOptions::default()
    };
    let mut kept = |options: &AutomaticOptions| {
        let begun = AutomaticEstimation::begin(&op, options).unwrap();
        begun.run_kept(&op, "d", &mut keeper).unwrap()
    };
    let first = kept(&options);
    assert_eq!(
        first.outcome,
        AutomaticOutcome::NotMet(AutomaticLimit::Products)
    );
    let again = kept(&options);
    assert_eq!(first, again);
    let raised = AutomaticOptions {
        max_products: 100_000,
        ..options
    };
    let more = kept(&raised);
    assert_eq!(more.outcome, AutomaticOutcome::Met);
    assert!(more.assessments.starts_with(&first.assessments));
}
