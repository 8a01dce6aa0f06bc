//! Convolution, pooling and normalization over images and sequences: each operation of Burn is captured,
//! its rule is checked as `common::cases` says, its value against the operation itself and its pull-back
//! against Burn's own reverse mode, all in float64.

mod common;

use std::sync::Arc;

use burn::nn::Relu;
use burn::tensor::activation::relu;
use burn::tensor::module::{
    adaptive_avg_pool1d, adaptive_avg_pool2d, avg_pool1d, avg_pool2d, batch_norm, batch_norm_train,
    conv_transpose1d, conv_transpose2d, conv1d, conv2d, max_pool1d, max_pool2d,
};
use burn::tensor::{DType, Device, Tensor, TensorData};
use burn_backend::ops::{AvgPoolOptions, ConvOptions, ConvTransposeOptions, MaxPoolOptions};
use common::Numbers;
use common::cases::{Case, case, distance, run};
use hesscope_hvp::rules::batch_norm_relu::BatchNormRelu;
use hesscope_hvp::rules::batch_norm_train::BatchNormTrain;
use hesscope_hvp::rules::normalization::BatchNorm;
use hesscope_hvp::rules::{Point, Rule};
use hesscope_hvp::{Array, Precision, capture};

/// A tensor of Burn's with the numbers of an array.
fn tensor<const D: usize>(array: &Array, device: &Device) -> Tensor<D> {
    let data = array.to_data().expect("the CPU reads its own memory");
    Tensor::from_data(data, (device, DType::F64))
}

/// The rule for the first operation that is recorded of `forward`.
fn rule_of<const D: usize>(
    shape: [usize; D],
    forward: impl Fn(Tensor<D>) -> Tensor<D>,
) -> Arc<dyn Rule> {
    let logits = |_: &Relu, x| {
        let y = forward(x);
        let [n, rest] = [y.dims()[0], y.dims()[1..].iter().product()];
        y.reshape([n, rest])
    };
    let program = capture(&Relu::new(), shape, logits).expect("an operation with a rule");
    program.nodes()[0].rule.clone()
}

fn shape<const D: usize>(array: &Array) -> [usize; D] {
    array.shape().try_into().expect("D axes")
}

/// What the rules call themselves.
const NAMES: [&str; 10] = [
    "conv1d",
    "conv2d",
    "conv_transpose1d",
    "conv_transpose2d",
    "max_pool1d",
    "max_pool2d",
    "avg_pool1d",
    "avg_pool2d",
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
];

/// An operation with a rule at some inputs: the first of D axes, perhaps a weight of as many, perhaps a
/// bias. `smooth` says that it has derivatives there.
fn check<const D: usize>(
    name: &'static str,
    inputs: Vec<Array>,
    smooth: bool,
    operation: impl Fn(Tensor<D>, Option<Tensor<D>>, Option<Tensor<1>>) -> Tensor<D>,
) {
    let on = |device: &Device| {
        let weight = inputs.get(1).map(|weight| tensor::<D>(weight, device));
        let bias = inputs.get(2).map(|bias| tensor::<1>(bias, device));
        (tensor::<D>(&inputs[0], device), weight, bias)
    };
    let rule = rule_of(shape::<D>(&inputs[0]), |x: Tensor<D>| {
        // Constants of the recorded graph, of which only the shapes matter.
        let device = x.device();
        let weight = inputs.get(1).map(|w| Tensor::zeros(shape::<D>(w), &device));
        let bias = inputs.get(2).map(|b| Tensor::zeros(shape::<1>(b), &device));
        operation(x, weight, bias)
    });
    assert!(NAMES.contains(&rule.name()), "{name} is {}", rule.name());
    let (value, saved) = rule.value(&inputs);
    let (x, weight, bias) = on(&Device::flex());
    let expected = operation(x, weight, bias);
    assert_eq!(value.shape(), expected.dims(), "{name}");
    let expected: Vec<f64> = expected.into_data().iter::<f64>().collect();
    let error = distance(&value, &expected);
    assert!(error < 1e-12, "{name}: value is off by {error:e}");

    let cotangent = Numbers(5).array(&value.shape(), -1.0, 1.0);
    let device = Device::flex().autodiff();
    let (x, weight, bias) = on(&device);
    let x = x.require_grad();
    let weight = weight.map(Tensor::require_grad);
    let bias = bias.map(Tensor::require_grad);
    let y = operation(x.clone(), weight.clone(), bias.clone());
    let gradients = (y * tensor::<D>(&cotangent, &device)).sum().backward();
    let numbers = |data: TensorData| data.iter::<f64>().collect::<Vec<f64>>();
    let mut expected = vec![numbers(x.grad(&gradients).expect("of x").into_data())];
    expected.extend(weight.map(|w| numbers(w.grad(&gradients).expect("of w").into_data())));
    expected.extend(bias.map(|b| numbers(b.grad(&gradients).expect("of b").into_data())));
    let at = Point {
        inputs: &inputs,
        value: &value,
        saved: &saved,
    };
    let mut lifted = vec![1];
    lifted.extend(value.shape());
    let pulled = rule.vjp(at, &cotangent.reshape(&lifted), &vec![true; inputs.len()]);
    assert_eq!(pulled.len(), expected.len(), "{name}");
    for (index, (pulled, expected)) in pulled.iter().zip(&expected).enumerate() {
        let error = distance(pulled.as_ref().expect("a wanted cotangent"), expected);
        assert!(error < 1e-12, "{name}: vjp of input {index}: {error:e}");
    }
    if inputs.len() > 1 {
        let unwanted = rule.vjp(at, &cotangent.reshape(&lifted), &vec![false; inputs.len()]);
        assert!(unwanted.iter().all(Option::is_none), "{name}: unwanted");
    }
    if smooth {
        // Everything moves, then each input stays once.
        let all = vec![false; inputs.len()];
        let mut fixed = vec![all.clone()];
        for index in 0..inputs.len() {
            let mut but_one = all.clone();
            but_one[index] = true;
            fixed.push(but_one);
        }
        fixed.retain(|fixed| fixed.contains(&false));
        run(fixed
            .into_iter()
            .map(|fixed| Case {
                name,
                rule: rule.clone(),
                inputs: inputs.clone(),
                fixed,
            })
            .collect());
    }
}

fn arrays<const N: usize>(seed: u64, shapes: [&[usize]; N]) -> Vec<Array> {
    let mut numbers = Numbers(seed);
    let array = |shape: &[usize]| numbers.array(shape, -1.0, 1.0);
    shapes.map(array).to_vec()
}

#[test]
fn convolutions_over_images() {
    let conv = |stride, padding: [(usize, usize); 2], dilation, groups| {
        ConvOptions::new_with_padding(stride, padding, dilation, groups)
    };
    let even = |rows, columns| [(rows, rows), (columns, columns)];
    let check = |name, shapes: [&[usize]; 2], bias: bool, options: ConvOptions<2>| {
        let mut inputs = arrays(6, shapes);
        if bias {
            inputs.extend(arrays(7, [&[shapes[1][0]]]));
        }
        check::<4>(name, inputs, true, |x, weight, bias| {
            conv2d(x, weight.expect("a weight"), bias, options.clone())
        });
    };
    let image: &[usize] = &[2, 3, 5, 4];
    let three: &[usize] = &[4, 3, 3, 3];
    let plain = conv([1, 1], even(1, 1), [1, 1], 1);
    check("same extents", [image, three], true, plain.clone());
    check(
        "no bias",
        [image, three],
        false,
        conv([1, 1], even(0, 0), [1, 1], 1),
    );
    check(
        "stride",
        [&[2, 3, 6, 7], &[4, 3, 3, 2]],
        true,
        conv([2, 3], even(1, 0), [1, 1], 1),
    );
    check(
        "stride past the kernel",
        [&[2, 2, 9, 8], &[3, 2, 2, 1]],
        true,
        conv([4, 3], even(0, 1), [1, 1], 1),
    );
    check(
        "dilation",
        [&[2, 3, 7, 6], &[4, 3, 3, 2]],
        false,
        conv([1, 2], even(2, 1), [2, 3], 1),
    );
    check(
        "groups",
        [&[2, 4, 5, 4], &[6, 2, 3, 3]],
        true,
        conv([1, 1], even(1, 1), [1, 1], 2),
    );
    check(
        "depthwise",
        [image, &[6, 1, 3, 2]],
        true,
        conv([2, 1], even(1, 1), [1, 1], 3),
    );
    check(
        "one pixel",
        [&[3, 2, 4, 3], &[5, 2, 1, 1]],
        true,
        conv([1, 1], even(0, 0), [1, 1], 1),
    );
    check(
        "uneven padding",
        [image, &[4, 3, 2, 3]],
        true,
        conv([1, 1], [(0, 2), (3, 1)], [1, 1], 1),
    );
    check(
        "window past the image",
        [&[2, 2, 2, 3], &[3, 2, 5, 4]],
        true,
        conv([1, 2], even(3, 2), [1, 1], 1),
    );
    check(
        "the whole image",
        [image, &[4, 3, 5, 4]],
        true,
        conv([1, 1], even(0, 0), [1, 1], 1),
    );
    // Channels enough for tiles, on GPUs too; odd and even sizes, zeros on one side or on none.
    for (name, image, padding) in [
        ("in tiles", [2, 8, 7, 6], even(1, 1)),
        ("in tiles without zeros", [3, 8, 5, 8], even(0, 0)),
        ("in tiles with uneven zeros", [1, 8, 4, 5], [(0, 2), (2, 1)]),
        ("in odd tiles", [2, 7, 6, 7], even(1, 2)),
    ] {
        check(
            name,
            [&image, &[image[1] + 1, image[1], 3, 3]],
            true,
            conv([1, 1], padding, [1, 1], 1),
        );
    }
    check(
        "quads in strides",
        [&[2, 8, 6, 5], &[4, 8, 3, 2]],
        true,
        conv([2, 1], even(1, 1), [1, 1], 1),
    );
    // More pixels than are unfolded at a time, in one image and in several.
    check(
        "many pixels",
        [&[1, 1, 25, 23], &[2, 1, 3, 3]],
        true,
        plain.clone(),
    );
    check(
        "many images",
        [&[7, 1, 10, 9], &[2, 1, 3, 3]],
        true,
        plain.clone(),
    );
    check(
        "many filters",
        [&[2, 1, 3, 4], &[67, 1, 2, 2]],
        false,
        plain,
    );
}

#[test]
fn convolutions_over_sequences() {
    let check = |name, shapes: [&[usize]; 3], options: ConvOptions<1>| {
        check::<3>(name, arrays(8, shapes), true, |x, weight, bias| {
            conv1d(x, weight.expect("a weight"), bias, options.clone())
        });
    };
    let conv = |stride, padding, dilation, groups| {
        ConvOptions::new_with_padding([stride], [padding], [dilation], groups)
    };
    check(
        "sequence",
        [&[2, 3, 7], &[4, 3, 3], &[4]],
        conv(1, (1, 1), 1, 1),
    );
    check(
        "sequence, all",
        [&[2, 4, 9], &[6, 2, 3], &[6]],
        conv(2, (0, 3), 2, 2),
    );
}

#[test]
fn transposed_convolutions() {
    let options = |stride, padding, out, dilation, groups| {
        ConvTransposeOptions::new(stride, padding, out, dilation, groups)
    };
    let images = |name, shapes: [&[usize]; 3], options: ConvTransposeOptions<2>| {
        check::<4>(name, arrays(9, shapes), true, |x, weight, bias| {
            conv_transpose2d(x, weight.expect("a weight"), bias, options.clone())
        });
    };
    images(
        "transposed",
        [&[2, 3, 4, 3], &[3, 4, 3, 2], &[4]],
        options([1, 1], [1, 0], [0, 0], [1, 1], 1),
    );
    images(
        "transposed, all",
        [&[2, 4, 3, 4], &[4, 3, 2, 3], &[6]],
        options([2, 3], [1, 1], [1, 2], [2, 1], 2),
    );
    check::<3>(
        "transposed sequence",
        arrays(10, [&[2, 4, 5], &[4, 3, 3], &[6]]),
        true,
        |x, weight, bias| {
            let options = ConvTransposeOptions::new([2], [1], [1], [2], 2);
            conv_transpose1d(x, weight.expect("a weight"), bias, options)
        },
    );
}

fn max_options<const N: usize>(
    kernel_size: [usize; N],
    stride: [usize; N],
    padding: [usize; N],
    dilation: [usize; N],
    ceil_mode: bool,
) -> MaxPoolOptions<N> {
    let mut options = MaxPoolOptions::new(kernel_size);
    options.stride = stride;
    options.padding = padding.map(|padding| (padding, padding));
    options.dilation = dilation;
    options.ceil_mode = ceil_mode;
    options
}

#[test]
fn max_pools() {
    let images = |name, options: MaxPoolOptions<2>| {
        check::<4>(name, arrays(11, [&[2, 3, 7, 6]]), true, |x, _, _| {
            max_pool2d(x, options.clone())
        });
    };
    images("max", max_options([2, 2], [2, 2], [0, 0], [1, 1], false));
    images(
        "max overlap",
        max_options([3, 2], [1, 1], [1, 0], [1, 1], false),
    );
    images(
        "max ceil",
        max_options([2, 3], [2, 4], [0, 0], [1, 1], true),
    );
    images(
        "max dilation",
        max_options([3, 2], [2, 1], [1, 1], [2, 3], true),
    );
    images(
        "max gaps",
        max_options([2, 1], [3, 4], [0, 0], [1, 1], false),
    );
    check::<3>(
        "max sequence",
        arrays(12, [&[2, 3, 11]]),
        true,
        |x, _, _| max_pool1d(x, max_options([3], [2], [1], [2], true)),
    );
}

#[test]
fn the_first_of_equals_wins() {
    let values = [1.0, 2.0, 2.0, 1.0, 2.0, 2.0, 0.0, 2.0, 2.0, 2.0, 1.0, 2.0];
    let image = Array::from_vec(
        values.to_vec(),
        &[1, 1, 3, 4],
        Precision::F64,
        &Device::flex(),
    );
    for options in [
        max_options([2, 2], [1, 1], [0, 0], [1, 1], false),
        max_options([3, 3], [2, 1], [1, 1], [1, 1], true),
    ] {
        check::<4>("ties", vec![image.clone()], false, |x, _, _| {
            max_pool2d(x, options.clone())
        });
    }
}

#[test]
fn average_pools() {
    let options = |kernel, stride, padding: [usize; 2], count_include_pad, ceil_mode| {
        let mut options = AvgPoolOptions::new(kernel);
        options.stride = stride;
        options.padding = padding.map(|padding| (padding, padding));
        options.count_include_pad = count_include_pad;
        options.ceil_mode = ceil_mode;
        options
    };
    let images = |name, options: AvgPoolOptions<2>| {
        check::<4>(name, arrays(13, [&[2, 3, 7, 6]]), true, |x, _, _| {
            avg_pool2d(x, options.clone())
        });
    };
    images("avg", options([2, 2], [2, 2], [0, 0], true, false));
    images("avg pad", options([3, 2], [2, 1], [1, 1], true, false));
    images(
        "avg pad not counted",
        options([3, 2], [2, 1], [1, 1], false, false),
    );
    images("avg ceil", options([2, 4], [2, 3], [0, 1], true, true));
    images(
        "avg ceil inside",
        options([2, 2], [3, 3], [0, 0], true, true),
    );
    images(
        "avg ceil not counted",
        options([2, 4], [2, 3], [0, 1], false, true),
    );
    images("avg gaps", options([1, 2], [3, 4], [0, 0], true, false));
    for counted in [true, false] {
        check::<3>(
            "avg sequence",
            arrays(14, [&[2, 3, 10]]),
            true,
            |x, _, _| {
                let mut options = AvgPoolOptions::new([3]);
                options.stride = [2];
                options.padding = [(1, 1)];
                options.count_include_pad = counted;
                options.ceil_mode = true;
                avg_pool1d(x, options)
            },
        );
    }
}

#[test]
fn adaptive_average_pools() {
    // One, divisors, a divisor of one axis, no divisor, more than there is.
    for output in [[1, 1], [2, 7], [2, 3], [4, 5], [9, 8]] {
        check::<4>("adaptive", arrays(15, [&[2, 3, 6, 7]]), true, |x, _, _| {
            adaptive_avg_pool2d(x, output)
        });
    }
    for output in [1, 3, 4, 9] {
        check::<3>(
            "adaptive sequence",
            arrays(16, [&[2, 3, 7]]),
            true,
            |x, _, _| adaptive_avg_pool1d(x, output),
        );
    }
}

#[test]
fn normalization() {
    let mut n = Numbers(8);
    for shape in [vec![4, 3], vec![4, 3, 5], vec![2, 3, 3, 5]] {
        let inputs: Vec<Array> = vec![
            n.array(&shape, -1.0, 1.0),
            n.array(&[3], 0.5, 1.5),
            n.array(&[3], -1.0, 1.0),
            n.array(&[3], -0.5, 0.5),
            n.array(&[3], 0.5, 1.5),
        ];
        let rule = BatchNorm { epsilon: 1e-2 };
        let mut cases = vec![case("batch_norm, all inputs", rule, inputs.clone())];
        for fixed in [
            [false, false, false, true, true],
            [true, false, false, true, true],
            [false, true, true, true, true],
            [true, true, true, false, true],
            [true, true, true, true, false],
            [false, true, true, false, false],
            [true, false, true, false, false],
        ] {
            let mut fixing = case("batch_norm, some inputs", rule, inputs.clone());
            fixing.fixed = fixed.to_vec();
            cases.push(fixing);
        }
        run(cases);
    }
}

#[test]
fn normalization_over_the_batch() {
    let mut n = Numbers(9);
    for shape in [vec![4, 3], vec![4, 3, 5], vec![2, 3, 3, 5]] {
        let inputs: Vec<Array> = vec![
            n.array(&shape, -1.0, 1.0),
            n.array(&[3], 0.5, 1.5),
            n.array(&[3], -1.0, 1.0),
        ];
        let norm = BatchNormTrain { epsilon: 1e-2 };
        let mut cases = vec![
            case("batch_norm_train, all inputs", norm, inputs.clone()),
            case(
                "batch_norm_relu, all inputs",
                BatchNormRelu { norm },
                inputs.clone(),
            ),
        ];
        for fixed in [
            [true, false, false],
            [false, true, false],
            [false, false, true],
            [false, true, true],
            [true, false, true],
            [true, true, false],
        ] {
            let mut plain = case("batch_norm_train, some inputs", norm, inputs.clone());
            let mut rectified = case(
                "batch_norm_relu, some inputs",
                BatchNormRelu { norm },
                inputs.clone(),
            );
            for fixing in [&mut plain, &mut rectified] {
                fixing.fixed = fixed.to_vec();
            }
            cases.extend([plain, rectified]);
        }
        run(cases);
    }
}

/// A normalization whose statistics are computed from what it normalizes is one operation, as is Burn's own; one whose
/// statistics are another's is not.
#[test]
fn normalization_over_the_batch_is_recognised() {
    let names = |forward: &dyn Fn(Tensor<4>) -> Tensor<4>| -> Vec<String> {
        let logits = |_: &Relu, x: Tensor<4>| forward(x).reshape([2, 60]);
        let program = capture(&Relu::new(), [2, 3, 4, 5], logits).expect("a program");
        let names = program.nodes().iter().map(|node| node.rule.name().into());
        names.collect()
    };
    let train = |x: Tensor<4>| {
        let [gamma, beta] = [1.5, 0.5].map(|value| Tensor::<1>::full([3], value, &x.device()));
        batch_norm_train(x, gamma, beta, 1e-3)
    };
    let found = names(&|x| train(x).output);
    assert_eq!(found, ["batch_norm_train", "reshape"]);
    let found = names(&|x| relu(train(x).output));
    assert_eq!(found, ["batch_norm_relu", "reshape"]);
    // The rectifier is not alone to read it.
    let found = names(&|x| {
        let y = train(x).output;
        relu(y.clone()) * y
    });
    assert_eq!(found, ["batch_norm_train", "relu", "mul", "reshape"]);
    // The mean and the variance are read beside the output.
    let found = names(&|x| {
        let result = train(x);
        let statistics = (result.mean * result.variance).reshape([1, 3, 1, 1]);
        result.output * statistics
    });
    assert!(found.contains(&"batch_norm_train".into()), "{found:?}");
    assert!(found.len() > 5, "{found:?}");
    // Of other images.
    let found = names(&|x| {
        let other = train(x.clone().powi_scalar(2));
        let [gamma, beta] = [1.5, 0.5].map(|value| Tensor::<1>::full([3], value, &x.device()));
        batch_norm(x, gamma, beta, other.mean, other.variance, 1e-3)
    });
    assert!(found.contains(&"batch_norm".into()), "{found:?}");
    assert!(!found.contains(&"batch_norm_train".into()), "{found:?}");
}
