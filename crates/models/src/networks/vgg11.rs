//! VGG11 with BatchNorm (Simonyan and Zisserman 2015), in the form the papers' released code uses and as torchvision's
//! `vgg11_bn`.

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
        conv_norm::ConvNorm,
        linear::Linear,
        pooling::{adaptive_avg_pool, max_pool_2},
    },
    pytorch_names::{PytorchName, index, own_name},
};

/// Output channels of the eight convolutions in units of the width, and whether max-pooling follows.
const FEATURES: [(usize, bool); 8] = [
    (1, true),
    (2, true),
    (4, false),
    (4, true),
    (8, false),
    (8, true),
    (8, false),
    (8, true),
];

/// Channels of the first convolution.
const WIDTH: usize = 64;

/// Width of each of the two hidden layers of the full classifier.
const HIDDEN: usize = 4096;

/// Rows and columns that torchvision pools the features to.
const CELLS: usize = 7;

/// Standard deviation of the linear layers' initial weights.
const LINEAR_STD: f64 = 0.01;

/// What follows the convolutions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Vgg11Classifier {
    /// Two linear layers of width 4096 without bias, each with BatchNorm and ReLU, then a linear layer with bias.
    #[default]
    Full,
    /// One linear layer with bias.
    Plain,
}

/// Options of `vgg11`.
///
/// PyTorch files may name the tensors by our own paths or as `features.N` and `classifier.N`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Vgg11Config {
    /// Channels of the first convolution; the others have 2, 4 and 8 times as many.
    pub width: usize,
    /// What follows the convolutions.
    pub classifier: Vgg11Classifier,
}

impl Default for Vgg11Config {
    /// The papers': 64 channels and the full classifier.
    fn default() -> Self {
        Self {
            width: WIDTH,
            classifier: Vgg11Classifier::default(),
        }
    }
}

/// Options of `vgg11-torchvision`: the convolutions of `vgg11`, the means over 7x7 cells, two linear layers with bias and
/// ReLU, and a linear layer with bias.
///
/// torchvision drops half of the hidden layers' outputs while it trains. That is the identity when a network is
/// evaluated or measured, and it is left out here in training as well, so that a run stays a function of its seed.
///
/// PyTorch files may name the tensors as `features.N` and `classifier.N`, by which they are written, or by our own paths.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Vgg11TorchvisionConfig {
    /// Channels of the first convolution; the others have 2, 4 and 8 times as many.
    pub width: usize,
    /// Width of the two hidden layers of the classifier.
    pub hidden: usize,
}

impl Default for Vgg11TorchvisionConfig {
    /// torchvision's: 64 channels, hidden layers of 4096.
    fn default() -> Self {
        Self {
            width: WIDTH,
            hidden: HIDDEN,
        }
    }
}

/// A linear layer, BatchNorm where there is one, and ReLU: `[n, in]` to `[n, out]`.
#[derive(Module, Debug)]
pub struct HiddenLayer {
    /// The linear layer, with a bias where no BatchNorm would cancel it.
    pub linear: Linear,
    /// The normalisation after it.
    pub norm: Option<BatchNorm>,
}

impl HiddenLayer {
    fn new(
        inputs: usize,
        outputs: usize,
        normalised: bool,
        init: &mut Init,
    ) -> Result<Self, ModelError> {
        if !normalised {
            return Ok(Self {
                linear: Linear::new(inputs, outputs, LINEAR_STD, init)?,
                norm: None,
            });
        }
        Ok(Self {
            linear: Linear::without_bias(inputs, outputs, LINEAR_STD, init)?,
            norm: Some(BatchNorm::new(outputs, init)?),
        })
    }

    /// Maps each row of `x`.
    pub fn forward(&self, x: Tensor<2>, mode: BnMode) -> Tensor<2> {
        let x = self.linear.forward(x);
        relu(match &self.norm {
            Some(norm) => norm.forward(x, mode),
            None => x,
        })
    }

    fn describe(&self, path: &str, table: &mut LayerTable) {
        let linear = format!("{path}.linear");
        match &self.norm {
            Some(norm) => {
                self.linear.describe(linear, "linear", table);
                let (outputs, parameters) = (norm.channels(), norm.num_params());
                table.row(
                    format!("{path}.norm"),
                    "batch norm, relu",
                    &[outputs],
                    parameters,
                );
            }
            None => self.linear.describe(linear, "linear, relu", table),
        }
    }
}

/// VGG11: eight 3x3 convolutions with bias, each with BatchNorm and ReLU, five max-poolings, and the classifier.
///
/// Paths: `blocks.K.conv.*`, `blocks.K.norm.*`, `hidden.K.linear.*`, `hidden.K.norm.*`, `head.weight`, `head.bias`; a
/// hidden layer has a norm and no bias in `vgg11`, a bias and no norm in `vgg11-torchvision`. Initialisation:
/// convolutions N(0, 2 / (9 out)), linear layers N(0, 0.01^2), BatchNorm 1 and 0, biases 0. Images of at least 32x32.
#[derive(Module, Debug)]
pub struct Vgg11 {
    /// The convolutions with their normalisation.
    pub blocks: Vec<ConvNorm>,
    /// Rows and columns that the features are pooled to, if they are.
    #[module(skip)]
    pub cells: Option<usize>,
    /// The hidden layers of the classifier.
    pub hidden: Vec<HiddenLayer>,
    /// The last layer, to the logits.
    pub head: Linear,
}

/// The convolutions, the first with `width` channels, and the number of channels they end with.
fn convolutions(
    mut inputs: usize,
    width: usize,
    init: &mut Init,
) -> Result<(Vec<ConvNorm>, usize), ModelError> {
    let mut blocks = Vec::with_capacity(FEATURES.len());
    for (multiple, _) in FEATURES {
        let outputs = width.saturating_mul(multiple);
        let conv = Conv::new(inputs, outputs, 3, init)?.with_bias(init)?;
        blocks.push(ConvNorm::new(conv, init)?);
        inputs = outputs;
    }
    Ok((blocks, inputs))
}

/// Hidden layers of these widths, and the layer to the logits.
fn classifier(
    mut features: usize,
    widths: &[usize],
    normalised: bool,
    classes: usize,
    init: &mut Init,
) -> Result<(Vec<HiddenLayer>, Linear), ModelError> {
    let mut hidden = Vec::with_capacity(widths.len());
    for &width in widths {
        hidden.push(HiddenLayer::new(features, width, normalised, init)?);
        features = width;
    }
    let head = Linear::new(features, classes, LINEAR_STD, init)?;
    Ok((hidden, head))
}

impl NetOptions for Vgg11Config {
    type Layers = Vgg11;

    fn build(
        &self,
        input: [usize; 3],
        classes: usize,
        init: &mut Init,
    ) -> Result<Vgg11, ModelError> {
        check_widths("vgg11", "width", &[self.width])?;
        check_sides("vgg11", 32, input)?;
        let [inputs, height, width] = input;
        let (blocks, channels) = convolutions(inputs, self.width, init)?;
        let features = channels.saturating_mul((height / 32) * (width / 32));
        let widths: &[usize] = match self.classifier {
            Vgg11Classifier::Full => &[HIDDEN; 2],
            Vgg11Classifier::Plain => &[],
        };
        let (hidden, head) = classifier(features, widths, true, classes, init)?;
        Ok(Vgg11 {
            blocks,
            cells: None,
            hidden,
            head,
        })
    }

    fn pytorch_names(&self) -> Vec<PytorchName> {
        match self.classifier {
            Vgg11Classifier::Full => vec![own_name, sequential],
            Vgg11Classifier::Plain => vec![own_name, sequential_plain],
        }
    }
}

impl NetOptions for Vgg11TorchvisionConfig {
    type Layers = Vgg11;

    fn build(
        &self,
        input: [usize; 3],
        classes: usize,
        init: &mut Init,
    ) -> Result<Vgg11, ModelError> {
        let net = "vgg11-torchvision";
        check_widths(net, "width", &[self.width])?;
        check_widths(net, "hidden", &[self.hidden])?;
        check_sides(net, 32, input)?;
        let (blocks, channels) = convolutions(input[0], self.width, init)?;
        let features = channels.saturating_mul(CELLS * CELLS);
        let (hidden, head) = classifier(features, &[self.hidden; 2], false, classes, init)?;
        Ok(Vgg11 {
            blocks,
            cells: Some(CELLS),
            hidden,
            head,
        })
    }

    fn pytorch_names(&self) -> Vec<PytorchName> {
        vec![sequential, own_name]
    }
}

impl Architecture for Vgg11 {
    fn forward(&self, mut x: Tensor<4>, mode: BnMode) -> Tensor<2> {
        for (block, (_, pooled)) in self.blocks.iter().zip(FEATURES) {
            x = relu(block.forward(x, mode));
            if pooled {
                x = max_pool_2(x);
            }
        }
        if let Some(cells) = self.cells {
            x = adaptive_avg_pool(x, cells);
        }
        let mut x = x.flatten::<2>(1, 3);
        for layer in &self.hidden {
            x = layer.forward(x, mode);
        }
        self.head.forward(x)
    }

    fn describe(&self, table: &mut LayerTable) {
        for (k, (block, (_, pooled))) in self.blocks.iter().zip(FEATURES).enumerate() {
            let path = format!("blocks.{k}");
            block.describe(&path, "batch norm, relu", table);
            if pooled {
                table.pooling(path, "max-pool 2", |side| side / 2);
            }
        }
        if let Some(cells) = self.cells {
            let kind = format!("mean over {cells}x{cells} cells");
            table.pooling("blocks", &kind, |_| cells);
        }
        for (k, layer) in self.hidden.iter().enumerate() {
            layer.describe(&format!("hidden.{k}"), table);
        }
        self.head.describe("head", "linear", table);
    }

    fn head(&self) -> &Linear {
        &self.head
    }

    fn smallest_training_batch(&self, _input: [usize; 3]) -> usize {
        let normalised = self.hidden.iter().any(|layer| layer.norm.is_some());
        if normalised { 2 } else { 1 }
    }
}

/// Places of the eight convolutions in torchvision's `features`, each with BatchNorm and ReLU behind it and some with
/// max-pooling behind that.
const SEQUENTIAL_CONVOLUTIONS: [usize; 8] = [0, 4, 8, 11, 15, 18, 22, 25];

/// `features` and `classifier` as two `Sequential`s. A hidden layer of the classifier takes three places, its linear
/// layer, then BatchNorm and ReLU or ReLU and dropout.
fn sequential(path: &str) -> String {
    let segments: Vec<&str> = path.split('.').collect();
    match segments[..] {
        ["blocks", block, layer, tensor] => {
            let convolution = SEQUENTIAL_CONVOLUTIONS.get(index(block)).copied();
            let place = convolution.unwrap_or_default() + usize::from(layer == "norm");
            format!("features.{place}.{tensor}")
        }
        ["hidden", hidden, layer, tensor] => {
            let place = 3 * index(hidden) + usize::from(layer == "norm");
            format!("classifier.{place}.{tensor}")
        }
        ["head", tensor] => format!("classifier.6.{tensor}"),
        _ => path.to_owned(),
    }
}

/// `features` as a `Sequential` and `classifier` as one linear layer.
fn sequential_plain(path: &str) -> String {
    match path.strip_prefix("head.") {
        Some(tensor) => format!("classifier.{tensor}"),
        None => sequential(path),
    }
}
