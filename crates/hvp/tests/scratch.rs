//! What each rule says it computes on the way, against the memory it really takes: the peak of the
//! resident set in each of its methods less what was resident before. Linux only, where a process can
//! set its peak back.
//!
//! Tensors here have 4.3 million float64 numbers: from 32 MiB on the C library asks the system for
//! memory of its own for each and gives it back, so that the resident set is what is live.
#![cfg(all(target_os = "linux", target_env = "gnu"))]

use std::fs;

use burn::tensor::Device;
use hesscope_hvp::rules::{
    Point, Rule, Sharing,
    activation::Pointwise,
    batch_norm_relu::BatchNormRelu,
    batch_norm_train::BatchNormTrain,
    convolution::{Conv2d, ConvTranspose2d},
    elementwise::{Add, Affine, Div, Mul, Sub},
    linear::{Linear, Matmul},
    normalization::BatchNorm,
    pooling::{AdaptiveAvgPool2d, AvgPool2d, MaxPool2d},
    reduction::SumDim,
    shape::{Cat, Permute, Reshape},
    softmax::{LogSoftmax, Softmax},
};
use hesscope_hvp::{Array, Precision};

const DIRECTIONS: usize = 2;

/// Numbers of a tensor, about.
const LARGE: usize = 4_300_000;

/// Bytes of a number.
const BYTES: usize = 8;

/// Bytes that threads and matrix products keep for themselves.
const SLACK: usize = 24 << 20;

/// A line of /proc/self/status, in bytes.
fn status(key: &str) -> usize {
    let status = fs::read_to_string("/proc/self/status").expect("the state of this process");
    let line = status.lines().find(|line| line.starts_with(key));
    let kib = line.and_then(|line| line.split_whitespace().nth(1));
    kib.and_then(|kib| kib.parse::<usize>().ok())
        .expect("a size in KiB")
        << 10
}

/// Bytes that something takes at its fullest moment.
fn peak<T>(run: impl FnOnce() -> T) -> usize {
    fs::write("/proc/self/clear_refs", "5").expect("the peak can be set back");
    let before = status("VmRSS");
    let kept = run();
    let peak = status("VmHWM").saturating_sub(before);
    drop(kept);
    peak
}

fn numbers(shape: &[usize]) -> usize {
    shape.iter().product()
}

fn array(shape: &[usize]) -> Array {
    let values = (0..numbers(shape))
        .map(|i| 0.5 + 0.004 * (i % 251) as f64)
        .collect();
    Array::from_vec(values, shape, Precision::F64, &Device::flex())
}

fn lifted(shape: &[usize], directions: usize) -> Vec<usize> {
    [&[directions], shape].concat()
}

fn check(wrong: &mut Vec<String>, name: &str, rule: &dyn Rule, shapes: &[&[usize]]) {
    let inputs: Vec<Array> = shapes.iter().map(|shape| array(shape)).collect();
    let (value, saved) = rule.value(&inputs);
    let at = Point {
        inputs: &inputs,
        value: &value,
        saved: &saved,
    };
    let output = value.shape();
    let wanted = vec![true; inputs.len()];
    let tangents: Vec<Option<Array>> = shapes
        .iter()
        .map(|shape| Some(array(&lifted(shape, DIRECTIONS))))
        .collect();
    let cotangent = array(&lifted(&output, 1));
    let cotangents = array(&lifted(&output, DIRECTIONS));

    let way = |directions: usize| {
        directions * rule.scratch(shapes, &output) + rule.shared_scratch(shapes, &output)
    };
    let own = |directions: usize, shape: &[usize]| match rule.sharing() {
        Sharing::Everything | Sharing::Reordered => 0,
        _ => directions * numbers(shape),
    };
    let pulled = |shares: bool| -> usize {
        let own = |shape: &&[usize]| match rule.sharing() {
            Sharing::Views if shares => 0,
            Sharing::Cotangents if shares && *shape == output => 0,
            _ => own(DIRECTIONS, shape),
        };
        shapes.iter().map(own).sum()
    };
    let forward = own(1, &output) + rule.saved(shapes, &output) + way(1);
    let across = own(DIRECTIONS, &output) + way(DIRECTIONS);
    let mut methods = vec![
        ("value", peak(|| rule.value(&inputs)), forward),
        ("jvp", peak(|| rule.jvp(at, &tangents)), across),
        (
            "vjp",
            peak(|| rule.vjp(at, &cotangents, &wanted)),
            pulled(true) + way(DIRECTIONS),
        ),
    ];
    if rule.curved() {
        methods.push((
            "vjp_tangent",
            peak(|| rule.vjp_tangent(at, &tangents, &cotangent, &wanted)),
            pulled(false) + way(DIRECTIONS),
        ));
    }
    for (method, took, said) in &methods {
        let said = BYTES * said;
        println!("{name} {method}: {took} of {said} bytes");
        if *took > said + SLACK {
            wrong.push(format!(
                "{name}: {method} took {took} bytes where the rule says {said}"
            ));
        }
    }
    let took = methods.iter().map(|method| method.1).max().unwrap_or(0);
    let said = methods
        .iter()
        .map(|method| BYTES * method.2)
        .max()
        .unwrap_or(0);
    if said > 2 * took + SLACK {
        wrong.push(format!(
            "{name}: the rule says {said} bytes and takes no more than {took}"
        ));
    }
}

/// One test, for the peak is that of the process.
#[test]
fn rules_take_what_they_say() {
    let mut wrong = Vec::new();
    let whole: &[usize] = &[5, 100, LARGE / 500];
    let row: &[usize] = &[1, 1, LARGE / 500];
    for rule in [
        Pointwise::Relu,
        Pointwise::LeakyRelu { slope: 0.1 },
        Pointwise::Tanh,
        Pointwise::Sigmoid,
        Pointwise::Exp,
        Pointwise::Recip,
    ] {
        check(&mut wrong, rule.name(), &rule, &[whole]);
    }
    for (name, second) in [("", whole), (" row", row)] {
        check(&mut wrong, &format!("add{name}"), &Add, &[whole, second]);
        check(&mut wrong, &format!("sub{name}"), &Sub, &[whole, second]);
        check(&mut wrong, &format!("mul{name}"), &Mul, &[whole, second]);
    }
    check(&mut wrong, "div", &Div, &[whole, whole]);
    let affine = Affine {
        scale: 2.0,
        shift: 1.0,
    };
    check(&mut wrong, "affine", &affine, &[whole]);

    let [tall, flat]: [&[usize]; 2] = [&[LARGE / 50, 50], &[50, 60]];
    check(&mut wrong, "matmul", &Matmul, &[tall, flat]);
    let batch: &[usize] = &[20, LARGE / 1000, 50];
    check(
        &mut wrong,
        "matmul broadcast",
        &Matmul,
        &[batch, &[1, 50, 60]],
    );
    check(&mut wrong, "linear", &Linear, &[tall, flat, &[60]]);

    let reshape = Reshape {
        shape: vec![500, LARGE / 500],
    };
    check(&mut wrong, "reshape", &reshape, &[whole]);
    check(
        &mut wrong,
        "permute",
        &Permute {
            axes: vec![1, 0, 2],
        },
        &[whole],
    );
    check(&mut wrong, "cat", &Cat { dim: 1 }, &[whole, whole]);
    check(
        &mut wrong,
        "sum_dim",
        &SumDim { dim: 1, scale: 0.5 },
        &[whole],
    );

    let image: &[usize] = &[8, 10, 232, 232];
    let channels: &[usize] = &[10];
    let norm = BatchNorm { epsilon: 1e-5 };
    check(
        &mut wrong,
        "batch_norm",
        &norm,
        &[image, channels, channels, channels, channels],
    );
    check(
        &mut wrong,
        "batch_norm_train",
        &BatchNormTrain { epsilon: 1e-5 },
        &[image, channels, channels],
    );
    let rectified = BatchNormRelu {
        norm: BatchNormTrain { epsilon: 1e-5 },
    };
    check(
        &mut wrong,
        "batch_norm_relu",
        &rectified,
        &[image, channels, channels],
    );
    let max = MaxPool2d {
        kernel_size: [2, 2],
        stride: [1, 1],
        padding: [0, 0],
        dilation: [1, 1],
        ceil_mode: false,
    };
    check(&mut wrong, "max_pool2d", &max, &[image]);
    let avg = AvgPool2d {
        kernel_size: [2, 2],
        stride: [1, 1],
        padding: [0, 0],
        count_include_pad: true,
        ceil_mode: false,
    };
    check(&mut wrong, "avg_pool2d", &avg, &[image]);
    let adaptive = AdaptiveAvgPool2d {
        output_size: [116, 116],
    };
    check(&mut wrong, "adaptive_avg_pool2d", &adaptive, &[image]);

    let conv = |padding: usize, stride: usize, dilation: usize, groups: usize| Conv2d {
        stride: [stride, stride],
        padding: [(padding, padding), (padding, padding)],
        dilation: [dilation, dilation],
        groups,
    };
    let image: &[usize] = &[8, 4, 184, 184];
    check(
        &mut wrong,
        "conv2d",
        &conv(1, 1, 1, 1),
        &[image, &[16, 4, 3, 3], &[16]],
    );
    let image: &[usize] = &[8, 16, 184, 184];
    check(
        &mut wrong,
        "conv2d 1x1",
        &conv(0, 1, 1, 1),
        &[image, &[16, 16, 1, 1]],
    );
    check(
        &mut wrong,
        "conv2d stride",
        &conv(1, 2, 1, 1),
        &[image, &[64, 16, 3, 3]],
    );
    check(
        &mut wrong,
        "conv2d dilation",
        &conv(2, 1, 2, 1),
        &[image, &[16, 16, 3, 3]],
    );
    let transposed = ConvTranspose2d {
        stride: [2, 2],
        padding: [1, 1],
        padding_out: [0, 0],
        dilation: [1, 1],
        groups: 1,
    };
    let small: &[usize] = &[8, 16, 92, 92];
    check(
        &mut wrong,
        "conv_transpose2d",
        &transposed,
        &[small, &[16, 16, 3, 3], &[16]],
    );
    for dim in [1, 2] {
        check(&mut wrong, "softmax", &Softmax { dim }, &[whole]);
        check(&mut wrong, "log_softmax", &LogSoftmax { dim }, &[whole]);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
