//! The shared models against the exact answers of PyTorch in float64.

use faer::Side;
use hesscope_hvp::{Precision, Problem};
use hesscope_onnx::{Model, Selection};
use hesscope_spectral::{VectorSpace, to_dense};

use crate::common::{
    Numbers, Reordering, distance, host, logits, options, problem, products, shared,
};

const NAMES: [&str; 3] = ["residual", "vit", "char_lm"];

fn each(check: impl Fn(&str, &Model, &Numbers)) {
    let Some(folder) = shared() else {
        return;
    };
    for name in NAMES {
        let model = Model::read(&folder.join(format!("{name}.onnx"))).expect("a model");
        let numbers = Numbers::read(&folder.join(format!("{name}.safetensors")));
        check(name, &model, &numbers);
    }
}

fn agree(name: &str, problem: &Problem, numbers: &Numbers, tolerance: f64) {
    let order = Reordering::new(problem, &numbers.order());
    let gradient = order.to_file(&host(&problem.gradient().expect("a gradient")));
    let products = products(problem, &order, &numbers.values("v"));
    for (what, ours) in [("gradient", gradient), ("hessian.matvec", products)] {
        let error = distance(&ours, &numbers.values(what));
        println!("{name:10} {what:15} {error:.1e}");
        assert!(error <= tolerance, "{name}: {what} is off by {error:e}");
    }
}

#[test]
fn logits_are_those_of_pytorch() {
    each(|name, model, numbers| {
        let ours = logits(model, &Selection::default(), numbers.tensor("input"));
        let error = distance(&ours, &numbers.values("logits"));
        println!("{name:10} logits {error:.1e}");
        assert!(error <= 1e-10, "{name}: {error:e}");
    });
}

#[test]
fn gradients_and_products_agree_in_float64() {
    each(|name, model, numbers| {
        let problem = problem(model, numbers.examples(), options(Precision::F64));
        agree(name, &problem, numbers, 1e-10);
    });
}

#[test]
fn gradients_and_products_agree_in_float32() {
    each(|name, model, numbers| {
        let problem = problem(model, numbers.examples(), options(Precision::F32));
        agree(name, &problem, numbers, 1e-4);
    });
}

#[test]
fn eigenvalues_agree() {
    each(|name, model, numbers| {
        let problem = problem(model, numbers.examples(), options(Precision::F64));
        let dense = to_dense(&problem.operator(hesscope_hvp::Part::Hess), 16).expect("the Hessian");
        let eigen = dense
            .self_adjoint_eigenvalues(Side::Lower)
            .expect("eigenvalues");
        let mut expected = numbers.values("hessian.eigenvalues");
        expected.sort_by(f64::total_cmp);
        let largest = expected.iter().fold(0.0f64, |m, x| m.max(x.abs()));
        let pairs = eigen.iter().zip(&expected);
        let error = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max) / largest;
        println!(
            "{name:10} eigenvalues {error:.1e} of {}",
            problem.space().dim()
        );
        assert!(error <= 1e-8, "{name}: {error:e}");
    });
}
