//! Nodes that become atoms after the fact.
#![allow(clippy::unwrap_used)]

#[path = "common/spectra.rs"]
mod spectra;

use hesscope_spectral::{Reorthogonalisation, SlqOptions, SpectralDensity, SpectralError, slq};
use spectra::{Known, Spectral, known_references, known_spectra, norm, semicircle};

const FRACTION: f64 = 0.01;

fn measured(
    values: &[f64],
    probes: usize,
    steps: usize,
    seed: u64,
    reorthogonalisation: Reorthogonalisation,
) -> SpectralDensity {
    let options = SlqOptions {
        probes,
        steps,
        seed,
        reorthogonalisation,
        ..SlqOptions::default()
    };
    slq(&Spectral::new(values, 2), &options).unwrap()
}

/// Wasserstein-1 distance of nodes and atoms to the spectrum, over its norm.
fn distance(density: &SpectralDensity, values: &[f64]) -> f64 {
    let atom = 1.0 / values.len() as f64;
    let share = density.continuous_fraction() / density.quadratures.len() as f64;
    let rest = density.quadratures.iter().flat_map(|quadrature| {
        let pairs = quadrature.nodes.iter().zip(&quadrature.weights);
        pairs.map(|(&node, weight)| (node, share * weight))
    });
    let atoms = density.atoms.iter().map(|known| (known.value, atom));
    let exact = values.iter().map(|&value| (value, -atom));
    let mut steps: Vec<(f64, f64)> = atoms.chain(rest).chain(exact).collect();
    steps.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut height, mut area) = (0.0_f64, 0.0);
    for pair in steps.windows(2) {
        height += pair[0].1;
        area += height.abs() * (pair[1].0 - pair[0].0);
    }
    area / norm(values)
}

#[test]
fn isolated_eigenvalues_become_atoms_and_nothing_else() {
    let mut values = semicircle(500, 1.0);
    let outliers = [2.0, 2.5, 3.1, 4.0, 7.0];
    values.extend(outliers);
    for reorthogonalisation in [Reorthogonalisation::Full, Reorthogonalisation::None] {
        let density = measured(&values, 4, 40, 3, reorthogonalisation);
        let found = density.with_ritz_atoms(FRACTION).unwrap();
        for outlier in outliers {
            let atom = found
                .atoms
                .iter()
                .find(|atom| (atom.value - outlier).abs() < 1e-12 * 7.0);
            assert!(atom.is_some(), "{outlier}: {:?}", found.atoms);
        }
        // Every atom is an eigenvalue, each once.
        for atom in &found.atoms {
            let near = |value: &f64| (value - atom.value).abs() <= atom.residual.max(1e-12);
            assert!(values.iter().any(near), "{atom:?}");
        }
        for quadrature in &found.quadratures {
            let total: f64 = quadrature.weights.iter().sum();
            assert!((total - 1.0).abs() < 1e-12);
            assert!(quadrature.nodes.iter().all(|&node| node < 1.5));
        }
        assert_eq!(found.dim, values.len());
    }
}

#[test]
fn a_repeated_eigenvalue_stays_with_the_probes() {
    let mut values = vec![0.0; 300];
    values.extend([1.0; 60]);
    values.push(3.0);
    for seed in 0..20 {
        let density = measured(&values, 2, 12, seed, Reorthogonalisation::Full);
        let found = density.with_ritz_atoms(FRACTION).unwrap();
        // The one of 300 and the one of 60 are left, whatever becomes of the simple one.
        for place in [0.0, 1.0] {
            let near = |value: f64| (value - place).abs() < 1e-9;
            assert!(found.atoms.iter().all(|atom| !near(atom.value)));
            for quadrature in &found.quadratures {
                assert!(quadrature.nodes.iter().any(|&node| near(node)));
            }
        }
    }
}

#[test]
fn they_bring_the_density_closer_for_no_product() {
    let references = known_references();
    let hessians = references
        .into_iter()
        .filter(|case| case.name.ends_with("hessian") || case.name.ends_with(" g"));
    let known = known_spectra()
        .into_iter()
        .filter(|case| !case.name.starts_with("repeated"));
    for Known { name, values, .. } in hessians.chain(known) {
        for (probes, steps) in [(1, 8), (1, 32), (4, 16), (4, 64)] {
            let mut means = [0.0; 2];
            for seed in 0..10 {
                let plain = measured(&values, probes, steps, seed, Reorthogonalisation::Full);
                let better = plain.with_ritz_atoms(FRACTION).unwrap();
                means[0] += 0.1 * distance(&plain, &values);
                means[1] += 0.1 * distance(&better, &values);
            }
            println!(
                "{name}, {probes} probes of {steps} steps: {:.3}",
                means[1] / means[0]
            );
            assert!(
                means[1] <= 1.001 * means[0],
                "{name}, {probes} x {steps}: {means:?}"
            );
        }
    }
}

#[test]
fn exact_densities_come_back_and_bad_fractions_do_not() {
    let exact = SpectralDensity::from_eigenvalues(vec![1.0, 2.0, 5.0]);
    assert_eq!(exact.with_ritz_atoms(FRACTION).unwrap(), exact);
    let density = measured(&semicircle(50, 1.0), 1, 5, 0, Reorthogonalisation::Full);
    for fraction in [0.0, 1.0, -0.1, f64::NAN] {
        let refused = density.with_ritz_atoms(fraction);
        assert!(matches!(refused, Err(SpectralError::InvalidOption { .. })));
    }
}
