//! ResNet18 (He, Zhang, Ren and Sun 2016), in the form the papers' released code uses.

use burn::{
    module::Module,
    tensor::{Tensor, activation::relu},
};
use serde::{Deserialize, Serialize};

use crate::{
    batch_norm::{BatchNorm, BnMode},
    describe::LayerInfo,
    error::ModelError,
    init::Init,
    layers::{Conv, Linear, global_avg_pool, max_pool_3_stride_2},
};

/// Channels of the four stages in units of the width, and the stride each begins with.
const STAGES: [(usize, usize); 4] = [(1, 1), (2, 2), (4, 2), (8, 2)];

/// Residual blocks in each stage.
const BLOCKS: usize = 2;

/// The largest side, in pixels, of images that the small stem is for.
const LARGEST_SMALL: usize = 64;

/// What stands before the residual blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resnet18Stem {
    /// `Big` where a side of the images is above 64 pixels, `Small` elsewhere.
    #[default]
    Auto,
    /// A 3x3 convolution with stride 1, for images of 32x32.
    Small,
    /// A 7x7 convolution with stride 2, then 3x3 max-pooling with stride 2, for images of 224x224.
    Big,
}

impl Resnet18Stem {
    fn is_big(self, height: usize, width: usize) -> bool {
        match self {
            Self::Auto => height.max(width) > LARGEST_SMALL,
            Self::Small => false,
            Self::Big => true,
        }
    }
}

/// Options of `resnet18`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Resnet18Config {
    /// What stands before the residual blocks.
    pub stem: Resnet18Stem,
    /// Channels of the stem and the first stage; the next three have 2, 4 and 8 times as many.
    pub width: usize,
}

impl Default for Resnet18Config {
    /// The stem by the size of the images, 64 channels.
    fn default() -> Self {
        Self {
            stem: Resnet18Stem::default(),
            width: 64,
        }
    }
}

/// Options of `resnet18-torchvision`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Resnet18TorchvisionConfig {
    /// Channels of the stem and the first stage; the next three have 2, 4 and 8 times as many.
    pub width: usize,
}

impl Default for Resnet18TorchvisionConfig {
    /// torchvision's: 64 channels.
    fn default() -> Self {
        Self {
            width: Resnet18Config::default().width,
        }
    }
}

/// A convolution without bias and BatchNorm.
#[derive(Module, Debug)]
pub struct ConvNorm {
    /// The convolution.
    pub conv: Conv,
    /// The normalisation after it.
    pub norm: BatchNorm,
}

impl ConvNorm {
    fn new(inputs: usize, outputs: usize, kernel: usize, stride: usize, init: &mut Init) -> Self {
        Self {
            conv: Conv::new(inputs, outputs, kernel, stride, init),
            norm: BatchNorm::new(outputs, init),
        }
    }

    /// `[n, in, h, w]` to `[n, out, h / stride, w / stride]`, rounded up.
    pub fn forward(&self, x: Tensor<4>, mode: BnMode) -> Tensor<4> {
        self.norm.forward(self.conv.forward(x), mode)
    }

    fn describe(
        &self,
        path: &str,
        normalised: &str,
        shape: [usize; 3],
        rows: &mut Vec<LayerInfo>,
    ) -> [usize; 3] {
        let shape = self.conv.describe(&format!("{path}.conv"), shape, rows);
        rows.push(LayerInfo::new(
            format!("{path}.norm"),
            normalised,
            &shape,
            self.norm.num_params(),
        ));
        shape
    }
}

/// `relu(second(relu(first(x))) + shortcut(x))`, the shortcut being x itself where the shapes agree and otherwise a 1x1
/// convolution with BatchNorm.
#[derive(Module, Debug)]
pub struct BasicBlock {
    /// 3x3, with the block's stride.
    pub first: ConvNorm,
    /// 3x3, stride 1.
    pub second: ConvNorm,
    /// 1x1, with the block's stride, where the shape changes.
    pub shortcut: Option<ConvNorm>,
}

impl BasicBlock {
    fn new(inputs: usize, outputs: usize, stride: usize, init: &mut Init) -> Self {
        // In every network built here the channels change exactly where the stride is not 1.
        let changes = inputs != outputs;
        Self {
            first: ConvNorm::new(inputs, outputs, 3, stride, init),
            second: ConvNorm::new(outputs, outputs, 3, 1, init),
            shortcut: changes.then(|| ConvNorm::new(inputs, outputs, 1, stride, init)),
        }
    }

    /// `[n, in, h, w]` to `[n, out, h / stride, w / stride]`, rounded up.
    pub fn forward(&self, x: Tensor<4>, mode: BnMode) -> Tensor<4> {
        let y = relu(self.first.forward(x.clone(), mode));
        let y = self.second.forward(y, mode);
        let x = match &self.shortcut {
            Some(shortcut) => shortcut.forward(x, mode),
            None => x,
        };
        relu(y + x)
    }

    fn describe(&self, path: &str, shape: [usize; 3], rows: &mut Vec<LayerInfo>) -> [usize; 3] {
        let first = format!("{path}.first");
        let inner = self.first.describe(&first, "batch norm, relu", shape, rows);
        let second = format!("{path}.second");
        let out = self.second.describe(&second, "batch norm", inner, rows);
        if let Some(shortcut) = &self.shortcut {
            shortcut.describe(&format!("{path}.shortcut"), "batch norm", shape, rows);
        }
        rows.push(LayerInfo::new(path, "add, relu", &out, 0));
        out
    }
}

/// ResNet18: the stem, eight residual blocks of two 3x3 convolutions, the mean over all pixels, and a linear layer with
/// bias. No other layer has a bias.
///
/// Paths: `stem.conv.weight`, `stem.norm.*`, `blocks.K.first.*`, `blocks.K.second.*`, `blocks.K.shortcut.*` (K = 2, 4, 6
/// only), each `conv.weight` and `norm.*`; `head.weight`, `head.bias`. The order is that of torchvision's `resnet18`.
/// Initialisation: convolutions N(0, 2 / (k k out)), BatchNorm 1 and 0, head N(0, 1 / (3 in)) and 0. Images of any size.
#[derive(Module, Debug)]
pub struct Resnet18 {
    /// The first convolution.
    pub stem: ConvNorm,
    /// Whether the stem is the big one, with max-pooling.
    pub big: bool,
    /// The residual blocks.
    pub blocks: Vec<BasicBlock>,
    /// The last layer, to the logits.
    pub head: Linear,
}

impl Resnet18 {
    pub(crate) fn new(
        config: &Resnet18Config,
        input: [usize; 3],
        classes: usize,
        init: &mut Init,
    ) -> Result<Self, ModelError> {
        let [_, height, width] = input;
        let big = config.stem.is_big(height, width);
        Self::with_stem("resnet18", big, config.width, input, classes, init)
    }

    /// torchvision's `resnet18`, which has the big stem for images of any size.
    pub(crate) fn torchvision(
        config: &Resnet18TorchvisionConfig,
        input: [usize; 3],
        classes: usize,
        init: &mut Init,
    ) -> Result<Self, ModelError> {
        let net = "resnet18-torchvision";
        Self::with_stem(net, true, config.width, input, classes, init)
    }

    fn with_stem(
        net: &'static str,
        big: bool,
        width: usize,
        [inputs, _, _]: [usize; 3],
        classes: usize,
        init: &mut Init,
    ) -> Result<Self, ModelError> {
        if width == 0 {
            let field = "width";
            return Err(ModelError::ZeroWidth { net, field });
        }
        let (kernel, stride) = if big { (7, 2) } else { (3, 1) };
        let mut channels = width;
        let stem = ConvNorm::new(inputs, channels, kernel, stride, init);
        let mut blocks = Vec::with_capacity(BLOCKS * STAGES.len());
        for (multiple, stride) in STAGES {
            let outputs = multiple * width;
            for index in 0..BLOCKS {
                let stride = if index == 0 { stride } else { 1 };
                blocks.push(BasicBlock::new(channels, outputs, stride, init));
                channels = outputs;
            }
        }
        let head = Linear::head(channels, classes, init);
        Ok(Self {
            stem,
            big,
            blocks,
            head,
        })
    }

    /// `[n, c, h, w]` to logits `[n, classes]`.
    pub fn forward(&self, x: Tensor<4>, mode: BnMode) -> Tensor<2> {
        let x = relu(self.stem.forward(x, mode));
        let x = if self.big { max_pool_3_stride_2(x) } else { x };
        let x = self
            .blocks
            .iter()
            .fold(x, |x, block| block.forward(x, mode));
        self.head.forward(global_avg_pool(x))
    }

    /// Pixels of one channel in the last block, where they are fewest.
    pub(crate) fn fewest_pixels(&self, [_, height, width]: [usize; 3]) -> usize {
        let reduction = if self.big { 32 } else { 8 };
        height.div_ceil(reduction) * width.div_ceil(reduction)
    }

    pub(crate) fn describe(&self, input: [usize; 3]) -> Vec<LayerInfo> {
        let mut rows = Vec::new();
        let mut shape = self
            .stem
            .describe("stem", "batch norm, relu", input, &mut rows);
        if self.big {
            let [channels, h, w] = shape;
            shape = [channels, h.div_ceil(2), w.div_ceil(2)];
            rows.push(LayerInfo::new("stem", "max-pool 3, stride 2", &shape, 0));
        }
        for (k, block) in self.blocks.iter().enumerate() {
            shape = block.describe(&format!("blocks.{k}"), shape, &mut rows);
        }
        rows.push(LayerInfo::new("blocks", "mean over pixels", &shape[..1], 0));
        self.head.describe("head", &mut rows);
        rows
    }
}
