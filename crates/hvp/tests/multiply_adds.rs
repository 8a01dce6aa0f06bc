//! The multiplications of a forward pass, counted by hand.

mod common;

use burn::module::{Module, Param};
use burn::nn::conv::{Conv2d, Conv2dConfig};
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
