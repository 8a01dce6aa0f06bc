//! Products with the Hessian against central differences of the gradient, in float64.

mod common;

use burn::tensor::Device;
use hesscope_hvp::{Part, Precision};
use hesscope_spectral::{LinearOperator, VectorSpace};
use hesscope_verify::Reference;

#[test]
fn hessian_is_the_derivative_of_the_gradient() {
    let Some(folder) = common::references() else {
        return;
    };
    for name in common::NAMES {
        let reference =
            Reference::read(&folder.join(format!("{name}.safetensors"))).expect("a reference");
        let mut problem = reference
            .problem(Precision::F64, &Device::flex())
            .expect("a problem");
        let space = problem.space().clone();
        let v =
            space.from_host(&reference.to_program(&reference.directions.values[..reference.dim()]));
        let product = space.to_host(
            &problem
                .operator(Part::Hess)
                .apply(std::slice::from_ref(&v))
                .expect("a product")[0],
        );
        let origin = problem.point();
        let step = 1e-6 / space.norm(&v);
        let mut gradient = |step: f64| {
            let mut moved = origin.clone();
            space.axpy(step, &v, &mut moved);
            problem.move_to(&moved).expect("a move");
            space.to_host(&problem.gradient().expect("a gradient"))
        };
        let (ahead, behind) = (gradient(step), gradient(-step));
        let norm =
            |values: &mut dyn Iterator<Item = f64>| values.map(|x| x * x).sum::<f64>().sqrt();
        let error = norm(
            &mut (0..product.len()).map(|i| (ahead[i] - behind[i]) / (2.0 * step) - product[i]),
        ) / norm(&mut product.iter().copied());
        println!("{name} {error:e}");
        assert!(error < 1e-6, "{name}: {error:e}");
    }
}

/// The biases of a convolution before train-mode normalization change nothing, whatever the other
/// parameters: their rows of the Hessian vanish.
#[test]
fn normalization_cancels_the_bias_before_it() {
    let Some(folder) = common::references() else {
        return;
    };
    let reference = Reference::read(&folder.join("vgg_bn_train.safetensors")).expect("a reference");
    let problem = reference
        .problem(Precision::F64, &Device::flex())
        .expect("a problem");
    let space = problem.space();
    let rows = reference.directions.values.chunks(reference.dim());
    let block: Vec<_> = rows
        .map(|row| space.from_host(&reference.to_program(row)))
        .collect();
    for part in Part::MAIN {
        let products = problem.operator(part).apply(&block).expect("products");
        for product in &products {
            let product = space.to_host(product);
            let largest = product.iter().fold(0.0f64, |a, b| a.max(b.abs()));
            let (mut start, mut cancelled) = (0, 0);
            for parameter in problem.parameters() {
                let end = start + parameter.len();
                if ["layers.0.Conv.bias", "layers.4.Conv.bias"].contains(&parameter.path.as_str()) {
                    let worst = product[start..end]
                        .iter()
                        .fold(0.0f64, |a, b| a.max(b.abs()));
                    assert!(
                        worst < 1e-13 * largest,
                        "{part}: {} {worst:e}",
                        parameter.path
                    );
                    cancelled += 1;
                }
                start = end;
            }
            assert_eq!(cancelled, 2, "the paths are {:?}", problem.parameters());
        }
        for (i, a) in block.iter().enumerate() {
            for (j, b) in block.iter().enumerate().take(i) {
                let (first, second) = (space.dot(a, &products[j]), space.dot(b, &products[i]));
                assert!(
                    (first - second).abs() < 1e-12 * first.abs().max(1.0),
                    "{part} is not symmetric"
                );
            }
        }
    }
}
