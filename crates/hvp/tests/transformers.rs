//! Transformers in plain `burn::nn`: their gradients against Burn's reverse mode, the operators against
//! central differences, and what holds between them. See `operators.rs` for the tolerances.

mod common;

use burn::module::{Module, Param};
use burn::nn::attention::{
    MhaInput, MultiHeadAttention, MultiHeadAttentionConfig, generate_autoregressive_mask,
};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::transformer::{
    TransformerEncoder, TransformerEncoderConfig, TransformerEncoderInput,
};
use burn::nn::{
    Embedding, EmbeddingConfig, GroupNorm, GroupNormConfig, Gru, GruConfig, InstanceNorm,
    InstanceNormConfig, LayerNorm, LayerNormConfig, Linear, LinearConfig, Lstm, LstmConfig,
    PositionalEncoding, PositionalEncodingConfig, RmsNorm, RmsNormConfig, RotaryEncoding,
    RotaryEncodingConfig, SwiGlu, SwiGluConfig,
};
use burn::tensor::{DType, Device, Int, Tensor, TensorData};
use common::{
    Gradients, Numbers, close, differences, entries, exact, filled, gauss_newton, gradient,
};
use faer::Mat;
use hesscope_hvp::{
    CaptureError, Examples, HvpError, IGNORED, Moment, Part, Precision, Problem, ProblemOptions,
    capture,
};
use hesscope_spectral::{LinearOperator, VectorSpace, to_dense};

/// A size of a head, 4, whose root is a number of float32 exactly.
const HEADS: usize = 2;
const MODEL: usize = 8;

fn device() -> Device {
    Device::flex()
}

fn linear(inputs: usize, outputs: usize) -> Linear {
    LinearConfig::new(inputs, outputs).init(&device())
}

fn learned<const D: usize>(shape: [usize; D]) -> Param<Tensor<D>> {
    Param::from_tensor(Tensor::zeros(shape, &device()))
}

fn encoder(layers: usize, norm_first: bool) -> TransformerEncoder {
    TransformerEncoderConfig::new(MODEL, 6, HEADS, layers)
        .with_norm_first(norm_first)
        // Burn's reverse mode would draw; see the test of dropout.
        .with_dropout(0.0)
        .init(&device())
}

/// Patches of 2x2, a class token, learned positions, blocks and a head on the class token.
#[derive(Module, Debug)]
struct Vision {
    patches: Conv2d,
    class: Param<Tensor<3>>,
    positions: Param<Tensor<3>>,
    encoder: TransformerEncoder,
    norm: LayerNorm,
    head: Linear,
}

impl Vision {
    fn new() -> Self {
        Vision {
            patches: Conv2dConfig::new([1, MODEL], [2, 2])
                .with_stride([2, 2])
                .init(&device()),
            class: learned([1, 1, MODEL]),
            positions: learned([1, 5, MODEL]),
            encoder: encoder(1, true),
            norm: LayerNormConfig::new(MODEL).with_bias(false).init(&device()),
            head: linear(MODEL, 3),
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<2> {
        let [n, _, _, _] = x.dims();
        let x = self.patches.forward(x).flatten::<3>(2, 3).swap_dims(1, 2);
        let class = self.class.val().expand([n, 1, MODEL]);
        let x = Tensor::cat(vec![class, x], 1) + self.positions.val();
        let x = self.encoder.forward(TransformerEncoderInput::new(x));
        let x = self.norm.forward(x).slice([0..n, 0..1]).squeeze_dim(1);
        self.head.forward(x)
    }
}

const VOCABULARY: usize = 5;
const CONTEXT: usize = 3;

/// Tokens, learned positions, blocks that look back only, and logits for every position.
#[derive(Module, Debug)]
struct Language {
    tokens: Embedding,
    positions: Embedding,
    encoder: TransformerEncoder,
    head: Linear,
}

impl Language {
    fn new() -> Self {
        Language {
            tokens: EmbeddingConfig::new(VOCABULARY, MODEL).init(&device()),
            positions: EmbeddingConfig::new(CONTEXT, MODEL).init(&device()),
            encoder: encoder(1, false),
            head: linear(MODEL, VOCABULARY),
        }
    }

    fn forward(&self, tokens: Tensor<2, Int>) -> Tensor<2> {
        let [n, length] = tokens.dims();
        let places = Tensor::<1, Int>::arange(0..length as i64, &tokens.device());
        let mask = generate_autoregressive_mask(n, length, &tokens.device());
        let x = self.tokens.forward(tokens) + self.positions.forward(places.unsqueeze());
        let input = TransformerEncoderInput::new(x).mask_attn(mask);
        let x = self.encoder.forward(input);
        self.head.forward(x.reshape([n * length, MODEL]))
    }
}

/// Attention that hides the token 0 and may attend to nothing, and the mean over positions.
#[derive(Module, Debug)]
struct Padded {
    tokens: Embedding,
    attention: MultiHeadAttention,
    head: Linear,
}

impl Padded {
    fn new() -> Self {
        Padded {
            tokens: EmbeddingConfig::new(VOCABULARY, MODEL).init(&device()),
            attention: MultiHeadAttentionConfig::new(MODEL, HEADS)
                .with_quiet_softmax(true)
                .with_dropout(0.0)
                .init(&device()),
            head: linear(MODEL, 3),
        }
    }

    fn forward(&self, tokens: Tensor<2, Int>) -> Tensor<2> {
        let hidden = tokens.clone().equal_scalar(0);
        let x = self.tokens.forward(tokens);
        let x = self
            .attention
            .forward(MhaInput::self_attn(x).mask_pad(hidden));
        // Four positions, for a quarter is a number of float32.
        self.head.forward(x.context.mean_dim(1).squeeze_dim(1))
    }
}

/// The other normalizations, and a gated feed-forward layer.
#[derive(Module, Debug)]
struct Norms {
    first: Linear,
    group: GroupNorm,
    instance: InstanceNorm,
    gated: SwiGlu,
    rms: RmsNorm,
    head: Linear,
}

impl Norms {
    fn new() -> Self {
        Norms {
            first: linear(4, 16),
            group: GroupNormConfig::new(2, 4).init(&device()),
            instance: InstanceNormConfig::new(4).init(&device()),
            gated: SwiGluConfig::new(16, 6).init(&device()),
            rms: RmsNormConfig::new(6).init(&device()),
            head: linear(6, 3),
        }
    }

    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let [n, _] = x.dims();
        let x = self.first.forward(x).reshape([n, 4, 4]);
        let x = self.instance.forward(self.group.forward(x).tanh());
        let x = self.gated.forward(x.reshape([n, 16]));
        self.head.forward(self.rms.forward(x))
    }
}

fn floats<const D: usize>(shape: [usize; D]) -> TensorData {
    TensorData::new(Numbers(71).vector(shape.iter().product()), shape)
}

fn tokens(n: usize, length: usize) -> TensorData {
    let tokens = (0..n * length).map(|i| ((i * i + i / 2) % VOCABULARY) as i64);
    TensorData::new(tokens.collect::<Vec<_>>(), [n, length])
}

/// All checks of one network. `expected` is the gradient of Burn's, which ours keeps to `tolerance`.
fn check(name: &str, mut problem: Problem, expected: &[f64], tolerance: f64) {
    assert!(expected.iter().any(|x| x.abs() > 1e-2), "{name}: vacuous");
    let ours = gradient(&problem);
    close(&ours, expected, tolerance, &format!("{name}: gradient"));

    let [hess, g, h] = Part::MAIN.map(|part| {
        let dense = to_dense(&problem.operator(part), 8).expect("products");
        entries(&dense)
    });
    let by_differences = differences(&mut problem, 1e-5, gradient).concat();
    close(&hess, &by_differences, 1e-8, &format!("{name}: Hess"));

    let logits = |problem: &Problem| problem.evaluate().expect("a pass").logits;
    let jacobian = differences(&mut problem, 1e-5, logits);
    let gauss = gauss_newton(&jacobian, &logits(&problem), problem.classes());
    close(&g, &gauss, 1e-8, &format!("{name}: G"));
    let rest: Vec<f64> = by_differences
        .iter()
        .zip(&gauss)
        .map(|(hess, g)| hess - g)
        .collect();
    close(&h, &rest, 1e-7, &format!("{name}: H"));

    let both: Vec<f64> = g.iter().zip(&h).map(|(g, h)| g + h).collect();
    close(&hess, &both, 1e-13, &format!("{name}: Hess = G + H"));
    let dim = ours.len();
    for (part, matrix) in [("Hess", &hess), ("G", &g), ("H", &h)] {
        let transposed: Vec<f64> = (0..dim)
            .flat_map(|i| (0..dim).map(move |j| matrix[j * dim + i]))
            .collect();
        let what = format!("{name}: {part} is symmetric");
        close(matrix, &transposed, 1e-12, &what);
        assert!(matrix.iter().any(|x| x.abs() > 1e-3), "{part} vanishes");
    }
    let eigenvalues = Mat::from_fn(dim, dim, |i, j| g[j * dim + i])
        .self_adjoint_eigenvalues(faer::Side::Lower)
        .expect("eigenvalues");
    assert!(eigenvalues[0] > -1e-13 * eigenvalues[dim - 1], "{name}: G");
}

#[test]
fn of_a_vision_transformer() {
    let network = filled(Vision::new(), 72, Precision::F64);
    let inputs = floats([3, 1, 4, 4]);
    let labels = vec![0, 2, 1];
    let tracked = network.clone().train();
    let x = Tensor::from_data(inputs.clone(), (&device().autodiff(), DType::F64));
    let expected = Gradients::of(&tracked, tracked.forward(x), &labels);
    let problem = Problem::new(
        &network,
        |network: &Vision, x| network.forward(x),
        Examples { inputs, labels },
        &device(),
        exact(),
    );
    check(
        "vision",
        problem.expect("rules for all of it"),
        &expected,
        1e-10,
    );
}

#[test]
fn of_a_language_model() {
    let network = filled(Language::new(), 73, Precision::F64);
    let inputs = tokens(3, CONTEXT);
    let labels: Vec<u32> = (0..9).map(|i| (i * 2 + i / 4) % 5).collect();
    let tracked = network.clone().train();
    let x = Tensor::from_data(inputs.clone(), &device().autodiff());
    let expected = Gradients::of(&tracked, tracked.forward(x), &labels);
    let problem = |batch_size| {
        Problem::new(
            &network,
            |network: &Language, x: Tensor<2, Int>| network.forward(x),
            Examples {
                inputs: inputs.clone(),
                labels: labels.clone(),
            },
            &device(),
            ProblemOptions {
                batch_size,
                ..exact()
            },
        )
        .expect("rules for all of it")
    };
    let one = problem(None);
    assert_eq!(one.program().rows_per_example(), CONTEXT);
    assert_eq!((one.classes(), one.batch_size()), (VOCABULARY, 3));
    // Batches of two examples and the one left over add up to the same.
    let several = problem(Some(2));
    close(&gradient(&several), &gradient(&one), 1e-13, "batches");
    let [ours, theirs] = [&several, &one].map(|p| p.evaluate().expect("a pass"));
    close(&ours.logits, &theirs.logits, 1e-14, "logits of batches");
    assert!((ours.loss - theirs.loss).abs() < 1e-14);
    check("language", one, &expected, 1e-10);
}

#[test]
fn gradients_in_float32() {
    let vision = filled(Vision::new(), 72, Precision::F32);
    let inputs = floats([3, 1, 4, 4]).convert_dtype(DType::F32);
    let labels = vec![0, 2, 1];
    let tracked = vision.clone().train();
    let x = Tensor::from_data(inputs.clone(), &device().autodiff());
    let expected = Gradients::of(&tracked, tracked.forward(x), &labels);
    let problem = Problem::new(
        &vision,
        |network: &Vision, x| network.forward(x),
        Examples { inputs, labels },
        &device(),
        ProblemOptions::default(),
    );
    let ours = gradient(&problem.expect("rules for all of it"));
    close(&ours, &expected, 1e-4, "vision");

    let language = filled(Language::new(), 73, Precision::F32);
    let inputs = tokens(3, CONTEXT);
    let labels: Vec<u32> = (0..9).map(|i| (i * 2 + i / 4) % 5).collect();
    let tracked = language.clone().train();
    let x = Tensor::from_data(inputs.clone(), &device().autodiff());
    let expected = Gradients::of(&tracked, tracked.forward(x), &labels);
    let problem = Problem::new(
        &language,
        |network: &Language, x: Tensor<2, Int>| network.forward(x),
        Examples { inputs, labels },
        &device(),
        ProblemOptions::default(),
    );
    let ours = gradient(&problem.expect("rules for all of it"));
    close(&ours, &expected, 1e-4, "language");
}

/// A memory over positions, and one of another kind over what it gives.
#[derive(Module, Debug)]
struct Recurrent {
    first: Lstm,
    second: Gru,
    head: Linear,
}

#[test]
fn of_recurrent_layers() {
    let network = Recurrent {
        first: LstmConfig::new(2, 3, true).init(&device()),
        second: GruConfig::new(3, 3, true).init(&device()),
        head: linear(3, 3),
    };
    // Burn's states start as float32 zeros, so its own gradient is in float32.
    let network = filled(network, 78, Precision::F32);
    let forward = |network: &Recurrent, x: Tensor<3>| {
        let [n, length, _] = x.dims();
        let (x, _) = network.first.forward(x, None);
        let x = network.second.forward(x, None);
        let last = x.slice([0..n, length - 1..length]);
        network.head.forward(last.squeeze_dim(1))
    };
    let inputs = floats([3, 3, 2]).convert_dtype(DType::F32);
    let labels = vec![0, 2, 1];
    let tracked = network.clone().train();
    let x = Tensor::from_data(inputs.clone(), &device().autodiff());
    let expected = Gradients::of(&tracked, forward(&tracked, x), &labels);
    let examples = Examples { inputs, labels };
    let problem = Problem::new(&network, forward, examples, &device(), exact());
    check(
        "recurrent",
        problem.expect("rules for all of it"),
        &expected,
        1e-5,
    );
}

#[test]
fn of_padded_tokens() {
    let network = filled(Padded::new(), 74, Precision::F64);
    let inputs = tokens(3, 4);
    let labels = vec![0, 2, 1];
    let tracked = network.clone().train();
    let x = Tensor::from_data(inputs.clone(), &device().autodiff());
    let expected = Gradients::of(&tracked, tracked.forward(x), &labels);
    let problem = Problem::new(
        &network,
        |network: &Padded, x: Tensor<2, Int>| network.forward(x),
        Examples { inputs, labels },
        &device(),
        exact(),
    );
    check(
        "padded",
        problem.expect("rules for all of it"),
        &expected,
        1e-10,
    );
}

#[test]
fn of_other_normalizations() {
    let network = filled(Norms::new(), 75, Precision::F64);
    let inputs = floats([3, 4]);
    let labels = vec![0, 2, 1];
    let tracked = network.clone().train();
    let x = Tensor::from_data(inputs.clone(), (&device().autodiff(), DType::F64));
    let expected = Gradients::of(&tracked, tracked.forward(x), &labels);
    let problem = Problem::new(
        &network,
        |network: &Norms, x| network.forward(x),
        Examples { inputs, labels },
        &device(),
        exact(),
    );
    // Burn's root mean square goes through float32.
    check(
        "norms",
        problem.expect("rules for all of it"),
        &expected,
        1e-6,
    );
}

/// Sines for positions, rotated queries.
#[derive(Module, Debug)]
struct Positions {
    sines: PositionalEncoding,
    rotary: RotaryEncoding,
    head: Linear,
}

#[test]
fn encodings_of_positions_are_constants() {
    // Their tables are float32 and no parameters, so the network is as well.
    let network = filled(
        Positions {
            sines: PositionalEncodingConfig::new(MODEL)
                .with_max_sequence_size(6)
                .init(&device()),
            rotary: RotaryEncodingConfig::new(6, MODEL).init(&device()),
            head: linear(CONTEXT * MODEL, 3),
        },
        76,
        Precision::F32,
    );
    let forward = |network: &Positions, x: Tensor<3>| {
        let x = network.rotary.forward(network.sines.forward(x));
        network.head.forward(x.flatten::<2>(1, 2))
    };
    let inputs = floats([2, CONTEXT, MODEL]).convert_dtype(DType::F32);
    let x = Tensor::from_data(inputs.clone(), &device());
    let expected: Vec<f64> = forward(&network, x).into_data().iter::<f64>().collect();
    let labels = vec![1, 0];
    let problem = Problem::new(
        &network,
        forward,
        Examples { inputs, labels },
        &device(),
        ProblemOptions::default(),
    )
    .expect("rules for all of it");
    let logits = problem.evaluate().expect("a pass").logits;
    close(&logits, &expected, 1e-6, "logits");
    assert_eq!(problem.parameters().len(), 2);
}

#[test]
fn what_depends_on_no_input_is_computed_at_the_capture() {
    let program = capture(
        &Language::new(),
        [2, CONTEXT],
        |network: &Language, x: Tensor<2, Int>| network.forward(x),
    )
    .expect("rules for all of it");
    let names: Vec<&str> = program.nodes().iter().map(|n| n.rule.name()).collect();
    assert!(
        !names
            .iter()
            .any(|name| name.starts_with("int_") || *name == "lower"),
        "{names:?}"
    );
    assert!(names.contains(&"mask_fill") && names.contains(&"select"));
    assert_eq!(program.input_shape(), [2, CONTEXT]);
}

#[test]
fn nothing_is_dropped_out() {
    let config = TransformerEncoderConfig::new(MODEL, 6, HEADS, 1).with_dropout(0.5);
    let encoder = filled(config.init(&device()), 77, Precision::F64);
    let forward = |encoder: &TransformerEncoder, x: Tensor<3>| {
        let x = encoder.forward(TransformerEncoderInput::new(x));
        x.flatten::<2>(1, 2)
    };
    let inputs = floats([2, CONTEXT, MODEL]);
    let x = Tensor::from_data(inputs.clone(), (&device(), DType::F64));
    let expected: Vec<f64> = forward(&encoder, x).into_data().iter::<f64>().collect();
    let labels = vec![1, 0];
    let problem = Problem::new(
        &encoder.train().valid(),
        forward,
        Examples { inputs, labels },
        &device(),
        exact(),
    )
    .expect("rules for all of it");
    let logits = problem.evaluate().expect("a pass").logits;
    close(&logits, &expected, 1e-13, "logits");
}

#[test]
fn tokens_keep_their_values_in_float32() {
    // Beside each other in float32 there is no room for these two.
    let large = (1i64 << 24) + 1;
    let network = linear(2, 2);
    let forward = move |network: &Linear, x: Tensor<2, Int>| {
        let exact = x.clone().equal_scalar(large);
        let picked = exact.int() * 2 + (x % 2);
        network.forward(picked.float())
    };
    let problem = Problem::new(
        &network,
        forward,
        Examples {
            inputs: TensorData::new(vec![large, large - 1], [1, 2]),
            labels: vec![0],
        },
        &device(),
        ProblemOptions::default(),
    )
    .expect("rules for all of it");
    let same = Tensor::<2, Int>::from_data([[large, large - 1]], &device());
    let expected: Vec<f64> = forward(&network, same).into_data().iter::<f64>().collect();
    let three = network.forward(Tensor::<2>::from_data([[3.0, 0.0]], &device()));
    let three: Vec<f64> = three.into_data().iter::<f64>().collect();
    let logits = problem.evaluate().expect("a pass").logits;
    close(&logits, &expected, 1e-6, "logits");
    close(&logits, &three, 1e-6, "logits by hand");
}

#[test]
fn tokens_become_floats_of_the_precision_asked_for() {
    let large = (1i64 << 24) + 1;
    let network = filled(linear(1, 2), 79, Precision::F32);
    let examples = Examples {
        inputs: TensorData::new(vec![large], [1, 1]),
        labels: vec![0],
    };
    let forward = |network: &Linear, x: Tensor<2, Int>| network.forward(x.float());
    let problem = Problem::new(&network, forward, examples, &device(), exact());
    let problem = problem.expect("rules for all of it");
    let weights = problem.point().to_f64().expect("numbers");
    let logits = problem.evaluate().expect("a pass").logits;
    let expected = [0, 1].map(|k| weights[k] * large as f64 + weights[2 + k]);
    close(&logits, &expected, 1e-15, "logits");
}

#[test]
fn every_row_of_a_language_model_has_a_gradient_of_its_own() {
    let network = filled(Language::new(), 73, Precision::F64);
    let mut labels: Vec<u32> = (0..9).map(|i| (i * 2 + i / 4) % 5).collect();
    labels[4] = IGNORED;
    let problem = |labels: &[u32]| {
        let problem = Problem::new(
            &network,
            |network: &Language, x: Tensor<2, Int>| network.forward(x),
            Examples {
                inputs: tokens(3, CONTEXT),
                labels: labels.to_vec(),
            },
            &device(),
            ProblemOptions {
                batch_size: Some(2),
                ..exact()
            },
        );
        problem.expect("rules for all of it")
    };
    let whole = problem(&labels);
    let space = whole.space();
    let rows = whole.row_gradients().expect("gradients");
    let norms = whole.gradient_norms().expect("norms");
    assert_eq!(rows.len(), 9);
    let mut mean = vec![0.0; space.dim()];
    for (row, (vector, norm)) in rows.iter().zip(norms).enumerate() {
        // A data set of which only this row counts.
        let mut only = vec![IGNORED; 9];
        only[row] = labels[row];
        let vector = space.to_host(vector);
        let expected = if labels[row] == IGNORED {
            vec![0.0; space.dim()]
        } else {
            gradient(&problem(&only))
        };
        close(&vector, &expected, 1e-12, "a row");
        let size = expected.iter().map(|x| x * x).sum::<f64>().sqrt();
        assert!((norm - size).abs() <= 1e-12 * size);
        for (mean, x) in mean.iter_mut().zip(&vector) {
            *mean += x / 8.0;
        }
    }
    close(&mean, &gradient(&whole), 1e-12, "their mean");

    let fisher = whole.moment(Moment::EmpiricalFisher).expect("an operator");
    let v = space.from_host(&Numbers(6).vector(space.dim()));
    let product = fisher.apply(std::slice::from_ref(&v)).expect("a product");
    let mut expected = space.zeros();
    for row in &rows {
        space.axpy(space.dot(row, &v) / 8.0, row, &mut expected);
    }
    let expected = space.to_host(&expected);
    close(&space.to_host(&product[0]), &expected, 1e-12, "Fisher");
}

fn refused(inputs: TensorData, labels: Vec<u32>) -> String {
    let made = Problem::new(
        &Language::new(),
        |network: &Language, x: Tensor<2, Int>| network.forward(x),
        Examples { inputs, labels },
        &device(),
        ProblemOptions::default(),
    );
    match made {
        Err(error) => error.to_string(),
        Ok(_) => panic!("no error"),
    }
}

#[test]
fn inputs_and_labels_of_a_language_model_must_fit() {
    let floats = refused(floats([2, CONTEXT]), vec![0; 6]);
    assert!(floats.contains("takes integers"), "{floats}");
    let wide = TensorData::new(vec![0, 1, i64::from(i32::MAX) + 1], [1, CONTEXT]);
    let wide = refused(wide, vec![0; 3]);
    assert!(
        wide.contains("2147483648") && wide.contains("32 bits"),
        "{wide}"
    );
    let few = refused(tokens(2, CONTEXT), vec![0; 5]);
    assert!(
        few.contains("5 labels") && few.contains("rows of logits"),
        "{few}"
    );
}

#[test]
fn rows_that_do_not_grow_with_the_batch_are_refused() {
    let made = Problem::new(
        &linear(4, 2),
        |network: &Linear, x: Tensor<2>| {
            let [n, _] = x.dims();
            let x = network.forward(x);
            if n == 1 { x.repeat_dim(0, 2) } else { x }
        },
        Examples {
            inputs: floats([3, 4]),
            labels: vec![0; 6],
        },
        &device(),
        ProblemOptions {
            batch_size: Some(2),
            ..ProblemOptions::default()
        },
    );
    let Err(HvpError::Capture(CaptureError::Logits { shape, batch })) = made else {
        panic!("no such error");
    };
    assert_eq!((shape, batch), (vec![2, 2], 1));
}

#[test]
fn a_network_that_reads_its_input_cannot_be_captured() {
    // What it read would be taken for a constant.
    let captured = std::panic::catch_unwind(|| {
        capture(
            &linear(VOCABULARY, 2),
            [2, 1],
            |network: &Linear, x: Tensor<2, Int>| {
                let chosen: Tensor<3> = x.one_hot(VOCABULARY).float();
                network.forward(chosen.squeeze_dim(1))
            },
        )
    });
    assert!(captured.is_err());
}
