//! Lanczos runs made for the leading pairs as the density of the rest.
#![allow(clippy::unwrap_used)]

#[path = "common/spectra.rs"]
mod spectra;

use hesscope_spectral::faer::Mat;
use hesscope_spectral::{
    Atom, Breakdown, DenseOperator, LanczosOptions, LinearOperator, ProbeKind, Probes,
    Reorthogonalisation, RitzValue, SpectralDensity, lanczos,
};
use spectra::{KnownSpectrum, semicircle};

const OUTLIERS: [f64; 5] = [40.0, 31.0, 22.0, 14.0, -12.0];
const ROUNDING: f64 = 1e-12;

/// A bulk within 1 with 35% zeros, and the outliers last.
fn values(p: usize) -> Vec<f64> {
    let zeros = p * 35 / 100;
    let mut values = semicircle(p - zeros - OUTLIERS.len(), 1.0);
    values.extend(vec![0.0; zeros]);
    values.extend(OUTLIERS);
    values
}

fn atom(value: f64) -> Atom {
    Atom {
        value,
        residual: 1e-9,
    }
}

fn runs<O: LinearOperator>(op: &O, steps: usize, seed: u64, starts: usize) -> Vec<Vec<RitzValue>> {
    let starts = Probes::new(ProbeKind::Gaussian, seed).block(op.space(), 0, starts);
    let options = LanczosOptions {
        steps,
        reorthogonalisation: Reorthogonalisation::Full,
        breakdown: Breakdown::Restart,
        ..LanczosOptions::default()
    };
    let runs = lanczos(op, &starts, &options).unwrap();
    runs.iter().map(|run| run.ritz()).collect()
}

fn density(p: usize, runs: &[Vec<RitzValue>], atoms: &[Atom]) -> SpectralDensity {
    SpectralDensity::of_runs(p, runs, false, atoms, ROUNDING)
}

#[test]
fn polynomials_are_integrated_against_the_rest_exactly() {
    let (p, steps) = (120, 30);
    let values = values(p);
    let diagonal = Mat::from_fn(p, p, |i, j| if i == j { values[i] } else { 0.0 });
    let op: DenseOperator = DenseOperator::new(diagonal).unwrap();
    let rest = p - OUTLIERS.len();
    let found = density(p, &runs(&op, steps, 3, 2), &OUTLIERS.map(atom));
    assert_eq!(found.atoms, OUTLIERS.map(atom));
    assert_eq!(found.quadratures.len(), 2);
    for (probe, quadrature) in (0..).zip(&found.quadratures) {
        let start = Probes::new(ProbeKind::Gaussian, 3).vector(op.space(), probe);
        let total: f64 = start[..rest].iter().map(|x| x * x).sum();
        assert_eq!(quadrature.nodes.len(), steps - OUTLIERS.len());
        for power in 0..2 * (steps - OUTLIERS.len()) as i32 {
            let exact: f64 = std::iter::zip(&start[..rest], &values)
                .map(|(x, value)| x * x * value.powi(power))
                .sum::<f64>()
                / total;
            let found: f64 = std::iter::zip(&quadrature.nodes, &quadrature.weights)
                .map(|(node, weight)| weight * node.powi(power))
                .sum();
            assert!((found - exact).abs() < 1e-12, "{power}: {found} {exact}");
        }
    }
}

#[test]
fn an_atom_without_a_node_that_has_converged_stays_in_the_quadratures() {
    let op = KnownSpectrum::<f64>::new(values(120), 2);
    let found = density(120, &runs(&op, 30, 0, 2), &[40.0, 70.0, 31.0].map(atom));
    assert_eq!(found.atoms, [40.0, 31.0].map(atom));
    for quadrature in &found.quadratures {
        assert_eq!(quadrature.nodes.len(), 28);
        assert!((quadrature.weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }
    // Too few steps for the least: those that have converged are atoms all the same.
    let few = runs(&op, 7, 0, 1);
    let found = density(120, &few, &OUTLIERS.map(atom));
    assert!(
        !found.atoms.is_empty() && found.atoms.len() < 5,
        "{found:?}"
    );
    assert_eq!(found.quadratures[0].nodes.len(), 7 - found.atoms.len());
    // Within a wide residual, but not converged.
    let wide = OUTLIERS.map(|value| Atom {
        value,
        residual: 5.0,
    });
    assert_eq!(density(120, &runs(&op, 5, 0, 1), &wide).atoms, []);
}

#[test]
fn atoms_are_not_all_there_is_unless_the_run_is_complete() {
    let one = [vec![RitzValue {
        value: 2.0,
        residual: 0.0,
        weight: 1.0,
    }]];
    let found = density(3, &one, &[atom(2.0)]);
    assert_eq!(found.atoms, []);
    assert_eq!(found.quadratures[0].nodes, [2.0]);
    let found = SpectralDensity::of_runs(1, &one, true, &[atom(2.0)], ROUNDING);
    assert_eq!(found.eigenvalues(), Some(vec![2.0]));
    assert!(found.exact);
}

#[test]
fn a_complete_run_is_the_spectrum() {
    let values = values(60);
    let op = KnownSpectrum::<f64>::new(&values, 2);
    let found = SpectralDensity::of_runs(60, &runs(&op, 60, 4, 1), true, &OUTLIERS.map(atom), 1e-9);
    assert_eq!(found.atoms.len(), 5);
    let mut exact = values;
    exact.sort_by(f64::total_cmp);
    let eigenvalues = found.eigenvalues().unwrap();
    assert_eq!(eigenvalues.len(), 60);
    for (found, exact) in eigenvalues.iter().zip(&exact) {
        assert!((found - exact).abs() < 1e-9, "{found} {exact}");
    }
}

#[test]
fn an_eigenvalue_twice_is_one_node() {
    let mut values = values(120);
    values[119] = 40.0;
    let op = KnownSpectrum::<f64>::new(&values, 2);
    let twice = [40.0, 40.0, 31.0, 22.0, 14.0].map(atom);
    let found = density(120, &runs(&op, 30, 1, 1), &twice);
    assert_eq!(found.atoms, twice);
    let quadrature = &found.quadratures[0];
    // Rounding may bring up the second as a node of no weight, which goes too.
    assert!((25..=26).contains(&quadrature.nodes.len()));
    assert!(quadrature.nodes.iter().all(|node| node.abs() <= 1.0));
}

#[test]
fn counts_hold_the_truth() {
    let (p, seeds) = (400, 100);
    let values = values(p);
    let op = KnownSpectrum::<f64>::new(&values, 2);
    for (steps, starts) in [(24, 1), (64, 1), (48, 2)] {
        let densities: Vec<SpectralDensity> = (0..seeds)
            .map(|seed| density(p, &runs(&op, steps, seed, starts), &OUTLIERS.map(atom)))
            .collect();
        assert!(densities.iter().all(|density| density.atoms.len() == 5));
        for [lower, upper] in [
            [-1e-6, 1e-6],
            [0.0, f64::INFINITY],
            [0.2, 0.7],
            [-0.5, 0.1],
            [f64::NEG_INFINITY, -0.3],
        ] {
            let inside = |&&x: &&f64| x >= lower && x <= upper;
            let count = values.iter().filter(inside).count() as f64;
            let holds = |density: &&SpectralDensity| {
                let found = density.count_in(lower, upper, 0.95).unwrap().count;
                found.lower <= count + 1e-9 && count - 1e-9 <= found.upper
            };
            let covered = densities.iter().filter(holds).count();
            assert!(
                covered >= 95,
                "{starts} x {steps}, {lower} to {upper}: {covered}"
            );
        }
    }
}
