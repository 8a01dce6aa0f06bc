//! The multiplications of a forward pass, counted by hand.

mod common;

use burn::module::{Module, Param};
use burn::nn::conv::{
    Conv1d, Conv1dConfig, Conv2d, Conv2dConfig, ConvTranspose1d, ConvTranspose1dConfig,
};
use burn::nn::{Linear, LinearConfig, PaddingConfig2d};
use burn::tensor::{Device, Tensor, activation, module::linear};
use hesscope_hvp::capture;

/// A grouped convolution with stride, an activation, a linear layer as Burn records it, a product of two
/// tensors of the batch, and a linear layer recorded whole.
#[derive(Module, Debug)]
struct Mixed {
    conv: Conv2d,
    narrow: Linear,
    head: Param<Tensor<2>>,
}

impl Mixed {
    fn new() -> Self {
        let device = Device::flex();
        Mixed {
            conv: Conv2dConfig::new([4, 6], [3, 1])
                .with_stride([2, 1])
                .with_padding(PaddingConfig2d::Explicit(1, 0, 1, 0))
                .with_groups(2)
                .init(&device),
            narrow: LinearConfig::new(5, 7).init(&device),
            head: Param::from_tensor(Tensor::ones([42, 3], &device)),
        }
    }

    /// [n, 4, 9, 5] to [n, 3].
    fn forward(&self, x: Tensor<4>) -> Tensor<2> {
        let n = x.dims()[0];
        let x = activation::relu(self.conv.forward(x)); // [n, 6, 5, 5]
        let y = self.narrow.forward(x.clone()); // [n, 6, 5, 7]
        let z = x.swap_dims(2, 3).matmul(y); // [n, 6, 5, 7]
        let z = z.sum_dim(2).reshape([n, 42]);
        linear(z, self.head.val(), None)
    }
}

#[test]
fn of_convolutions_and_products() {
    for n in [1, 3] {
        let program = capture(&Mixed::new(), [n, 4, 9, 5], |net: &Mixed, x| net.forward(x))
            .expect("rules for all operations");
        // Each output of the convolution sees 4/2 channels and 3x1 pixels.
        let conv = n * 6 * 5 * 5 * (2 * 3);
        let narrow = n * 6 * 5 * 7 * 5;
        let product = n * 6 * 5 * 7 * 5;
        let head = n * 42 * 3;
        assert_eq!(program.multiply_adds(), conv + narrow + product + head);
    }
}

#[derive(Module, Debug)]
struct Sequences {
    down: Conv1d,
    up: ConvTranspose1d,
    head: Linear,
}

#[test]
fn of_sequences_and_transposed_convolutions() {
    let device = Device::flex();
    let net = Sequences {
        down: Conv1dConfig::new(3, 4, 3).with_stride(2).init(&device),
        up: ConvTranspose1dConfig::new([4, 2], 5)
            .with_stride(2)
            .init(&device),
        head: LinearConfig::new(2 * 13, 3).init(&device),
    };
    for n in [1, 2] {
        let program = capture(&net, [n, 3, 11], |net: &Sequences, x: Tensor<3>| {
            let x = net.down.forward(x); // [n, 4, 5]
            let x = net.up.forward(x); // [n, 2, 13]
            net.head.forward(x.reshape([n, 26]))
        })
        .expect("rules for all operations");
        let down = n * 4 * 5 * (3 * 3);
        // Each input of the transposed convolution reaches 2 channels and 5 places.
        let up = n * 4 * 5 * (2 * 5);
        assert_eq!(program.multiply_adds(), down + up + n * 26 * 3);
    }
}
