//! The two networks the benches measure, in plain Burn, with running statistics.

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::pool::{MaxPool2d, MaxPool2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig, PaddingConfig2d};
use burn::tensor::{Device, Tensor, TensorData, activation};
use hesscope_hvp::{Examples, HvpError, Problem, ProblemOptions};

/// 3x3 convolution, normalization, relu and perhaps 2x2 max-pooling.
#[derive(Module, Debug)]
struct Block {
    conv: Conv2d,
    bn: BatchNorm,
    pool: Option<MaxPool2d>,
}

impl Block {
    fn new(inputs: usize, outputs: usize, pool: bool, device: &Device) -> Self {
        let conv = Conv2dConfig::new([inputs, outputs], [3, 3])
            .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1));
        let pooling = MaxPool2dConfig::new([2, 2]).with_strides([2, 2]);
        Block {
            conv: conv.init(device),
            bn: BatchNormConfig::new(outputs).init(device),
            pool: pool.then(|| pooling.init()),
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let x = activation::relu(self.bn.forward(self.conv.forward(x)));
        match &self.pool {
            Some(pool) => pool.forward(x),
            None => x,
        }
    }
}

/// Blocks, then a linear layer to ten classes.
#[derive(Module, Debug)]
pub struct Network {
    blocks: Vec<Block>,
    head: Linear,
}

impl Network {
    fn new(input: [usize; 3], blocks: &[(usize, bool)]) -> Self {
        let device = Device::flex();
        let [mut channels, mut height, mut width] = input;
        let blocks = blocks
            .iter()
            .map(|&(outputs, pool)| {
                let block = Block::new(channels, outputs, pool, &device);
                channels = outputs;
                if pool {
                    (height, width) = (height / 2, width / 2);
                }
                block
            })
            .collect();
        Network {
            blocks,
            head: LinearConfig::new(channels * height * width, 10).init(&device),
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<2> {
        let x = self.blocks.iter().fold(x, |x, block| block.forward(x));
        self.head.forward(x.flatten::<2>(1, 3))
    }
}

/// A network and how many random examples it is measured on.
pub struct Case {
    pub name: &'static str,
    #[allow(dead_code)] // by the bench of memory
    pub examples: usize,
    input: [usize; 3],
    blocks: &'static [(usize, bool)],
}

pub const SMALL_CNN: Case = Case {
    name: "small-cnn",
    examples: 256,
    input: [1, 16, 16],
    blocks: &[(8, true), (24, true)],
};

pub const VGG11: Case = Case {
    name: "vgg11",
    examples: 8,
    input: [3, 32, 32],
    blocks: &[
        (64, true),
        (128, true),
        (256, false),
        (256, true),
        (512, false),
        (512, true),
        (512, false),
        (512, true),
    ],
};

impl Case {
    /// The problem on `count` examples.
    pub fn problem(&self, count: usize, options: ProblemOptions) -> Result<Problem, HvpError> {
        let [c, h, w] = self.input;
        let values: Vec<f32> = (0..count * c * h * w)
            .map(|i| (i as f32 * 0.37).sin())
            .collect();
        let examples = Examples {
            inputs: TensorData::new(values, [count, c, h, w]),
            labels: (0..count).map(|i| (i % 10) as u32).collect(),
        };
        Problem::new(
            &Network::new(self.input, self.blocks),
            Network::forward,
            examples,
            &Device::flex(),
            options,
        )
    }
}
