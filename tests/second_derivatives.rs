//! Second derivatives through normalizations, against closed forms in float64, at points where nested forward-mode
//! differentiation in PyTorch 2.15 gives other values (pytorch/pytorch issues 196699 and 196700).
//!
//! With one parameter t, f(t) the sum of the N logits, and targets N/2 below them, H of the mean squared error is f''(t).

use burn::module::{Module, Param};
use burn::nn::{LayerNorm, LayerNormConfig};
use burn::tensor::{DType, Device, Tensor, TensorData};
use hesscope::hvp::{Loss, Part, Precision, Problem, ProblemOptions, Samples, Targets};
use hesscope::models::{BatchNorm, BnMode, Buffer};
use hesscope::spectral::{LinearOperator, VectorSpace};

/// A tensor of float64.
fn tensor<const D: usize>(values: &[f64], shape: [usize; D]) -> Tensor<D> {
    let device = Device::flex();
    Tensor::from_data(
        TensorData::new(values.to_vec(), shape),
        (&device, DType::F64),
    )
}

/// f''(t) of a module whose one trained number is t, over all examples as one batch.
fn second_derivative<M: Module, const D: usize>(
    module: &M,
    inputs: Tensor<D>,
    forward: impl Fn(&M, Tensor<D>) -> Tensor<2>,
) -> f64 {
    let count = inputs.dims()[0];
    let inputs = inputs.into_data();
    let open = |targets: Vec<f64>| {
        let data = Samples {
            inputs: inputs.clone(),
            targets: Targets::Values(TensorData::new(targets, [count, 1])),
            counted: None,
        };
        let options = ProblemOptions {
            precision: Precision::F64,
            batch_size: Some(count),
            ..ProblemOptions::default()
        };
        let device = Device::flex();
        Problem::with_objective(
            module,
            &forward,
            data,
            Loss::MeanSquaredError,
            &device,
            options,
        )
        .expect("a problem")
    };
    let logits = open(vec![0.0; count]).evaluate().expect("logits").logits;
    let below = logits.iter().map(|z| z - count as f64 / 2.0).collect();
    let problem = open(below);
    let space = problem.space();
    let mut direction = vec![0.0; space.dim()];
    direction[0] = 1.0;
    assert_eq!(problem.parameters()[0].len(), 1, "t comes first");
    let product = problem
        .operator(Part::H)
        .apply(&[space.from_host(&direction)])
        .expect("a product");
    space.to_host(&product[0])[0]
}

#[derive(Module, Debug)]
struct Layers {
    t: Param<Tensor<1>>,
    norm: LayerNorm,
}

/// f(t) = -t / √(1 + t²), so f''(t) = 3 t / (1 + t²)^(5/2).
#[test]
fn layer_normalization() {
    let t = 0.7;
    let mut norm = LayerNormConfig::new(2)
        .with_epsilon(0.25)
        .init(&Device::flex());
    norm.gamma = Param::from_tensor(tensor(&[1.0, 2.0], [2]));
    norm.beta = Some(Param::from_tensor(tensor(&[0.0, 0.0], [2])));
    let module = Layers {
        t: Param::from_tensor(tensor(&[t], [1])),
        norm,
    };
    let found = second_derivative(&module, tensor(&[1.0, 0.0], [1, 2]), |module, x| {
        module
            .norm
            .forward(x * module.t.val().unsqueeze())
            .sum_dim(1)
    });
    let expected = 3.0 * t / (1.0 + t * t).powf(2.5);
    assert!((found - expected).abs() < 1e-12, "{found} and {expected}");
}

#[derive(Module, Debug)]
struct Batches {
    t: Param<Tensor<1>>,
    norm: BatchNorm,
}

/// The value of each element is a t + b t² + c, and another number its weight in f. The expected values are those of reverse mode
/// twice in PyTorch through statistics written out, which central differences confirm to 1e-6.
#[test]
fn batch_normalization_with_the_statistics_of_the_batch() {
    let coefficients = |place: usize| {
        let i = place as f64;
        [i + 1.0, (place % 3) as f64 - 1.0, i, i + 1.0]
    };
    let mut numbers = Vec::new();
    for example in 0..2 {
        for kind in 0..4 {
            numbers.extend((0..4).map(|place| coefficients(4 * example + place)[kind]));
        }
    }
    let (gamma, beta, epsilon) = ([1.5, -0.5], [0.25, 1.0], 0.25);
    for (t, expected) in [(-6.0, -0.207_030_156_469_93), (0.5, -0.188_332_535_266_88)] {
        let module = Batches {
            t: Param::from_tensor(tensor(&[t], [1])),
            norm: BatchNorm {
                weight: Param::from_tensor(tensor(&gamma, [2])),
                bias: Param::from_tensor(tensor(&beta, [2])),
                running_mean: Buffer::new(tensor(&[0.0, 0.0], [2])),
                running_var: Buffer::new(tensor(&[1.0, 1.0], [2])),
                epsilon,
                momentum: 0.1,
            },
        };
        let found = second_derivative(&module, tensor(&numbers, [2, 4, 2, 2]), |module, x| {
            let part = |kind: usize| x.clone().narrow(1, kind, 1).reshape([-1, 2, 2, 1]);
            let t = module.t.val().reshape([1, 1, 1, 1]);
            let values = part(0) * t.clone() + part(1) * t.clone() * t + part(2);
            let weighted = module.norm.forward(values, BnMode::Batch) * part(3);
            weighted.reshape([-1, 4]).sum_dim(1)
        });
        assert!((found - expected).abs() < 1e-10, "{found} and {expected}");
    }
}
