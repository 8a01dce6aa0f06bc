//! ResNet18 (He, Zhang, Ren and Sun 2016), in the form the papers' released code uses and
//! as torchvision's `resnet18`.

use burn::{
    module::Module,
    tensor::{Tensor, activation::relu},
};
use serde::{Deserialize, Serialize};

use super::{
    architecture::{Architecture, NetOptions},
    error::{ModelError, check_widths},
    init::Init,
    layer_table::LayerTable,
    layers::{
        batch_norm::BnMode,
        conv::Conv,
        conv_norm::ConvNorm,
        linear::Linear,
        pooling::{global_avg_pool, max_pool_3_stride_2},
    },
    pytorch_names::{PytorchName, abbreviation, index, own_name},
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
///
/// PyTorch files may name the tensors by our own paths, as torchvision does (`conv1`, `layer1.0.conv1`,
/// `layer2.0.downsample.0`, `fc`), or with `shortcut` and `linear` in place of `downsample` and `fc`.
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

/// Options of `resnet18-torchvision`, which has the big stem for images of any size.
///
/// PyTorch files may name the tensors as those of `resnet18`; they are written with torchvision's names.
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
    fn new(
        inputs: usize,
        outputs: usize,
        stride: usize,
        init: &mut Init,
    ) -> Result<Self, ModelError> {
        // In every network built here the channels change exactly where the stride is not 1.
        let changes = inputs != outputs;
        let mut unit = |inputs, kernel, stride| {
            let conv = Conv::new(inputs, outputs, kernel, init)?.with_stride(stride);
            ConvNorm::new(conv, init)
        };
        Ok(Self {
            first: unit(inputs, 3, stride)?,
            second: unit(outputs, 3, 1)?,
            shortcut: changes.then(|| unit(inputs, 1, stride)).transpose()?,
        })
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

    fn describe(&self, path: &str, table: &mut LayerTable) {
        let input = table.image();
        let first = format!("{path}.first");
        self.first.describe(&first, "batch norm, relu", table);
        let second = format!("{path}.second");
        self.second.describe(&second, "batch norm", table);
        let output = table.image();
        if let Some(shortcut) = &self.shortcut {
            table.set_image(input);
            shortcut.describe(&format!("{path}.shortcut"), "batch norm", table);
        }
        table.image_row(path, "add, relu", output, 0);
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
    fn new(
        big: bool,
        width: usize,
        inputs: usize,
        classes: usize,
        init: &mut Init,
    ) -> Result<Self, ModelError> {
        let (kernel, stride) = if big { (7, 2) } else { (3, 1) };
        let mut channels = width;
        let stem = Conv::new(inputs, channels, kernel, init)?.with_stride(stride);
        let stem = ConvNorm::new(stem, init)?;
        let mut blocks = Vec::with_capacity(BLOCKS * STAGES.len());
        for (multiple, stride) in STAGES {
            let outputs = width.saturating_mul(multiple);
            for index in 0..BLOCKS {
                let stride = if index == 0 { stride } else { 1 };
                blocks.push(BasicBlock::new(channels, outputs, stride, init)?);
                channels = outputs;
            }
        }
        Ok(Self {
            stem,
            big,
            blocks,
            head: Linear::head(channels, classes, init)?,
        })
    }
}

impl NetOptions for Resnet18Config {
    type Layers = Resnet18;

    fn build(
        &self,
        [inputs, height, width]: [usize; 3],
        classes: usize,
        init: &mut Init,
    ) -> Result<Resnet18, ModelError> {
        check_widths("resnet18", "width", &[self.width])?;
        let big = self.stem.is_big(height, width);
        Resnet18::new(big, self.width, inputs, classes, init)
    }

    fn pytorch_names(&self) -> Vec<PytorchName> {
        vec![own_name, downsample_names, shortcut_names]
    }
}

impl NetOptions for Resnet18TorchvisionConfig {
    type Layers = Resnet18;

    fn build(
        &self,
        [inputs, _, _]: [usize; 3],
        classes: usize,
        init: &mut Init,
    ) -> Result<Resnet18, ModelError> {
        check_widths("resnet18-torchvision", "width", &[self.width])?;
        Resnet18::new(true, self.width, inputs, classes, init)
    }

    fn pytorch_names(&self) -> Vec<PytorchName> {
        vec![downsample_names, own_name, shortcut_names]
    }
}

impl Architecture for Resnet18 {
    fn forward(&self, x: Tensor<4>, mode: BnMode) -> Tensor<2> {
        let mut x = relu(self.stem.forward(x, mode));
        if self.big {
            x = max_pool_3_stride_2(x);
        }
        for block in &self.blocks {
            x = block.forward(x, mode);
        }
        self.head.forward(global_avg_pool(x))
    }

    fn describe(&self, table: &mut LayerTable) {
        self.stem.describe("stem", "batch norm, relu", table);
        if self.big {
            table.pooling("stem", "max-pool 3, stride 2", |side| side.div_ceil(2));
        }
        for (k, block) in self.blocks.iter().enumerate() {
            block.describe(&format!("blocks.{k}"), table);
        }
        table.global_pooling("blocks");
        self.head.describe("head", "linear", table);
    }

    fn head(&self) -> &Linear {
        &self.head
    }

    fn smallest_training_batch(&self, [_, height, width]: [usize; 3]) -> usize {
        let reduction = if self.big { 32 } else { 8 };
        let pixels = height.div_ceil(reduction) * width.div_ceil(reduction);
        if pixels == 1 { 2 } else { 1 }
    }
}

/// torchvision's `ResNet`.
fn downsample_names(path: &str) -> String {
    stage_names(path, "downsample", "fc")
}

/// The other common spelling, of ResNets for 32x32 images.
fn shortcut_names(path: &str) -> String {
    stage_names(path, "shortcut", "linear")
}

fn stage_names(path: &str, projection: &str, head: &str) -> String {
    let segments: Vec<&str> = path.split('.').collect();
    match segments[..] {
        ["stem", layer, tensor] => format!("{}1.{tensor}", abbreviation(layer)),
        ["blocks", block, unit, layer, tensor] => {
            let block = index(block);
            let (stage, place) = (block / BLOCKS + 1, block % BLOCKS);
            let inner = match unit {
                "first" => format!("{}1", abbreviation(layer)),
                "second" => format!("{}2", abbreviation(layer)),
                _ => format!("{projection}.{}", usize::from(layer == "norm")),
            };
            format!("layer{stage}.{place}.{inner}.{tensor}")
        }
        ["head", tensor] => format!("{head}.{tensor}"),
        _ => path.to_owned(),
    }
}
