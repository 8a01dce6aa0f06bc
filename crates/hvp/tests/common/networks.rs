//! Networks of every family: all of smooth or piecewise linear operations, small enough for their
//! dense Hessians.

use burn::module::{Module, Param};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::pool::{AdaptiveAvgPool2d, AdaptiveAvgPool2dConfig, MaxPool2d, MaxPool2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig, PaddingConfig2d};
use burn::tensor::module::{batch_norm, batch_norm_train};
use burn::tensor::{Device, Tensor, activation};

/// A network the tests can make and run.
pub trait Network: Module {
    /// Channels, height and width of an input.
    const INPUT: [usize; 3];
    /// The number of logits.
    const CLASSES: usize;
    /// The network with Burn's own initial numbers.
    fn new() -> Self;
    /// The logits [n, C] of inputs [n, …].
    fn forward(&self, x: Tensor<4>) -> Tensor<2>;
}

fn device() -> Device {
    Device::flex()
}

fn conv(inputs: usize, outputs: usize, kernel: usize, stride: usize) -> Conv2d {
    let padding = kernel / 2;
    Conv2dConfig::new([inputs, outputs], [kernel, kernel])
        .with_stride([stride, stride])
        .with_padding(PaddingConfig2d::Explicit(
            padding, padding, padding, padding,
        ))
        .init(&device())
}

fn linear(inputs: usize, outputs: usize) -> Linear {
    LinearConfig::new(inputs, outputs).init(&device())
}

fn max_pool() -> MaxPool2d {
    MaxPool2dConfig::new([2, 2]).with_strides([2, 2]).init()
}

/// Burn's layer, with the statistics chosen here and not by the device.
fn norm(bn: &BatchNorm, x: Tensor<4>, of_the_batch: bool) -> Tensor<4> {
    let (gamma, beta) = (bn.gamma.val(), bn.beta.val());
    if of_the_batch {
        return batch_norm_train(x, gamma, beta, bn.epsilon).output;
    }
    let (mean, variance) = (bn.running_mean.value(), bn.running_var.value());
    batch_norm(x, gamma, beta, mean, variance, bn.epsilon)
}

/// flatten, linear, tanh, linear, sigmoid, linear.
#[derive(Module, Debug)]
pub struct Mlp {
    first: Linear,
    second: Linear,
    last: Linear,
}

impl Network for Mlp {
    const INPUT: [usize; 3] = [1, 2, 2];
    const CLASSES: usize = 3;

    fn new() -> Self {
        Mlp {
            first: linear(4, 5),
            second: linear(5, 4),
            last: linear(4, 3),
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<2> {
        let x = self.first.forward(x.flatten::<2>(1, 3)).tanh();
        let x = activation::sigmoid(self.second.forward(x));
        self.last.forward(x)
    }
}

/// conv, bn, relu, max-pool, conv with stride, bn, relu, flatten, linear.
#[derive(Module, Debug)]
pub struct Cnn {
    first: Conv2d,
    bn1: BatchNorm,
    pool: MaxPool2d,
    second: Conv2d,
    bn2: BatchNorm,
    last: Linear,
    of_the_batch: bool,
}

impl Cnn {
    fn with_statistics(of_the_batch: bool) -> Self {
        Cnn {
            first: conv(2, 3, 3, 1),
            bn1: BatchNormConfig::new(3).init(&device()),
            pool: max_pool(),
            second: conv(3, 4, 3, 2),
            bn2: BatchNormConfig::new(4).init(&device()),
            last: linear(16, 3),
            of_the_batch,
        }
    }
}

impl Network for Cnn {
    const INPUT: [usize; 3] = [2, 8, 8];
    const CLASSES: usize = 3;

    fn new() -> Self {
        Self::with_statistics(false)
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<2> {
        let x = norm(&self.bn1, self.first.forward(x), self.of_the_batch);
        let x = self.pool.forward(activation::relu(x));
        let x = norm(&self.bn2, self.second.forward(x), self.of_the_batch);
        self.last.forward(activation::relu(x).flatten::<2>(1, 3))
    }
}

/// [`Cnn`] normalized with the statistics of the batch.
#[derive(Module, Debug)]
pub struct BatchCnn {
    inner: Cnn,
}

impl Network for BatchCnn {
    const INPUT: [usize; 3] = Cnn::INPUT;
    const CLASSES: usize = Cnn::CLASSES;

    fn new() -> Self {
        BatchCnn {
            inner: Cnn::with_statistics(true),
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<2> {
        self.inner.forward(x)
    }
}

/// x + conv(relu(bn(conv(x)))), with a 1x1 convolution on a second shortcut.
#[derive(Module, Debug)]
pub struct Residual {
    stem: Conv2d,
    first: Conv2d,
    bn: BatchNorm,
    second: Conv2d,
    third: Conv2d,
    shortcut: Conv2d,
    pool: AdaptiveAvgPool2d,
    last: Linear,
}

impl Network for Residual {
    const INPUT: [usize; 3] = [1, 6, 6];
    const CLASSES: usize = 4;

    fn new() -> Self {
        Residual {
            stem: conv(1, 3, 3, 1),
            first: conv(3, 3, 3, 1),
            bn: BatchNormConfig::new(3).init(&device()),
            second: conv(3, 3, 3, 1),
            third: conv(3, 4, 3, 2),
            shortcut: conv(3, 4, 1, 2),
            pool: AdaptiveAvgPool2dConfig::new([1, 1]).init(),
            last: linear(4, 4),
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<2> {
        let x = self.stem.forward(x).tanh();
        let inner = norm(&self.bn, self.first.forward(x.clone()), false);
        let x = x + self.second.forward(activation::relu(inner));
        let x = activation::leaky_relu(x, 0.1);
        let x = self.third.forward(x.clone()) + self.shortcut.forward(x);
        let x = self.pool.forward(x.tanh());
        self.last.forward(x.flatten::<2>(1, 3))
    }
}

/// Dense layers: each sees everything before it; grouped convolution at the end.
#[derive(Module, Debug)]
pub struct Concat {
    first: Conv2d,
    second: Conv2d,
    grouped: Conv2d,
    last: Linear,
}

impl Network for Concat {
    const INPUT: [usize; 3] = [2, 4, 4];
    const CLASSES: usize = 3;

    fn new() -> Self {
        let grouped = Conv2dConfig::new([6, 4], [2, 2])
            .with_groups(2)
            .init(&device());
        Concat {
            first: conv(2, 2, 3, 1),
            second: conv(4, 2, 3, 1),
            grouped,
            last: linear(36, 3),
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<2> {
        let x = Tensor::cat(vec![x.clone(), self.first.forward(x).tanh()], 1);
        let x = Tensor::cat(vec![x.clone(), self.second.forward(x).tanh()], 1);
        let x = self.grouped.forward(x).tanh();
        self.last.forward(x.flatten::<2>(1, 3))
    }
}

/// Two classes, and a layer that nothing reads.
#[derive(Module, Debug)]
pub struct Idle {
    first: Linear,
    idle: Param<Tensor<1>>,
    last: Linear,
}

impl Network for Idle {
    const INPUT: [usize; 3] = [1, 1, 3];
    const CLASSES: usize = 2;

    fn new() -> Self {
        Idle {
            first: linear(3, 4),
            idle: Param::from_tensor(Tensor::ones([5], &device())),
            last: linear(4, 2),
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<2> {
        self.last
            .forward(self.first.forward(x.flatten::<2>(1, 3)).tanh())
    }
}
