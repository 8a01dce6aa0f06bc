//! Every rule at points of its own, checked as `common::cases` says.

#[path = "../common/mod.rs"]
mod common;

mod accounts;
mod elements;
mod layers;
mod movement;

use common::Numbers;
use common::cases::{case, distance, run, values, with_fixed};
use hesscope_hvp::rules::{
    activation::Pointwise,
    elementwise::{Add, Affine, Div, Mul, Sub},
    linear::{Linear, Matmul},
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
        case("add", Add, vec![a(&whole), a(&whole)]),
        case("add row", Add, vec![a(&whole), a(&row)]),
        case("sub column", Sub, vec![a(&column), a(&whole)]),
        case("sub both", Sub, vec![a(&column), a(&row)]),
        case("mul", Mul, vec![a(&whole), a(&whole)]),
        case("mul row", Mul, vec![a(&row), a(&whole)]),
        case("mul both", Mul, vec![a(&column), a(&row)]),
        case("div", Div, vec![a(&whole), a(&whole)]),
        case("div row", Div, vec![a(&whole), a(&row)]),
        case("div column", Div, vec![a(&column), a(&whole)]),
        case("affine", affine(-1.5, 0.3), vec![a(&whole)]),
        case("affine shift", affine(1.0, 0.3), vec![a(&whole)]),
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
        case("permute swap", Permute::swap(3, 0, 2), vec![a(&[2, 3, 4])]),
        case("cat", Cat { dim: 1 }, parts),
        case("sum_dim", sum(1, 1.0), vec![a(&[2, 3, 4])]),
        case("sum_dim mean", sum(2, 0.25), vec![a(&[2, 3, 4])]),
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
        case(
            "matmul broadcast first",
            Matmul,
            vec![a(&[1, 4, 3]), a(&[2, 3, 5])],
        ),
        case(
            "matmul broadcast both",
            Matmul,
            vec![a(&[2, 1, 4, 3]), a(&[1, 3, 3, 5])],
        ),
        case(
            "matmul heads",
            Matmul,
            vec![a(&[2, 3, 4, 2]), a(&[2, 3, 2, 5])],
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
