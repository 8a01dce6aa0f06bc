//! Programs of one model for several sizes of batch, and data that go over them.

use hesscope_hvp::{Precision, ProblemOptions};
use hesscope_onnx::{Model, Selection};

use crate::common::{
    Numbers, Reordering, distance, fixtures, host, logits, options, problem, products,
};

const NAMES: [&str; 4] = ["norms", "mixer", "sequences", "tied"];

#[test]
fn products_do_not_depend_on_the_batches() {
    for name in NAMES {
        let model = Model::read(&fixtures().join(format!("{name}.onnx"))).expect("a model");
        let numbers = Numbers::read(&fixtures().join(format!("{name}.safetensors")));
        for batch_size in [1, 2, 3, 4] {
            let sized = ProblemOptions {
                batch_size: Some(batch_size),
                ..options(Precision::F64)
            };
            let problem = problem(&model, numbers.examples(), sized);
            assert_eq!(problem.batch_size(), batch_size);
            let order = Reordering::new(&problem, &numbers.order());
            let ours = products(&problem, &order, &numbers.values("v"));
            let error = distance(&ours, &numbers.values("hessian.matvec"));
            assert!(
                error <= 1e-10,
                "{name} in batches of {batch_size}: {error:e}"
            );
            assert!(host(&problem.gradient().expect("a gradient")).len() == ours.len() / 2);
        }
    }
}

#[test]
fn logits_of_one_example_are_those_in_a_batch() {
    for name in NAMES {
        let model = Model::read(&fixtures().join(format!("{name}.onnx"))).expect("a model");
        let numbers = Numbers::read(&fixtures().join(format!("{name}.safetensors")));
        let all = numbers.values("logits");
        let examples = numbers.examples();
        let count = examples.inputs.shape()[0];
        for index in 0..count {
            let one = examples.select(&[index]).expect("an example").inputs;
            let ours = logits(&model, &Selection::default(), one);
            let each = all.len() / count;
            assert!(
                distance(&ours, &all[index * each..(index + 1) * each]) <= 1e-10,
                "{name} {index}"
            );
        }
    }
}
