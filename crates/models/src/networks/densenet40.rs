//! DenseNet40 (Huang, Liu, van der Maaten and Weinberger 2017), in the form the papers' released code uses.

use burn::{
    module::Module,
    tensor::{Tensor, activation::relu},
};
use serde::{Deserialize, Serialize};

use super::{
    architecture::{Architecture, NetOptions},
    error::{ModelError, check_sides, check_widths},
    init::Init,
    layer_table::LayerTable,
    layers::{
        batch_norm::{BatchNorm, BnMode},
        conv::Conv,
        linear::Linear,
        pooling::{avg_pool_2, global_avg_pool},
    },
    pytorch_names::{PytorchName, abbreviation, index, own_name},
};

/// Dense blocks; a transition stands between two of them.
const BLOCKS: usize = 3;

/// Layers that the depth counts outside of the blocks: the stem, two transitions, the head.
const OUTSIDE: usize = 4;

/// Channels of the stem in units of the growth.
const STEM: usize = 2;

/// Channels of a bottleneck in units of the growth.
const BOTTLENECK: usize = 4;

/// Options of `densenet40`.
///
/// PyTorch files may name the tensors by our own paths or as DenseNets for 32x32 images commonly do: `conv1`,
/// `block1.layer.0.conv1`, `trans1.conv1`, `bn1`, `fc`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Densenet40Config {
    /// Convolutions and the linear layer: 3 n + 4, or 6 n + 4 with bottlenecks, for n dense layers a block.
    pub depth: usize,
    /// Channels each dense layer adds, k; the stem has 2 k.
    pub growth: usize,
    /// Whether a 1x1 convolution to 4 k channels stands before each 3x3 convolution.
    pub bottleneck: bool,
    /// Share of the channels that a transition keeps, rounded down; 1 keeps all.
    pub reduction: f64,
}

impl Default for Densenet40Config {
    /// Depth 40, growth 12, no bottlenecks, no reduction.
    fn default() -> Self {
        Self {
            depth: 40,
            growth: 12,
            bottleneck: false,
            reduction: 1.0,
        }
    }
}

impl Densenet40Config {
    /// Dense layers in each block.
    fn layers(&self) -> Result<usize, ModelError> {
        let each = if self.bottleneck { 2 } else { 1 };
        let inside = self.depth.saturating_sub(OUTSIDE);
        let layers = inside / (each * BLOCKS);
        if layers == 0 || layers * each * BLOCKS != inside {
            return Err(ModelError::OutOfRange {
                net: "densenet40",
                field: "depth",
                value: self.depth.to_string(),
                remedy: "choose 3 n + 4, or 6 n + 4 with bottlenecks, such as 40",
            });
        }
        Ok(layers)
    }

    /// Channels that a transition keeps of `channels`.
    fn kept(&self, channels: usize) -> Result<usize, ModelError> {
        // The cast rounds down, and makes what is negative or no number 0.
        let kept = (channels as f64 * self.reduction) as usize;
        if kept == 0 || kept > channels {
            return Err(ModelError::OutOfRange {
                net: "densenet40",
                field: "reduction",
                value: self.reduction.to_string(),
                remedy: "choose a share of the channels, at most 1 and large enough to keep one",
            });
        }
        Ok(kept)
    }
}

/// BatchNorm, ReLU and a convolution without bias, in this order.
#[derive(Module, Debug)]
pub struct NormConv {
    /// The normalisation.
    pub norm: BatchNorm,
    /// The convolution behind it.
    pub conv: Conv,
}

impl NormConv {
    fn new(
        inputs: usize,
        outputs: usize,
        kernel: usize,
        init: &mut Init,
    ) -> Result<Self, ModelError> {
        Ok(Self {
            norm: BatchNorm::new(inputs, init)?,
            conv: Conv::new(inputs, outputs, kernel, init)?,
        })
    }

    /// `[n, in, h, w]` to `[n, out, h, w]`.
    pub fn forward(&self, x: Tensor<4>, mode: BnMode) -> Tensor<4> {
        self.conv.forward(relu(self.norm.forward(x, mode)))
    }

    fn describe(&self, path: &str, table: &mut LayerTable) {
        let norm = format!("{path}.norm");
        self.norm.describe(&norm, "batch norm, relu", table);
        self.conv.describe(&format!("{path}.conv"), table);
    }
}

/// Adds the channels `growth(bottleneck(x))` behind those of x, or `growth(x)` without a bottleneck.
#[derive(Module, Debug)]
pub struct DenseLayer {
    /// To 4 k channels by 1x1, where there is one.
    pub bottleneck: Option<NormConv>,
    /// To k channels by 3x3.
    pub growth: NormConv,
}

impl DenseLayer {
    fn new(
        inputs: usize,
        growth: usize,
        bottleneck: bool,
        init: &mut Init,
    ) -> Result<Self, ModelError> {
        if !bottleneck {
            return Ok(Self {
                bottleneck: None,
                growth: NormConv::new(inputs, growth, 3, init)?,
            });
        }
        let narrow = growth.saturating_mul(BOTTLENECK);
        Ok(Self {
            bottleneck: Some(NormConv::new(inputs, narrow, 1, init)?),
            growth: NormConv::new(narrow, growth, 3, init)?,
        })
    }

    /// `[n, in, h, w]` to `[n, in + k, h, w]`.
    pub fn forward(&self, x: Tensor<4>, mode: BnMode) -> Tensor<4> {
        let narrow = match &self.bottleneck {
            Some(bottleneck) => bottleneck.forward(x.clone(), mode),
            None => x.clone(),
        };
        Tensor::cat(vec![x, self.growth.forward(narrow, mode)], 1)
    }

    fn describe(&self, path: &str, table: &mut LayerTable) {
        let [inputs, _, _] = table.image();
        if let Some(bottleneck) = &self.bottleneck {
            bottleneck.describe(&format!("{path}.bottleneck"), table);
        }
        self.growth.describe(&format!("{path}.growth"), table);
        let [grown, h, w] = table.image();
        table.image_row(path, "concatenate", [inputs + grown, h, w], 0);
    }
}

/// A dense block and the transition behind it: BatchNorm, ReLU, 1x1 convolution and the mean over 2x2 windows.
#[derive(Module, Debug)]
pub struct DenseStage {
    /// The dense layers.
    pub layers: Vec<DenseLayer>,
    /// The transition, behind every block but the last.
    pub transition: Option<NormConv>,
}

impl DenseStage {
    /// `[n, in, h, w]` to `[n, out, h / 2, w / 2]`, or `[n, out, h, w]` without a transition.
    pub fn forward(&self, x: Tensor<4>, mode: BnMode) -> Tensor<4> {
        let x = self
            .layers
            .iter()
            .fold(x, |x, layer| layer.forward(x, mode));
        match &self.transition {
            Some(transition) => avg_pool_2(transition.forward(x, mode)),
            None => x,
        }
    }

    fn describe(&self, path: &str, table: &mut LayerTable) {
        for (k, layer) in self.layers.iter().enumerate() {
            layer.describe(&format!("{path}.layers.{k}"), table);
        }
        if let Some(transition) = &self.transition {
            let path = format!("{path}.transition");
            transition.describe(&path, table);
            table.pooling(path, "avg-pool 2", |side| side / 2);
        }
    }
}

/// DenseNet40: a 3x3 convolution, three dense blocks of twelve layers with transitions between them, BatchNorm, ReLU, the
/// mean over all pixels, and a linear layer with bias. No other layer has a bias.
///
/// Paths: `stem.weight`, `stages.B.layers.K.bottleneck.*` (with bottlenecks only), `stages.B.layers.K.growth.*` and
/// `stages.B.transition.*` (B = 0, 1), each `norm.*` and `conv.weight`; `norm.*`, `head.weight`, `head.bias`.
/// Initialisation: convolutions N(0, 2 / (k k out)), BatchNorm 1 and 0, head N(0, 1 / (3 in)) and 0. Images of at least
/// 4x4.
#[derive(Module, Debug)]
pub struct Densenet40 {
    /// The first convolution.
    pub stem: Conv,
    /// The dense blocks with their transitions.
    pub stages: Vec<DenseStage>,
    /// The normalisation behind them.
    pub norm: BatchNorm,
    /// The last layer, to the logits.
    pub head: Linear,
}

impl NetOptions for Densenet40Config {
    type Layers = Densenet40;

    fn build(
        &self,
        input: [usize; 3],
        classes: usize,
        init: &mut Init,
    ) -> Result<Densenet40, ModelError> {
        check_sides("densenet40", 4, input)?;
        check_widths("densenet40", "growth", &[self.growth])?;
        let (growth, count) = (self.growth, self.layers()?);
        let mut channels = growth.saturating_mul(STEM);
        let stem = Conv::new(input[0], channels, 3, init)?;
        let mut stages = Vec::with_capacity(BLOCKS);
        for index in 0..BLOCKS {
            let mut layers = Vec::new();
            for _ in 0..count {
                layers.push(DenseLayer::new(channels, growth, self.bottleneck, init)?);
                channels += growth;
            }
            let mut transition = None;
            if index + 1 < BLOCKS {
                let kept = self.kept(channels)?;
                transition = Some(NormConv::new(channels, kept, 1, init)?);
                channels = kept;
            }
            stages.push(DenseStage { layers, transition });
        }
        Ok(Densenet40 {
            stem,
            stages,
            norm: BatchNorm::new(channels, init)?,
            head: Linear::head(channels, classes, init)?,
        })
    }

    fn pytorch_names(&self) -> Vec<PytorchName> {
        let common = if self.bottleneck {
            common_names_bottleneck
        } else {
            common_names
        };
        vec![own_name, common]
    }
}

impl Architecture for Densenet40 {
    fn forward(&self, x: Tensor<4>, mode: BnMode) -> Tensor<2> {
        let mut x = self.stem.forward(x);
        for stage in &self.stages {
            x = stage.forward(x, mode);
        }
        let x = relu(self.norm.forward(x, mode));
        self.head.forward(global_avg_pool(x))
    }

    fn describe(&self, table: &mut LayerTable) {
        self.stem.describe("stem", table);
        for (k, stage) in self.stages.iter().enumerate() {
            stage.describe(&format!("stages.{k}"), table);
        }
        self.norm.describe("norm", "batch norm, relu", table);
        table.global_pooling("norm");
        self.head.describe("head", "linear", table);
    }

    fn head(&self) -> &Linear {
        &self.head
    }

    fn smallest_training_batch(&self, [_, height, width]: [usize; 3]) -> usize {
        if (height / 4) * (width / 4) == 1 {
            2
        } else {
            1
        }
    }
}

/// DenseNet for 32x32 images as commonly written: `block1.layer.0`, `trans1`, `bn1`, `fc`.
fn common_names(path: &str) -> String {
    numbered_names(path, "1")
}

/// The same with bottlenecks, which come before the 3x3 convolutions and take their number.
fn common_names_bottleneck(path: &str) -> String {
    numbered_names(path, "2")
}

fn numbered_names(path: &str, growth: &str) -> String {
    let segments: Vec<&str> = path.split('.').collect();
    match segments[..] {
        ["stem", tensor] => format!("conv1.{tensor}"),
        ["stages", stage, "layers", place, unit, layer, tensor] => {
            let number = if unit == "growth" { growth } else { "1" };
            let (stage, layer) = (index(stage) + 1, abbreviation(layer));
            format!("block{stage}.layer.{place}.{layer}{number}.{tensor}")
        }
        ["stages", stage, "transition", layer, tensor] => {
            let (stage, layer) = (index(stage) + 1, abbreviation(layer));
            format!("trans{stage}.{layer}1.{tensor}")
        }
        ["norm", tensor] => format!("bn1.{tensor}"),
        ["head", tensor] => format!("fc.{tensor}"),
        _ => path.to_owned(),
    }
}
