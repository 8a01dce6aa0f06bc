//! Every rule at points of its own, checked as `common::cases` says.

mod common;

use common::Numbers;
use common::cases::{case, run};
use hesscope_hvp::Array;
use hesscope_hvp::rules::{
    activation::Pointwise,
    convolution::Conv2d,
    elementwise::{Add, Affine, Div, Mul},
    linear::{Linear, Matmul},
    normalization::BatchNorm,
    pooling::{AdaptiveAvgPool2d, AvgPool2d, MaxPool2d},
    reduction::SumDim,
    shape::{Cat, Permute, Reshape},
};

#[test]
fn activations() {
    let mut n = Numbers(1);
    // Away from zero, where relu has no derivative and log and its like no value.
    let mut positive = || n.array(&[2, 3, 4], 0.5, 2.0);
    let mut m = Numbers(2);
    let mut signed = || {
        let sign = m.array(&[2, 3, 4], -1.0, 1.0);
        let sign = sign.positive().scale(2.0).add_scalar(-1.0);
        m.array(&[2, 3, 4], 0.1, 2.0).mul(&sign)
    };
    let leaky = Pointwise::LeakyRelu { slope: 0.1 };
    run(vec![
        case("relu", Pointwise::Relu, vec![signed()]),
        case("leaky_relu", leaky, vec![signed()]),
        case("tanh", Pointwise::Tanh, vec![signed()]),
        case("sigmoid", Pointwise::Sigmoid, vec![signed()]),
        case("exp", Pointwise::Exp, vec![signed()]),
        case("log", Pointwise::Log, vec![positive()]),
        case("sqrt", Pointwise::Sqrt, vec![positive()]),
        case("recip", Pointwise::Recip, vec![positive()]),
    ]);
}

#[test]
fn arithmetic() {
    let mut n = Numbers(3);
    let mut a = |shape: &[usize]| n.array(shape, 0.5, 2.0);
    let (whole, row, column) = ([2, 3, 4], [1, 1, 4], [2, 3, 1]);
    let affine = |scale, shift| Affine { scale, shift };
    run(vec![
        case("add", Add { sign: 1.0 }, vec![a(&whole), a(&whole)]),
        case("add row", Add { sign: 1.0 }, vec![a(&whole), a(&row)]),
        case(
            "sub column",
            Add { sign: -1.0 },
            vec![a(&column), a(&whole)],
        ),
        case("sub both", Add { sign: -1.0 }, vec![a(&column), a(&row)]),
        case("mul", Mul, vec![a(&whole), a(&whole)]),
        case("mul row", Mul, vec![a(&row), a(&whole)]),
        case("mul both", Mul, vec![a(&column), a(&row)]),
        case("div", Div, vec![a(&whole), a(&whole)]),
        case("div row", Div, vec![a(&whole), a(&row)]),
        case("div column", Div, vec![a(&column), a(&whole)]),
        case("affine", affine(-1.5, 0.3), vec![a(&whole)]),
        case("shift", affine(1.0, 0.3), vec![a(&whole)]),
    ]);
}

#[test]
fn shapes_and_reductions() {
    let mut n = Numbers(4);
    let mut a = |shape: &[usize]| n.array(shape, -1.0, 1.0);
    let reshape = Reshape { shape: vec![6, 4] };
    let permute = Permute {
        axes: vec![2, 0, 1],
    };
    let parts = vec![a(&[2, 3, 4]), a(&[2, 1, 4]), a(&[2, 2, 4])];
    let sum = |dim, scale| SumDim { dim, scale };
    run(vec![
        case("reshape", reshape, vec![a(&[2, 3, 4])]),
        case("permute", permute, vec![a(&[2, 3, 4])]),
        case("swap", Permute::swap(3, 0, 2), vec![a(&[2, 3, 4])]),
        case("cat", Cat { dim: 1 }, parts),
        case("sum_dim", sum(1, 1.0), vec![a(&[2, 3, 4])]),
        case("mean_dim", sum(2, 0.25), vec![a(&[2, 3, 4])]),
    ]);
}

#[test]
fn products() {
    let mut n = Numbers(5);
    let mut a = |shape: &[usize]| n.array(shape, -1.0, 1.0);
    run(vec![
        case("matmul", Matmul, vec![a(&[4, 3]), a(&[3, 5])]),
        case("matmul batch", Matmul, vec![a(&[2, 4, 3]), a(&[2, 3, 5])]),
        case(
            "matmul broadcast",
            Matmul,
            vec![a(&[2, 4, 3]), a(&[1, 3, 5])],
        ),
        case("linear", Linear, vec![a(&[4, 3]), a(&[3, 5]), a(&[5])]),
        case("linear no bias", Linear, vec![a(&[4, 3]), a(&[3, 5])]),
        case(
            "linear rank 3",
            Linear,
            vec![a(&[2, 4, 3]), a(&[3, 5]), a(&[5])],
        ),
    ]);
}

#[test]
fn convolutions() {
    let mut n = Numbers(6);
    let conv = |stride, padding: (usize, usize), dilation, groups| Conv2d {
        stride: [stride, 1],
        padding: [padding, padding],
        dilation: [dilation, 1],
        groups,
    };
    let mut a = |shape: &[usize]| n.array(shape, -1.0, 1.0);
    let image = [2, 3, 5, 4];
    run(vec![
        case(
            "conv",
            conv(1, (1, 1), 1, 1),
            vec![a(&image), a(&[4, 3, 3, 3]), a(&[4])],
        ),
        case(
            "conv no bias",
            conv(1, (0, 0), 1, 1),
            vec![a(&image), a(&[4, 3, 3, 3])],
        ),
        case(
            "conv stride",
            conv(2, (1, 1), 1, 1),
            vec![a(&[2, 3, 6, 5]), a(&[4, 3, 3, 2])],
        ),
        case(
            "conv dilation",
            conv(1, (2, 2), 2, 1),
            vec![a(&image), a(&[4, 3, 3, 3])],
        ),
        case(
            "conv groups",
            conv(1, (1, 1), 1, 2),
            vec![a(&[2, 4, 5, 4]), a(&[6, 2, 3, 3])],
        ),
        case(
            "conv depthwise",
            conv(2, (1, 1), 1, 3),
            vec![a(&image), a(&[6, 1, 3, 3]), a(&[6])],
        ),
        case(
            "conv 1x1",
            conv(1, (0, 0), 1, 1),
            vec![a(&[3, 2, 4, 4]), a(&[5, 2, 1, 1])],
        ),
        case(
            "conv uneven padding",
            conv(1, (0, 1), 1, 1),
            vec![a(&image), a(&[4, 3, 2, 2])],
        ),
    ]);
}

#[test]
fn pools() {
    let mut n = Numbers(7);
    let max = |kernel, stride, padding, ceil_mode| MaxPool2d {
        kernel_size: [kernel, kernel],
        stride: [stride, stride],
        padding: [padding, padding],
        dilation: [1, 1],
        ceil_mode,
    };
    let avg = |kernel, stride, padding, count_include_pad, ceil_mode| AvgPool2d {
        kernel_size: [kernel, kernel],
        stride: [stride, stride],
        padding: [padding, padding],
        count_include_pad,
        ceil_mode,
    };
    let adaptive = |height, width| AdaptiveAvgPool2d {
        output_size: [height, width],
    };
    let mut image = || vec![n.array(&[2, 3, 6, 5], -1.0, 1.0)];
    run(vec![
        case("max", max(2, 2, 0, false), image()),
        case("max overlap", max(3, 1, 1, false), image()),
        case("max ceil", max(2, 2, 0, true), image()),
        case("avg", avg(2, 2, 0, true, false), image()),
        case("avg pad", avg(3, 2, 1, true, false), image()),
        case("avg pad not counted", avg(3, 2, 1, false, false), image()),
        case("avg ceil", avg(2, 2, 0, true, true), image()),
        case("adaptive", adaptive(1, 1), image()),
        case("adaptive 2x3", adaptive(2, 3), image()),
    ]);
}

#[test]
fn batch_norm() {
    let mut n = Numbers(8);
    for shape in [vec![4, 3], vec![4, 3, 2, 5]] {
        let inputs: Vec<Array> = vec![
            n.array(&shape, -1.0, 1.0),
            n.array(&[3], 0.5, 1.5),
            n.array(&[3], -1.0, 1.0),
            n.array(&[3], -0.5, 0.5),
            n.array(&[3], 0.5, 1.5),
        ];
        let rule = BatchNorm { epsilon: 1e-5 };
        let mut running = case("batch_norm, running statistics", rule, inputs.clone());
        running.fixed = vec![false, false, false, true, true];
        run(vec![running, case("batch_norm, all inputs", rule, inputs)]);
    }
}
