//! Estimated spectra against the exact ones of the references, in float64.

mod common;

use burn::tensor::Device;
use hesscope_hvp::{Part, Precision, ProblemOptions};
use hesscope_spectral::{
    Breakdown, ProbeKind, Reorthogonalisation, SlqOptions, SubspaceOptions, VectorSpace, slq,
    spectral_range, subspace_iteration,
};
use hesscope_verify::Reference;

/// The networks in evaluation mode. The one in train mode is compared by its products (see `references.rs`).
fn names() -> impl Iterator<Item = &'static str> {
    common::NAMES
        .into_iter()
        .filter(|name| name.ends_with("_eval"))
}

/// Rounding of the references' own eigenvalues and of ours, relative to the norm.
const TOLERANCE: f64 = 1e-8;

fn tensor(part: Part) -> String {
    match part {
        Part::Hess => "hessian.eigenvalues".into(),
        part => format!("{part}.eigenvalues"),
    }
}

#[test]
fn quadrature_with_p_steps_is_the_spectrum() {
    let Some(folder) = common::references() else {
        return;
    };
    for name in names() {
        let path = folder.join(format!("{name}.safetensors"));
        let reference = Reference::read(&path).expect("a reference");
        let problem = reference
            .problem(Precision::F64, &Device::flex())
            .expect("a problem");
        for part in Part::ALL {
            let exact = &reference.tensor(&tensor(part)).expect("a spectrum").values;
            let density = slq(
                &problem.operator(part),
                &SlqOptions {
                    probes: 1,
                    steps: reference.dim(),
                    kind: ProbeKind::Gaussian,
                    seed: 1,
                    reorthogonalisation: Reorthogonalisation::Full,
                    breakdown: Breakdown::Restart,
                    block_size: 0,
                },
            )
            .expect("a density");
            assert!(density.exact);
            let norm = exact
                .iter()
                .fold(0.0f64, |norm, value| norm.max(value.abs()));
            let mut nodes = density.quadratures[0].nodes.clone();
            nodes.sort_by(f64::total_cmp);
            assert_eq!(nodes.len(), exact.len());
            let worst = nodes
                .iter()
                .zip(exact)
                .map(|(ours, exact)| (ours - exact).abs())
                .fold(0.0, f64::max);
            println!(
                "{name:12} {part:4} eigenvalues off by {:.1e} of the norm",
                worst / norm
            );
            assert!(worst < TOLERANCE * norm, "{name} {part}: {worst:e}");
            for order in 1..=4 {
                let moment = |power: &dyn Fn(f64) -> f64| {
                    exact.iter().map(|&value| power(value)).sum::<f64>() / exact.len() as f64
                };
                let expected = moment(&|value| value.powi(order));
                // The trace of H vanishes for networks that are linear beyond their activations'
                // kinks, so a moment is held against the mean of |λ|^k, which it cannot exceed.
                let scale = moment(&|value| value.abs().powi(order));
                let ours = density.moments(order as u32).pop().expect("a moment").mean;
                assert!(
                    (ours - expected).abs() < TOLERANCE * scale,
                    "{name} {part}: moment {order} is {ours:e}, not {expected:e}"
                );
            }
        }
    }
}

#[test]
fn leading_eigenvalues_are_exact() {
    let Some(folder) = common::references() else {
        return;
    };
    for name in names() {
        let path = folder.join(format!("{name}.safetensors"));
        let reference = Reference::read(&path).expect("a reference");
        let problem = reference
            .problem(Precision::F64, &Device::flex())
            .expect("a problem");
        for part in Part::MAIN {
            let mut exact = reference
                .tensor(&tensor(part))
                .expect("a spectrum")
                .values
                .clone();
            exact.sort_by(|a, b| b.abs().total_cmp(&a.abs()));
            let operator = problem.operator(part);
            let options = SubspaceOptions {
                pairs: 4,
                oversampling: 20,
                max_iterations: 400,
                tolerance: 1e-10,
                ..SubspaceOptions::default()
            };
            let top = subspace_iteration(&operator, &options, None).expect("eigenpairs");
            assert!(top.converged, "{name} {part}: {:?}", top.pairs.residuals);
            for (ours, exact) in top.pairs.values.iter().zip(&exact) {
                assert!(
                    (ours - exact).abs() < TOLERANCE * exact.abs(),
                    "{name} {part}: {ours:e} is not {exact:e}"
                );
            }
            let range = spectral_range(&operator, &Default::default()).expect("a range");
            let (least, largest) = (
                exact.iter().copied().fold(f64::INFINITY, f64::min),
                exact.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            );
            assert!(
                range.lower <= least && largest <= range.upper,
                "{name} {part}: {range:?}"
            );
        }
    }
}

/// The directions and the mini-batch are a matter of memory, not of the result.
#[test]
fn products_do_not_depend_on_how_the_work_is_cut() {
    let Some(folder) = common::references() else {
        return;
    };
    let reference = Reference::read(&folder.join("vgg_bn_eval.safetensors")).expect("a reference");
    let rows = || reference.directions.values.chunks(reference.dim());
    let products = |directions: usize, batch_size: usize| {
        let options = ProblemOptions {
            precision: Precision::F64,
            batch_size: Some(batch_size),
            directions,
            ..ProblemOptions::default()
        };
        let problem = reference
            .problem_with(&Device::flex(), options)
            .expect("a problem");
        let space = problem.space();
        let block: Vec<_> = rows()
            .map(|row| space.from_host(&reference.to_program(row)))
            .collect();
        use hesscope_spectral::LinearOperator;
        let products = problem
            .operator(Part::Hess)
            .apply(&block)
            .expect("products");
        products
            .iter()
            .flat_map(|product| space.to_host(product))
            .collect::<Vec<f64>>()
    };
    let whole = products(3, 20);
    let norm = whole.iter().map(|x| x * x).sum::<f64>().sqrt();
    for (directions, batch_size) in [(1, 20), (2, 7), (8, 1), (3, 19)] {
        let cut = products(directions, batch_size);
        let difference = whole
            .iter()
            .zip(&cut)
            .map(|(a, b)| (a - b).powi(2))
            .sum::<f64>()
            .sqrt();
        assert!(
            difference < 1e-13 * norm,
            "K {directions}, batch {batch_size}: {difference:e}"
        );
    }
}
