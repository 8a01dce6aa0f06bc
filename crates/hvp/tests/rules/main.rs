//! Every rule against definitions that share nothing with it but the value: its push-forward and the
//! derivative of its pull-back against central differences, its pull-back against its push-forward.
//!
//! All in float64. A central difference with step h of a smooth function is off by h²/6 times a third
//! derivative and by the rounding of the value over h; with h = 1e-5 and values of order one that is
//! about 1e-10, so 1e-7 relative is asked for. The adjoint identity holds to rounding: 1e-12.

mod elements;
mod layers;
mod movement;

use std::sync::Arc;

use burn::tensor::Device;
use hesscope_hvp::rules::{
    Point, Rule, Saved,
    activation::Pointwise,
    convolution::Conv2d,
    elementwise::{Add, Affine, Div, Mul},
    linear::{Linear, Matmul},
    normalization::BatchNorm,
    pooling::{AdaptiveAvgPool2d, AvgPool2d, MaxPool2d},
    reduction::SumDim,
    shape::{Cat, Permute, Reshape},
};
use hesscope_hvp::{Array, Precision};

const STEP: f64 = 1e-5;
const DIRECTIONS: usize = 3;

/// Numbers that look random, spread over (-1, 1), the same everywhere.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }

    fn array(&mut self, shape: &[usize], low: f64, high: f64) -> Array {
        let values = (0..shape.iter().product())
            .map(|_| low + (high - low) * (self.next() + 1.0) / 2.0)
            .collect();
        Array::from_vec(values, shape, Precision::F64, &Device::flex())
    }
}

fn values(array: &Array) -> Vec<f64> {
    array.to_f64().expect("the CPU reads its own memory")
}

fn dot(a: &Array, b: &Array) -> f64 {
    values(a).iter().zip(values(b)).map(|(a, b)| a * b).sum()
}

fn distance(ours: &Array, expected: &[f64]) -> f64 {
    let ours = values(ours);
    assert_eq!(ours.len(), expected.len());
    let norm = |values: Vec<f64>| values.iter().map(|x| x * x).sum::<f64>().sqrt();
    let difference = ours.iter().zip(expected).map(|(a, b)| a - b).collect();
    norm(difference) / norm(expected.to_vec()).max(1.0)
}

fn direction(array: &Array, k: usize) -> Array {
    let shape = array.shape()[1..].to_vec();
    array.slice(0, k, k + 1).reshape(&shape)
}

fn difference(ahead: &Array, behind: &Array) -> Vec<f64> {
    values(ahead)
        .iter()
        .zip(values(behind))
        .map(|(a, b)| (a - b) / (2.0 * STEP))
        .collect()
}

/// An array's shape with the axis of directions in front.
fn lift(array: &Array, directions: usize) -> Vec<usize> {
    let mut shape = vec![directions];
    shape.extend(array.shape());
    shape
}

/// One rule at one point. `fixed` inputs carry no tangent and want no cotangent.
struct Case {
    name: &'static str,
    rule: Arc<dyn Rule>,
    inputs: Vec<Array>,
    fixed: Vec<bool>,
}

impl Case {
    fn moved(&self, tangents: &[Option<Array>], k: usize, step: f64) -> Vec<Array> {
        self.inputs
            .iter()
            .zip(tangents)
            .map(|(input, tangent)| match tangent {
                Some(tangent) => input.add(&direction(tangent, k).scale(step)),
                None => input.clone(),
            })
            .collect()
    }

    fn wanted(&self) -> Vec<bool> {
        self.fixed.iter().map(|fixed| !fixed).collect()
    }

    fn vjp(&self, inputs: &[Array], cotangent: &Array) -> Vec<Option<Array>> {
        let (value, saved) = self.rule.value(inputs);
        let at = Point {
            inputs,
            value: &value,
            saved: &saved,
        };
        self.rule.vjp(at, cotangent, &self.wanted())
    }

    /// All tangents at once, then each alone: an absent tangent must count as zero.
    fn tangent_sets(&self, numbers: &mut Numbers) -> Vec<Vec<Option<Array>>> {
        let all: Vec<Option<Array>> = self
            .inputs
            .iter()
            .zip(&self.fixed)
            .map(|(input, &fixed)| {
                (!fixed).then(|| numbers.array(&lift(input, DIRECTIONS), -1.0, 1.0))
            })
            .collect();
        let mut sets = vec![all.clone()];
        for index in (0..all.len()).filter(|&index| all[index].is_some()) {
            let mut alone = vec![None; all.len()];
            alone[index] = all[index].clone();
            sets.push(alone);
        }
        sets
    }

    fn check(&self) {
        let mut numbers = Numbers(self.name.len() as u64);
        let (value, saved) = self.rule.value(&self.inputs);
        let at = Point {
            inputs: &self.inputs,
            value: &value,
            saved: &saved,
        };
        self.check_saved(&value, &saved);
        let sets = self.tangent_sets(&mut numbers);
        let cotangent = numbers.array(&lift(&value, 1), -1.0, 1.0);
        let cotangents = numbers.array(&lift(&value, DIRECTIONS), -1.0, 1.0);
        let pulled = self.rule.vjp(at, &cotangents, &self.wanted());
        for tangents in &sets {
            let pushed = self.rule.jvp(at, tangents).expect("a tangent came in");
            assert_eq!(
                pushed.shape(),
                lift(&value, DIRECTIONS),
                "{}: shape of jvp",
                self.name
            );
            let curved = self
                .rule
                .vjp_tangent(at, tangents, &cotangent, &self.wanted());
            for k in 0..DIRECTIONS {
                self.check_push(tangents, &pushed, k);
                self.check_adjoint(tangents, &pushed, &pulled, &cotangents, k);
                self.check_curvature(tangents, &curved, &cotangent, k);
            }
        }
    }

    /// What a rule says it keeps is what it keeps.
    fn check_saved(&self, value: &Array, saved: &Saved) {
        let shapes: Vec<Vec<usize>> = self.inputs.iter().map(Array::shape).collect();
        let shapes: Vec<&[usize]> = shapes.iter().map(Vec::as_slice).collect();
        let count = |shape: Vec<usize>| shape.iter().product::<usize>();
        let floats: usize = saved.floats.iter().map(|array| count(array.shape())).sum();
        let indices: usize = saved.indices.iter().map(|array| count(array.shape())).sum();
        let said = self.rule.saved(&shapes, &value.shape());
        assert_eq!(said, floats + indices, "{}: numbers kept", self.name);
    }

    fn check_push(&self, tangents: &[Option<Array>], pushed: &Array, k: usize) {
        let ahead = self.rule.value(&self.moved(tangents, k, STEP)).0;
        let behind = self.rule.value(&self.moved(tangents, k, -STEP)).0;
        let error = distance(&direction(pushed, k), &difference(&ahead, &behind));
        assert!(error < 1e-7, "{}: jvp is off by {error:e}", self.name);
    }

    fn check_adjoint(
        &self,
        tangents: &[Option<Array>],
        pushed: &Array,
        pulled: &[Option<Array>],
        cotangents: &Array,
        k: usize,
    ) {
        let inner = dot(&direction(pushed, k), &direction(cotangents, k));
        let adjoint: f64 = tangents
            .iter()
            .zip(pulled)
            .filter_map(|(tangent, pulled)| {
                tangent.as_ref().map(|tangent| {
                    let pulled = pulled.as_ref().expect("a wanted cotangent");
                    dot(&direction(tangent, k), &direction(pulled, k))
                })
            })
            .sum();
        assert!(
            (inner - adjoint).abs() < 1e-12 * inner.abs().max(1.0),
            "{}: jvp and vjp are not adjoint: {inner} and {adjoint}",
            self.name
        );
    }

    fn check_curvature(
        &self,
        tangents: &[Option<Array>],
        curved: &[Option<Array>],
        cotangent: &Array,
        k: usize,
    ) {
        let ahead = self.vjp(&self.moved(tangents, k, STEP), cotangent);
        let behind = self.vjp(&self.moved(tangents, k, -STEP), cotangent);
        for (index, (ahead, behind)) in ahead.iter().zip(&behind).enumerate() {
            let (Some(ahead), Some(behind)) = (ahead, behind) else {
                assert!(
                    self.fixed[index],
                    "{}: no cotangent of input {index}",
                    self.name
                );
                continue;
            };
            let expected = difference(ahead, behind);
            let error = match &curved[index] {
                Some(curved) => distance(&direction(curved, k), &expected),
                None => distance(&self.inputs[index].scale(0.0), &expected),
            };
            assert!(
                error < 1e-7,
                "{}: vjp_tangent of input {index} is off by {error:e}",
                self.name
            );
        }
    }
}

fn case(name: &'static str, rule: impl Rule + 'static, inputs: Vec<Array>) -> Case {
    let fixed = vec![false; inputs.len()];
    Case {
        name,
        rule: Arc::new(rule),
        inputs,
        fixed,
    }
}

/// A case with inputs that carry no tangent.
fn with_fixed(name: &'static str, rule: impl Rule + 'static, inputs: Vec<(Array, bool)>) -> Case {
    let (inputs, fixed) = inputs.into_iter().unzip();
    Case {
        name,
        rule: Arc::new(rule),
        inputs,
        fixed,
    }
}

fn run(cases: Vec<Case>) {
    for case in cases {
        case.check();
    }
}

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
