//! The Hessian of a vision transformer in plain `burn::nn`: patches, a class token, learned positions.
//!
//!     cargo run --release --example vision_transformer

mod shared;

use burn::module::{Module, Param};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::transformer::{
    TransformerEncoder, TransformerEncoderConfig, TransformerEncoderInput,
};
use burn::nn::{Initializer, LayerNorm, LayerNormConfig, Linear, LinearConfig};
use burn::tensor::{Device, Tensor, TensorData};
use hesscope::hvp::{Examples, Precision, Problem, ProblemOptions};
use shared::Outcome;

const CLASSES: usize = 4;

#[derive(Module, Debug)]
struct VisionTransformer {
    patches: Conv2d,
    class: Param<Tensor<3>>,
    positions: Param<Tensor<3>>,
    encoder: TransformerEncoder,
    norm: LayerNorm,
    head: Linear,
}

impl VisionTransformer {
    /// For images of `side` x `side` in patches of 2 x 2, with tokens of `width` numbers.
    fn new(side: usize, width: usize, heads: usize, blocks: usize, device: &Device) -> Self {
        let normal = Initializer::Normal {
            mean: 0.0,
            std: 0.2,
        };
        let tokens = (side / 2).pow(2) + 1;
        VisionTransformer {
            patches: Conv2dConfig::new([1, width], [2, 2])
                .with_stride([2, 2])
                .init(device),
            class: normal.init([1, 1, width], device),
            positions: normal.init([1, tokens, width], device),
            encoder: TransformerEncoderConfig::new(width, 2 * width, heads, blocks)
                .with_norm_first(true)
                .init(device),
            norm: LayerNormConfig::new(width).init(device),
            head: LinearConfig::new(width, CLASSES).init(device),
        }
    }

    /// The logits [n, 4] of images [n, 1, side, side].
    fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        let n = images.dims()[0];
        let patches = self.patches.forward(images).flatten::<3>(2, 3);
        let class = self.class.val().repeat_dim(0, n);
        let tokens = Tensor::cat(vec![class, patches.swap_dims(1, 2)], 1) + self.positions.val();
        let tokens = self.encoder.forward(TransformerEncoderInput::new(tokens));
        let class = tokens.slice([0..n, 0..1]).squeeze_dim(1);
        self.head.forward(self.norm.forward(class))
    }
}

/// A bright bar on noise: upright on the left or right, or across above or below.
fn bars(count: usize, side: usize) -> Examples {
    let brightness = |i: usize, row: usize, column: usize| {
        let noise = ((i * 31 + row * 17 + column * 59) % 23) as f64 / 23.0 - 0.5;
        let place = 1 + (i / CLASSES) % (side / 2 - 1);
        let (place, at) = match i % CLASSES {
            0 => (place - 1, column),
            1 => (side - place, column),
            2 => (place - 1, row),
            _ => (side - place, row),
        };
        noise + if place == at { 1.0 } else { 0.0 }
    };
    let mut pixels = Vec::with_capacity(count * side * side);
    for i in 0..count {
        for row in 0..side {
            pixels.extend((0..side).map(|column| brightness(i, row, column)));
        }
    }
    Examples {
        inputs: TensorData::new(pixels, [count, 1, side, side]),
        labels: (0..count).map(|i| (i % CLASSES) as u32).collect(),
    }
}

fn problem(
    network: &VisionTransformer,
    examples: Examples,
    options: ProblemOptions,
) -> Outcome<Problem> {
    let forward = |network: &VisionTransformer, images| network.forward(images);
    let device = Device::flex();
    Ok(Problem::new(network, forward, examples, &device, options)?)
}

fn main() -> Outcome {
    let device = Device::flex();
    device.seed(1);
    let network = VisionTransformer::new(8, 16, 4, 2, &device);
    let mut whole = problem(&network, bars(48, 8), ProblemOptions::default())?;
    shared::descend(&mut whole, 60, 0.1)?;
    shared::spectra(&whole)?;

    let network = VisionTransformer::new(4, 4, 1, 1, &device);
    let exact = ProblemOptions {
        precision: Precision::F64,
        ..ProblemOptions::default()
    };
    shared::agreement(&mut problem(&network, bars(12, 4), exact)?)
}
