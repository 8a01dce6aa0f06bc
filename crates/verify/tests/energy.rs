//! The energy of Hess and its split into G and H, against the dense matrices of the references.

mod common;

use burn::tensor::Device;
use hesscope_hvp::{Part, Precision};
use hesscope_spectral::{
    Deflated, Eigenpairs, EnergySamples, SubspaceOptions, VectorSpace, subspace_iteration, to_dense,
};
use hesscope_verify::Reference;

/// The squared norm and the inner product of matrices given column by column.
fn inner(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// `P A P`, P taking the span of orthonormal vectors out, as columns.
fn projected(matrix: &[f64], basis: &[Vec<f64>]) -> Vec<f64> {
    let p = basis[0].len();
    let apart = |column: &mut [f64]| {
        for vector in basis {
            let along = inner(vector, column);
            column
                .iter_mut()
                .zip(vector)
                .for_each(|(x, q)| *x -= along * q);
        }
    };
    let mut left = matrix.to_vec();
    left.chunks_mut(p).for_each(apart);
    // The other side by symmetry of the result's transpose.
    let mut turned: Vec<f64> = (0..p * p).map(|k| left[(k % p) * p + k / p]).collect();
    turned.chunks_mut(p).for_each(apart);
    turned
}

#[test]
fn energies_are_those_of_the_dense_matrices() {
    let Some(folder) = common::references() else {
        return;
    };
    for name in common::NAMES.into_iter().take(2) {
        let path = folder.join(format!("{name}.safetensors"));
        let reference = Reference::read(&path).expect("a reference");
        let problem = reference
            .problem(Precision::F64, &Device::flex())
            .expect("a problem");
        let space = problem.space();
        let dense = |part: Part| -> Vec<f64> {
            let matrix = to_dense(&problem.operator(part), 32).expect("a matrix");
            (0..matrix.ncols())
                .flat_map(|j| (0..matrix.nrows()).map(move |i| (i, j)))
                .map(|at| matrix[at])
                .collect()
        };
        let (hess, g, h) = (dense(Part::Hess), dense(Part::G), dense(Part::H));
        // Against the reference's own eigenvalues.
        let exact = &reference
            .tensor("hessian.eigenvalues")
            .expect("a spectrum")
            .values;
        let norm = inner(exact, exact);
        assert!((inner(&hess, &hess) - norm).abs() < 1e-8 * norm, "{name}");

        let options = SubspaceOptions {
            pairs: 3,
            tolerance: 1e-9,
            max_iterations: 500,
            ..SubspaceOptions::default()
        };
        let top = subspace_iteration(&problem.operator(Part::Hess), &options, None).expect("pairs");
        let pairs: Eigenpairs<_> = top.pairs;
        let basis: Vec<Vec<f64>> = pairs.vectors.iter().map(|v| space.to_host(v)).collect();
        let (hess, g, h) = (
            projected(&hess, &basis),
            projected(&g, &basis),
            projected(&h, &basis),
        );
        let operator = |part: Part| problem.operator(part);
        let (of_g, of_h, of_hess) = (operator(Part::G), operator(Part::H), operator(Part::Hess));
        let deflated = |operator| Deflated::new(operator, &pairs).expect("orthonormal");
        let (of_g, of_h, of_hess) = (deflated(&of_g), deflated(&of_h), deflated(&of_hess));
        let probes = 200;
        let mut samples = EnergySamples::default();
        samples.extend(&of_g, &of_h, 11, probes).expect("products");
        let mut whole = EnergySamples::default();
        whole.extend(&of_hess, &of_h, 11, probes).expect("products");
        // Hess = G + H, of the same probes.
        for i in 0..probes {
            let sum = samples.first[i] + samples.second[i] + 2.0 * samples.inner[i];
            let error = (whole.first[i] - sum).abs();
            assert!(error <= 1e-10 * whole.first[i], "{name}: {error:e}");
        }
        let split = samples.split(0.95).expect("estimates");
        for (estimate, exact) in [
            (split.first, inner(&g, &g)),
            (split.second, inner(&h, &h)),
            (split.cross, 2.0 * inner(&g, &h)),
            (split.total, inner(&hess, &hess)),
        ] {
            let error = estimate.standard_error.expect("an error");
            println!("{name} {} ± {error} of {exact}", estimate.mean);
            assert!((estimate.mean - exact).abs() < 3.0 * error, "{name}");
        }
        let share = inner(&h, &h) / (inner(&g, &g) + inner(&h, &h));
        assert!(
            split.second_share.contains(share),
            "{name}: {split:?} {share}"
        );
    }
}
