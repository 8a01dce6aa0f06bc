//! Distances between spectra, and which eigenpairs become atoms.
#![allow(clippy::unwrap_used)]

#[path = "common/spectra.rs"]
mod spectra;

use hesscope_spectral::{
    Atom, Eigenpairs, Quadrature, SpectralDensity, apart, wasserstein_distance,
};
use spectra::marchenko_pastur;

fn exact(values: &[f64]) -> SpectralDensity {
    SpectralDensity::from_eigenvalues(values.to_vec())
}

#[test]
fn distances_by_hand() {
    let (a, b) = (exact(&[0.0, 1.0]), exact(&[0.0, 0.0, 3.0, 3.0]));
    assert!((wasserstein_distance(&a, &b, 1.0).unwrap() - 1.0).abs() < 1e-15);
    assert!((wasserstein_distance(&a, &b, 2.0).unwrap() - 2.0_f64.sqrt()).abs() < 1e-15);
    // (2/3) {0: 1/4, 1: 3/4} + (1/3) {6} against {0, 1, 6}: one sixth moves by one.
    let estimated = SpectralDensity {
        dim: 3,
        exact: false,
        quadratures: vec![Quadrature {
            nodes: vec![0.0, 1.0],
            weights: vec![0.25, 0.75],
        }],
        atoms: vec![Atom {
            value: 6.0,
            residual: 0.0,
        }],
    };
    let truth = exact(&[0.0, 1.0, 6.0]);
    for (x, y) in [(&estimated, &truth), (&truth, &estimated)] {
        assert!((wasserstein_distance(x, y, 1.0).unwrap() - 1.0 / 6.0).abs() < 1e-14);
    }
    assert_eq!(wasserstein_distance(&truth, &truth, 1.0).unwrap(), 0.0);
    assert!(wasserstein_distance(&a, &b, 0.5).is_err());
    assert!(wasserstein_distance(&exact(&[]), &b, 1.0).is_err());
    assert!(wasserstein_distance(&exact(&[f64::NAN]), &b, 1.0).is_err());
}

#[test]
fn wasserstein_is_the_area_between_distributions() {
    let (a, b) = (marchenko_pastur(300, 0.5), marchenko_pastur(170, 0.7));
    let distance = wasserstein_distance(&exact(&a), &exact(&b), 1.0).unwrap();
    let share = |values: &[f64], x: f64| {
        values.iter().filter(|&&v| v <= x).count() as f64 / values.len() as f64
    };
    let cells = 40_000;
    let area: f64 = (0..cells)
        .map(|i| (f64::from(i) + 0.5) * 4.0 / f64::from(cells))
        .map(|x| (share(&a, x) - share(&b, x)).abs() * 4.0 / f64::from(cells))
        .sum();
    assert!((distance - area).abs() < 1e-3 * area, "{distance} {area}");
}

#[test]
fn only_converged_pairs_apart_become_atoms() {
    let pairs = |values: &[f64], residuals: &[f64]| Eigenpairs {
        values: values.to_vec(),
        vectors: (0..values.len()).map(|i| vec![i as f64]).collect(),
        residuals: residuals.to_vec(),
    };
    let bulk = [-1.0, 1.0];
    let found = pairs(&[10.0, 5.0, 1.5, 0.9, -3.0], &[1e-3, 0.5, 1e-6, 1e-9, 1e-2]);
    let selection = apart(&found, bulk, 0.01).unwrap();
    // The second has not converged, the fourth is in the bulk.
    assert_eq!(selection.apart, [0, 2, 4]);
    assert_eq!(selection.left, [1, 3]);
    let atoms = selection.of(&found);
    assert_eq!(atoms.values, [10.0, 1.5, -3.0]);
    assert_eq!(atoms.vectors[1], [2.0]);
    // A pair that cannot be told from one left in is left in too.
    let near = pairs(&[5.0, 5.05], &[0.2, 1e-3]);
    assert!(apart(&near, bulk, 0.01).unwrap().apart.is_empty());
    // Two that agree but have both converged are taken out together.
    let twins = pairs(&[5.0, 5.0], &[1e-8, 1e-8]);
    assert_eq!(apart(&twins, bulk, 0.01).unwrap().apart, [0, 1]);
    assert!(
        apart(&pairs(&[5.0], &[f64::NAN]), bulk, 0.01)
            .unwrap()
            .apart
            .is_empty()
    );
    assert!(apart(&found, [1.0, -1.0], 0.01).is_err());
    assert!(apart(&found, bulk, 0.0).is_err());
    assert!(apart(&pairs(&[5.0], &[]), bulk, 0.01).is_err());
}
