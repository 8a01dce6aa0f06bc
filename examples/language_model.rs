//! The Hessian of a character-level language model in plain `burn::nn`: tokens in, causal attention, the
//! next character out at every position.
//!
//!     cargo run --release --example language_model

mod shared;

use burn::module::Module;
use burn::nn::attention::generate_autoregressive_mask;
use burn::nn::transformer::{
    TransformerEncoder, TransformerEncoderConfig, TransformerEncoderInput,
};
use burn::nn::{Embedding, EmbeddingConfig, Linear, LinearConfig};
use burn::tensor::{Device, Int, Tensor, TensorData};
use hesscope::hvp::{Examples, Precision, Problem, ProblemOptions};
use shared::Outcome;

const TEXT: &str = "the curve of a bowl says how fast a marble rolls back; the curve of a loss says \
    how fast a network learns. a few directions are steep, most are flat, and in between lies a bulk \
    that nobody can tell from noise.";

#[derive(Module, Debug)]
struct LanguageModel {
    characters: Embedding,
    positions: Embedding,
    encoder: TransformerEncoder,
    head: Linear,
}

impl LanguageModel {
    fn new(text: &Text, width: usize, heads: usize, blocks: usize, device: &Device) -> Self {
        let vocabulary = text.vocabulary.len();
        LanguageModel {
            characters: EmbeddingConfig::new(vocabulary, width).init(device),
            positions: EmbeddingConfig::new(text.context, width).init(device),
            encoder: TransformerEncoderConfig::new(width, 2 * width, heads, blocks)
                .with_norm_first(true)
                .init(device),
            head: LinearConfig::new(width, vocabulary).init(device),
        }
    }

    /// The logits [n · m, C] of what follows each of m characters, for tokens [n, m].
    fn forward(&self, tokens: Tensor<2, Int>) -> Tensor<2> {
        let ([n, m], device) = (tokens.dims(), tokens.device());
        let positions = Tensor::<1, Int>::arange(0..m as i64, &device).unsqueeze();
        let x = self.characters.forward(tokens) + self.positions.forward(positions);
        let past = generate_autoregressive_mask(n, m, &device);
        let input = TransformerEncoderInput::new(x).mask_attn(past);
        let x = self.encoder.forward(input);
        self.head.forward(x.flatten::<2>(0, 1))
    }
}

/// A text in pieces of `context` characters.
struct Text {
    vocabulary: Vec<char>,
    context: usize,
    characters: Vec<usize>,
}

impl Text {
    fn new(text: &str, context: usize) -> Self {
        let mut vocabulary: Vec<char> = text.chars().collect();
        vocabulary.sort_unstable();
        vocabulary.dedup();
        let place = |c| vocabulary.partition_point(|&other| other < c);
        Text {
            characters: text.chars().map(place).collect(),
            vocabulary,
            context,
        }
    }

    /// Each piece as an input, and for each of its characters the next as the label.
    fn examples(&self) -> Examples {
        let pieces = (self.characters.len() - 1) / self.context;
        let count = pieces * self.context;
        let tokens: Vec<i64> = self.characters[..count].iter().map(|&c| c as i64).collect();
        Examples {
            inputs: TensorData::new(tokens, [pieces, self.context]),
            labels: self.characters[1..=count]
                .iter()
                .map(|&c| c as u32)
                .collect(),
        }
    }
}

fn problem(network: &LanguageModel, text: &Text, options: ProblemOptions) -> Outcome<Problem> {
    let forward = |network: &LanguageModel, tokens: Tensor<2, Int>| network.forward(tokens);
    let device = Device::flex();
    let examples = text.examples();
    Ok(Problem::new(network, forward, examples, &device, options)?)
}

fn main() -> Outcome {
    let device = Device::flex();
    device.seed(1);
    let text = Text::new(TEXT, 16);
    let network = LanguageModel::new(&text, 16, 4, 2, &device);
    let mut whole = problem(&network, &text, ProblemOptions::default())?;
    shared::descend(&mut whole, 60, 0.3)?;
    shared::spectra(&whole)?;

    let text = Text::new("a marble rolls", 4);
    let network = LanguageModel::new(&text, 4, 1, 1, &device);
    let exact = ProblemOptions {
        precision: Precision::F64,
        ..ProblemOptions::default()
    };
    shared::agreement(&mut problem(&network, &text, exact)?)
}
