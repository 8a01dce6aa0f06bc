//! The account against the memory that a pass on the host really holds.

pub(crate) mod probe;

use super::walk::Walk;
use crate::array::Array;
use crate::capture::capture;
use crate::precision::Precision;
use crate::program::{Program, Slot};
use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::pool::MaxPool2dConfig;
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig};
use burn::tensor::{Device, Tensor, activation};

#[derive(Module, Debug)]
struct Net {
    first: Conv2d,
    bn: BatchNorm,
    second: Conv2d,
    inner: Linear,
    last: Linear,
}

const BATCH: usize = 5;
const INPUT: [usize; 4] = [BATCH, 2, 6, 6];

fn net() -> Net {
    let device = Device::flex();
    let same = burn::nn::PaddingConfig2d::Explicit(1, 1, 1, 1);
    let conv = |channels| {
        Conv2dConfig::new(channels, [3, 3])
            .with_padding(same.clone())
            .init(&device)
    };
    Net {
        first: conv([2, 3]),
        bn: BatchNormConfig::new(3).init(&device),
        second: conv([3, 3]),
        inner: LinearConfig::new(12, 12).init(&device),
        last: LinearConfig::new(12, 4).init(&device),
    }
}

impl Net {
    /// Nothing but a chain.
    fn chain(&self, x: Tensor<4>) -> Tensor<2> {
        let x = activation::relu(self.bn.forward(self.first.forward(x)));
        let pool = MaxPool2dConfig::new([3, 3]).with_strides([3, 3]).init();
        let x = pool.forward(self.second.forward(x).tanh());
        self.last.forward(x.flatten::<2>(1, 3))
    }

    /// Shortcuts: cotangents that meet and share memory.
    fn residual(&self, x: Tensor<4>) -> Tensor<2> {
        let x = self.first.forward(x).tanh();
        let x = x.clone() + self.second.forward(x.clone()) + x.tanh();
        let pool = MaxPool2dConfig::new([3, 3]).with_strides([3, 3]).init();
        self.last.forward(pool.forward(x).flatten::<2>(1, 3))
    }

    /// Axes exchanged, so that a later reshape copies.
    fn mixed(&self, x: Tensor<4>) -> Tensor<2> {
        let x = self.inner.forward(x.reshape([BATCH * 6, 12])).tanh();
        let x = x.reshape([BATCH, 6, 12]).swap_dims(1, 2);
        let x = self.inner.forward(x.reshape([BATCH * 6, 12]));
        self.last.forward(x.tanh().reshape([BATCH * 6, 12]))
    }

    /// Tensors one after another, whose cotangents are parts of one.
    fn concatenated(&self, x: Tensor<4>) -> Tensor<2> {
        let x = self.inner.forward(x.reshape([BATCH * 6, 12])).tanh();
        let x = Tensor::cat(vec![x.clone(), self.inner.forward(x)], 0);
        self.last.forward(x.tanh())
    }

    /// Means over an axis, whose cotangents are numbers repeated.
    fn averaged(&self, x: Tensor<4>) -> Tensor<2> {
        let x = self.inner.forward(x.reshape([BATCH * 6, 12])).tanh();
        let x = x.reshape([BATCH, 6, 12]).mean_dim(1);
        self.last.forward(x.reshape([BATCH, 12]))
    }
}

/// The numbers that a pass holds: by the account, and really.
fn held(program: &Program, directions: usize) -> (usize, usize) {
    let device = Device::flex();
    let array = |shape: &[usize]| {
        let count: usize = shape.iter().product();
        let values = (0..count).map(|i| (i as f64 * 0.37).sin()).collect();
        Array::from_vec(values, shape, Precision::F32, &device)
    };
    let lifted = |shape: &[usize]| [&[directions], shape].concat();
    let parameters: Vec<Array> = program.parameters.iter().map(|p| array(&p.shape)).collect();
    let along: Vec<Array> = program
        .parameters
        .iter()
        .map(|p| array(&lifted(&p.shape)))
        .collect();
    let constants: Vec<Array> = program
        .constants
        .iter()
        .map(|(_, data)| Array::from_data(data.clone(), Precision::F32, &device))
        .collect();
    probe::start(&[&parameters[..], &along, &constants].concat());
    let input = array(&program.shapes[program.input]);
    let tape = program.forward(&constants, &parameters, input);
    let tangents = program.push(&tape, &along, true);
    let (rows, classes) = (program.rows(), program.classes());
    let seed = array(&[1, rows, classes]);
    let seed_tangent = array(&[directions, rows, classes]);
    program.pull(tape, tangents, Some(seed), Some(seed_tangent), false);

    let mut walk = Walk::new(program, directions);
    walk.forward();
    walk.push(true);
    let seed = walk.ledger.take(rows * classes);
    let seed_tangent = walk.ledger.take(directions * rows * classes);
    walk.pull(Some(seed), Some(seed_tangent));
    // All that is left are the input and the cotangents of the parameters that are read.
    let read = |slot: Slot| program.nodes.iter().any(|node| node.inputs.contains(&slot));
    let parameters = program.parameters.iter().filter(|p| read(p.slot));
    let left = directions * parameters.map(|p| p.len()).sum::<usize>();
    let left = left + walk.size(program.input);
    assert_eq!(walk.ledger.now, left);
    (walk.ledger.footprint.held, probe::largest())
}

fn check(name: &str, forward: fn(&Net, Tensor<4>) -> Tensor<2>) {
    let program = capture(&net(), INPUT, forward).expect("rules for all of it");
    for directions in [1, 3] {
        let (account, really) = held(&program, directions);
        assert_eq!(account, really, "{name}, {directions} directions");
        let footprint = program.footprint(directions);
        let logits = program.rows() * program.classes();
        // Over the pass alone: what was read, and the seeds.
        let around = walk_input(&program) + 3 * logits + 2 * program.rows();
        assert_eq!(footprint.held, account + around, "{name}");
        assert!(footprint.peak > footprint.held, "{name}");
    }
}

fn walk_input(program: &Program) -> usize {
    program.input_shape().iter().product()
}

#[test]
fn of_a_chain() {
    check("chain", Net::chain);
}

#[test]
fn of_shortcuts() {
    check("residual", Net::residual);
}

#[test]
fn of_another_order() {
    check("mixed", Net::mixed);
}

#[test]
fn of_repeated_numbers() {
    check("averaged", Net::averaged);
}

#[test]
fn of_parts() {
    check("concatenated", Net::concatenated);
}

/// y = x w for x [n, 2] and w [2, 3], by hand: the batch as read (2 + 3 + 1) n and the input 2 n,
/// the logits 3 n, seeds (2 · 3 + 1) n and the one pulled back 3 n, and for each direction the
/// logits' tangent and its curvature, which is computed through two more, 4 · 3 n.
#[test]
fn of_one_product() {
    #[derive(Module, Debug)]
    struct Product {
        weight: burn::module::Param<Tensor<2>>,
    }
    let weight = Tensor::ones([2, 3], &Device::flex());
    let net = Product {
        weight: burn::module::Param::from_tensor(weight),
    };
    for n in [7, 50] {
        let program = capture(&net, [n, 2], |net: &Product, x: Tensor<2>| {
            x.matmul(net.weight.val())
        })
        .expect("a product has a rule");
        for directions in [1, 4] {
            let peak = program.footprint(directions).peak;
            assert_eq!(peak, 21 * n + 12 * n * directions);
        }
    }
}

#[test]
fn memory_grows_with_the_directions_and_the_batch() {
    let at = |batch: usize, directions: usize| {
        let forward = |net: &Net, x: Tensor<4>| {
            let x = net.first.forward(x).tanh();
            let pool = MaxPool2dConfig::new([3, 3]).with_strides([3, 3]).init();
            net.last.forward(pool.forward(x).flatten::<2>(1, 3))
        };
        let program = capture(&net(), [batch, 2, 6, 6], forward).expect("rules for all of it");
        program.footprint(directions).peak
    };
    for (few, many) in [((1, 1), (2, 1)), ((1, 1), (1, 2)), ((3, 4), (4, 4))] {
        assert!(at(few.0, few.1) < at(many.0, many.1), "{few:?} {many:?}");
    }
}
