//! What capture refuses, how it says so, and what it leaves as it was.

mod common;

use burn::module::Module;
use burn::nn::conv::{Conv3d, Conv3dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig};
use burn::tensor::{Device, Tensor, TensorData};
use common::networks::{Cnn, Mlp, Network, Residual};
use common::{exact, examples, filled};
use hesscope_hvp::{CaptureError, Examples, HvpError, Precision, Problem, capture};

/// linear, then an operation of the test's choice.
#[derive(Module, Debug)]
struct Odd {
    encoder: Linear,
    volume: Conv3d,
    head: Linear,
}

fn odd() -> Odd {
    let device = Device::flex();
    Odd {
        encoder: LinearConfig::new(8, 8).init(&device),
        volume: Conv3dConfig::new([1, 1], [1, 1, 1]).init(&device),
        head: LinearConfig::new(8, 2).init(&device),
    }
}

fn refused(forward: impl FnOnce(&Odd, Tensor<2>) -> Tensor<2>) -> CaptureError {
    capture(&odd(), [3, 8], forward).expect_err("there is no rule")
}

#[test]
fn an_operation_without_a_rule_is_named_with_its_layer() {
    let error = refused(|net, x| net.head.forward(net.encoder.forward(x).atan()));
    let CaptureError::NoRule { operation, layer } = &error else {
        panic!("another error: {error}");
    };
    assert_eq!((operation.as_str(), layer.as_str()), ("ArcTan", "encoder"));
    assert!(
        error
            .to_string()
            .contains("`ArcTan` near the layer `encoder`")
    );

    let error = refused(|net, x| {
        let volume = net.encoder.forward(x).reshape([3, 1, 2, 2, 2]);
        net.head.forward(net.volume.forward(volume).reshape([3, 8]))
    });
    let CaptureError::NoRule { operation, layer } = &error else {
        panic!("another error: {error}");
    };
    assert_eq!((operation.as_str(), layer.as_str()), ("Conv3d", "volume"));
}

#[test]
fn an_operation_the_logits_do_not_need_is_no_obstacle() {
    let program = capture(&odd(), [3, 8], |net: &Odd, x| {
        let y = net.encoder.forward(x);
        let _unused = y.clone().atan();
        net.head.forward(y)
    })
    .expect("rules for all that is needed");
    let names: Vec<&str> = program
        .nodes()
        .iter()
        .map(|node| node.rule.name())
        .collect();
    // Two linear layers, each as Burn records it.
    assert_eq!(names, ["matmul", "reshape", "add"].repeat(2));
    assert_eq!((program.batch(), program.classes()), (3, 2));
    assert_eq!(program.rows_per_example(), 1);
    // conv3d's weight and bias are parameters too, though nothing reads them.
    assert_eq!(program.dim(), 8 * 8 + 8 + 2 + 8 * 2 + 2);
}

#[test]
fn a_network_on_an_autodiff_device_is_refused() {
    let network = Mlp::new().train();
    let error = capture(&network, [1, 1, 2, 2], |net: &Mlp, x| net.forward(x))
        .expect_err("an autodiff device");
    assert!(matches!(error, CaptureError::Autodiff), "{error}");
    assert!(error.to_string().contains("module.valid()"));
    capture(&network.valid(), [1, 1, 2, 2], |net: &Mlp, x| {
        net.forward(x)
    })
    .expect("what the message advises works");
}

#[test]
fn logits_of_another_shape_are_refused() {
    let error = refused(|net, x| net.encoder.forward(x).reshape([8, 3]));
    let CaptureError::Logits { shape, batch } = &error else {
        panic!("another error: {error}");
    };
    assert_eq!((shape.as_slice(), *batch), ([8, 3].as_slice(), 3));
}

fn problem_error(examples: Examples) -> String {
    let made = Problem::new(
        &Mlp::new(),
        |net: &Mlp, x| net.forward(x),
        examples,
        &Device::flex(),
        exact(),
    );
    match made {
        Err(error @ HvpError::Input(_)) => error.to_string(),
        Err(error) => panic!("another error: {error}"),
        Ok(_) => panic!("no error"),
    }
}

#[test]
fn labels_and_inputs_must_fit() {
    let too_large = problem_error(examples::<Mlp>(&[0, 3], 1));
    assert!(
        too_large.contains("a label is 3") && too_large.contains("below 3"),
        "{too_large}"
    );

    let mut short = examples::<Mlp>(&[0, 1], 1);
    short.labels.pop();
    let short = problem_error(short);
    assert!(short.contains("1 labels"), "{short}");

    let none = problem_error(Examples {
        inputs: TensorData::new(Vec::<f32>::new(), [0, 1, 2, 2]),
        labels: Vec::new(),
    });
    assert!(none.contains("at least one"), "{none}");

    let flat = problem_error(Examples {
        inputs: TensorData::new(vec![0.0f32; 8], [2, 4]),
        labels: vec![0, 1],
    });
    assert!(flat.contains("4 axes"), "{flat}");
}

fn statistics(bn: &BatchNorm) -> Vec<f32> {
    let read = |tensor: Tensor<1>| tensor.into_data().try_to_vec::<f32>().expect("float32");
    [read(bn.running_mean.value()), read(bn.running_var.value())].concat()
}

#[derive(Module, Debug)]
struct Normalized {
    bn: BatchNorm,
    head: Linear,
}

#[test]
fn running_statistics_stay_where_and_what_they_were() {
    let device = Device::flex();
    let network = filled(
        Normalized {
            bn: BatchNormConfig::new(4).init(&device),
            head: LinearConfig::new(4, 2).init(&device),
        },
        9,
        Precision::F32,
    );
    let before = statistics(&network.bn);
    let forward = |net: &Normalized, x: Tensor<2>| net.head.forward(net.bn.forward(x));
    for _ in 0..2 {
        let program = capture(&network, [3, 4], forward).expect("rules for all of it");
        let paths: Vec<&str> = program
            .parameters()
            .iter()
            .map(|p| p.path.as_str())
            .collect();
        assert_eq!(paths, ["bn.gamma", "bn.beta", "head.weight", "head.bias"]);
    }
    assert_eq!(statistics(&network.bn), before);
    // And they still compute where they are.
    let y = forward(&network, Tensor::ones([3, 4], &device));
    let y = y.into_data().try_to_vec::<f32>().expect("float32");
    assert!(y.iter().all(|y| y.is_finite()));
}

#[test]
fn captured_networks_give_the_logits_of_the_module() {
    fn check<N: Network>() {
        let network = filled(N::new(), 6, Precision::F64);
        let examples = examples::<N>(&[0, 1, 2, 1], 4);
        let data = examples.inputs.clone();
        let x = Tensor::<4>::from_data(data, (&Device::flex(), burn::tensor::DType::F64));
        let expected: Vec<f64> = network.forward(x).into_data().iter::<f64>().collect();
        let problem = Problem::new(
            &network,
            |net: &N, x| net.forward(x),
            examples,
            &Device::flex(),
            exact(),
        )
        .expect("rules for all of it");
        let logits = problem.evaluate().expect("a pass").logits;
        common::close(&logits, &expected, 1e-14, "logits");
    }
    check::<Mlp>();
    check::<Cnn>();
    check::<Residual>();
}

#[test]
fn threads_capture_at_once() {
    let network = filled(Residual::new(), 6, Precision::F32);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                capture(&network, [2, 1, 6, 6], |net: &Residual, x| net.forward(x))
                    .expect("rules for all of it")
            });
        }
    });
}
