//! Small models of several exporters, opsets and forms, against PyTorch in float64, ONNX Runtime and ONNX's reference
//! evaluator.

use hesscope_hvp::{Examples, HvpError, Objective, Precision, ProblemOptions};
use hesscope_onnx::{Model, Selection};

use burn::tensor::Device;

use crate::common::{
    Numbers, Reordering, distance, fixtures, host, logits, options, problem, products,
};

fn read(name: &str) -> (Model, Numbers) {
    let folder = fixtures();
    let model = Model::read(&folder.join(format!("{name}.onnx"))).expect("a model");
    (
        model,
        Numbers::read(&folder.join(format!("{name}.safetensors"))),
    )
}

/// Names of the parameters in the order of the vectors, those of the module.
fn agrees(name: &str, tolerance: f64) {
    let (model, numbers) = read(name);
    let ours = logits(&model, &Selection::default(), numbers.tensor("input"));
    let error = distance(&ours, &numbers.values("logits"));
    assert!(error <= tolerance, "{name}: logits {error:e}");
    let problem = problem(&model, numbers.examples(), options(Precision::F64));
    let order = Reordering::new(&problem, &numbers.order());
    let gradient = order.to_file(&host(&problem.gradient().expect("a gradient")));
    let products = products(&problem, &order, &numbers.values("v"));
    for (what, ours) in [("gradient", gradient), ("hessian.matvec", products)] {
        let error = distance(&ours, &numbers.values(what));
        println!("{name:12} {what:15} {error:.1e}");
        assert!(error <= tolerance, "{name}: {what} {error:e}");
    }
}

#[test]
fn normalizations_pooling_and_transposed_convolutions() {
    agrees("norms", 1e-10);
}

#[test]
fn activations_in_float64() {
    agrees("activations", 1e-10);
}

#[test]
fn sequences_in_opset_13() {
    agrees("sequences", 1e-10);
}

#[test]
fn a_mixer_in_opset_11() {
    agrees("mixer", 1e-10);
}

/// The triangle of ones is no parameter, and the embedding is one although it is used twice.
#[test]
fn a_tied_head() {
    agrees("tied", 1e-10);
}

#[test]
fn models_by_hand_give_the_logits_of_other_evaluators() {
    for name in ["functions", "attention", "lookups", "opset11"] {
        let (model, numbers) = read(name);
        let ours = logits(&model, &Selection::default(), numbers.tensor("input"));
        let error = distance(&ours, &numbers.values("logits"));
        println!("{name:12} logits {error:.1e}");
        // They compute in float32.
        assert!(error <= 1e-5, "{name}: {error:e}");
    }
}

/// A batch of two goes over four examples, and over no three.
#[test]
fn a_fixed_batch() {
    agrees("fixed", 1e-10);
    let (model, numbers) = read("fixed");
    let selection = Selection::default();
    assert_eq!(model.fixed_batch(&selection).expect("an input"), Some(2));
    let two = numbers.examples();
    let repeated = |indices: &[usize]| two.select(indices).expect("examples");
    let exact = options(Precision::F64);
    let of = |examples: Examples, options: ProblemOptions| {
        model.problem(
            &selection,
            examples,
            Objective::default(),
            &Device::flex(),
            options,
        )
    };
    let twice = of(repeated(&[0, 1, 1, 0]), exact).expect("two batches");
    assert_eq!((twice.batch_size(), twice.examples()), (2, 4));
    // Each example counts twice: the mean is the same.
    let order = Reordering::new(&twice, &numbers.order());
    let ours = products(&twice, &order, &numbers.values("v"));
    assert!(distance(&ours, &numbers.values("hessian.matvec")) <= 1e-10);
    // Gradients of single examples, of batches of copies: their mean is the gradient.
    let rows = twice
        .row_gradients()
        .expect("rows with gradients of their own");
    assert_eq!(rows.len(), 4);
    let mut mean = vec![0.0; twice.program().dim()];
    for row in &rows {
        mean.iter_mut()
            .zip(host(row))
            .for_each(|(sum, g)| *sum += g / 4.0);
    }
    assert!(distance(&order.to_file(&mean), &numbers.values("gradient")) <= 1e-10);

    let message = |made: Result<_, HvpError>| match made {
        Ok(_) => panic!("refused"),
        Err(error) => error.to_string(),
    };
    assert_eq!(
        message(of(repeated(&[0, 1, 1]), exact)),
        "the network takes batches of 2 alone and 3 is no multiple of 2: give 2 or 4 examples, or export the network for a \
         batch of any size"
    );
    let three = ProblemOptions {
        batch_size: Some(3),
        ..exact
    };
    assert_eq!(
        message(of(repeated(&[0, 1, 1, 0]), three)),
        "the network takes batches of 2 alone: leave `batch_size` out or set it to 2"
    );
    assert_eq!(
        message(of(repeated(&[1]), exact)),
        "the network takes batches of 2 alone and 1 is no multiple of 2: give 2 examples, or export the network for a batch of \
         any size"
    );
}
