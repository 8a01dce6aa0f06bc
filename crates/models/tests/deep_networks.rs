//! ResNet18 and DenseNet40: parameters counted by hand, the forward pass against a second writing of it, options,
//! training and exact resume.

mod support;

use std::{collections::HashMap, fs, path::Path};

use burn::tensor::{
    DType, Device, Tensor, TensorData,
    activation::relu,
    module::{conv2d, max_pool2d},
    ops::{ConvOptions, MaxPoolOptions},
};
use hesscope_models::{
    BnMode, Body, LAST_CHECKPOINT, ModelError, NamedTensor, NetConfig, Network, Progress,
    SilentObserver, TrainConfig, TrainError, TrainObserver, Training, load_checkpoint, load_state,
    state_of,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use support::{Toy, bytes, provenance};

const TINY_RESNET: &str = r#"{"name": "resnet18", "width": 2}"#;
const TINY_BIG_RESNET: &str = r#"{"name": "resnet18", "width": 2, "stem": "big"}"#;
const TINY_DENSENET: &str = r#"{"name": "densenet40", "depth": 10, "growth": 3}"#;
const TINY_NARROW_DENSENET: &str =
    r#"{"name": "densenet40", "depth": 16, "growth": 2, "bottleneck": true, "reduction": 0.6}"#;
const TINY: [&str; 4] = [
    TINY_RESNET,
    TINY_BIG_RESNET,
    TINY_DENSENET,
    TINY_NARROW_DENSENET,
];

fn net(json: &str) -> NetConfig {
    serde_json::from_str(json).expect("a configuration")
}

fn blank(json: &str, input: [usize; 3], classes: usize) -> Network {
    net(json)
        .blank(input, classes, &Device::flex())
        .expect("a network")
}

// --- Parameters --------------------------------------------------------------------------------

#[test]
fn resnet18_has_the_parameters_counted_by_hand() {
    // A convolution k x k and the BatchNorm behind it.
    let unit = |kernel: usize, inputs: usize, outputs: usize| {
        kernel * kernel * inputs * outputs + 2 * outputs
    };
    // A stage of two blocks: four 3x3 convolutions, and the projection where it widens.
    let stage = |inputs: usize, outputs: usize| {
        let projection = if inputs == outputs {
            0
        } else {
            unit(1, inputs, outputs)
        };
        unit(3, inputs, outputs) + 3 * unit(3, outputs, outputs) + projection
    };
    let stages = stage(64, 64) + stage(64, 128) + stage(128, 256) + stage(256, 512);
    let linear = |classes: usize| 512 * classes + classes;
    let cases = [
        ([3, 32, 32], 10, unit(3, 3, 64), 11_173_962),
        ([1, 32, 32], 10, unit(3, 1, 64), 11_172_810),
        // Torchvision's.
        ([3, 224, 224], 1000, unit(7, 3, 64), 11_689_512),
    ];
    for (input, classes, stem, total) in cases {
        assert_eq!(stem + stages + linear(classes), total);
        let net = blank(r#"{"name": "resnet18"}"#, input, classes);
        assert_eq!(net.num_parameters(), total, "{input:?}");
        assert_eq!(net.describe().parameters(), total, "{input:?}");
    }
}

/// DenseNet's parameters for n layers a block, growth k, with or without bottleneck, keeping a share of the channels.
fn densenet_parameters(
    [inputs, classes]: [usize; 2],
    n: usize,
    k: usize,
    bottleneck: bool,
    kept: impl Fn(usize) -> usize,
) -> usize {
    let mut channels = 2 * k;
    let mut total = 9 * inputs * channels;
    for block in 0..3 {
        for _ in 0..n {
            total += if bottleneck {
                2 * channels + channels * 4 * k + 2 * 4 * k + 9 * 4 * k * k
            } else {
                2 * channels + 9 * channels * k
            };
            channels += k;
        }
        if block < 2 {
            let out = kept(channels);
            total += 2 * channels + channels * out;
            channels = out;
        }
    }
    total + 2 * channels + channels * classes + classes
}

#[test]
fn densenet40_has_the_parameters_counted_by_hand() {
    // Stem 9*3*24. A layer on c channels has 2 c + 9*12 c = 110 c, and the sums of c over the blocks are
    // 12*24 + 12*66, 12*168 + 12*66 and 12*312 + 12*66. Transitions 2*168 + 168^2 and 2*312 + 312^2.
    let by_hand = 648
        + 110 * (1080 + 2808 + 4536)
        + (2 * 168 + 168 * 168)
        + (2 * 312 + 312 * 312)
        + 2 * 456
        + (456 * 10 + 10);
    assert_eq!(by_hand, 1_059_298);
    assert_eq!(densenet_parameters([3, 10], 12, 12, false, |c| c), by_hand);
    let count = |json: &str, input| {
        let net = blank(json, input, 10);
        assert_eq!(net.describe().parameters(), net.num_parameters(), "{json}");
        net.num_parameters()
    };
    assert_eq!(count(r#"{"name": "densenet40"}"#, [3, 32, 32]), by_hand);
    assert_eq!(
        count(r#"{"name": "densenet40"}"#, [1, 32, 32]),
        by_hand - 9 * 2 * 24
    );
    // The published compressed networks: DenseNet-BC (L = 100, k = 12) has 0.8 million (769,162).
    let half = |c: usize| c / 2;
    assert_eq!(densenet_parameters([3, 10], 16, 12, true, half), 769_162);
    assert_eq!(
        count(
            r#"{"name": "densenet40", "depth": 100, "bottleneck": true, "reduction": 0.5}"#,
            [3, 32, 32]
        ),
        769_162
    );
    // 0.6 of 2*2 + 2*2 = 8 channels is 4.8.
    let kept = |c: usize| match c {
        8 => 4,
        other => panic!("a transition on {other} channels"),
    };
    assert_eq!(
        count(TINY_NARROW_DENSENET, [1, 8, 8]),
        densenet_parameters([1, 10], 2, 2, true, kept)
    );
}

#[test]
fn parameters_come_in_the_order_they_act_in() {
    let names = |json| -> Vec<String> {
        let state = state_of(&blank(json, [1, 8, 8], 3));
        state
            .into_iter()
            .filter(|t| t.path.ends_with("weight"))
            .map(|t| t.path)
            .collect()
    };
    let mut expected = vec!["stem.conv.weight".to_owned(), "stem.norm.weight".to_owned()];
    for block in 0..8 {
        let mut units = vec!["first", "second"];
        if [2, 4, 6].contains(&block) {
            units.push("shortcut");
        }
        for unit in units {
            expected.push(format!("blocks.{block}.{unit}.conv.weight"));
            expected.push(format!("blocks.{block}.{unit}.norm.weight"));
        }
    }
    expected.push("head.weight".to_owned());
    assert_eq!(names(TINY_RESNET), expected);

    let mut expected = vec!["stem.weight".to_owned()];
    for stage in 0..3 {
        let mut units: Vec<String> = (0..2)
            .flat_map(|k| {
                [
                    format!("layers.{k}.bottleneck"),
                    format!("layers.{k}.growth"),
                ]
            })
            .collect();
        if stage < 2 {
            units.push("transition".to_owned());
        }
        for unit in units {
            expected.push(format!("stages.{stage}.{unit}.norm.weight"));
            expected.push(format!("stages.{stage}.{unit}.conv.weight"));
        }
    }
    expected.extend(["norm.weight".to_owned(), "head.weight".to_owned()]);
    assert_eq!(names(TINY_NARROW_DENSENET), expected);
}

#[test]
fn initial_weights_have_the_documented_spread() {
    // The head's 1 / (3 in) is that of PyTorch's uniform weights within 1 / sqrt(in).
    let resnet = [
        ("stem.conv.weight", 2.0 / (9.0 * 64.0)),
        ("blocks.2.first.conv.weight", 2.0 / (9.0 * 128.0)),
        ("blocks.2.shortcut.conv.weight", 2.0 / 128.0),
        ("head.weight", 1.0 / (3.0 * 512.0)),
    ];
    let densenet = [
        ("stem.weight", 2.0 / (9.0 * 24.0)),
        ("stages.1.layers.3.growth.conv.weight", 2.0 / (9.0 * 12.0)),
        ("stages.0.transition.conv.weight", 2.0 / 168.0),
        ("head.weight", 1.0 / (3.0 * 456.0)),
    ];
    for (name, cases) in [("resnet18", resnet), ("densenet40", densenet)] {
        let config = NetConfig::from_name(name).expect("a known name");
        let net = config.init([3, 32, 32], 10, 5, &Device::flex());
        let state = state_of(&net.expect("a network"));
        for (path, variance) in cases {
            let tensor = state
                .iter()
                .find(|t| t.path == path)
                .unwrap_or_else(|| panic!("no {path}"));
            let n = tensor.data.num_elements() as f64;
            let mean = tensor.data.iter::<f64>().sum::<f64>() / n;
            let square = tensor.data.iter::<f64>().map(|x| x * x).sum::<f64>() / n;
            // Five standard errors of the mean and of the variance of a normal sample.
            assert!(mean.abs() < 5.0 * (variance / n).sqrt(), "{path}: {mean}");
            assert!(
                (square / variance - 1.0).abs() < 5.0 * (2.0 / n).sqrt(),
                "{path}: {square} for {variance}"
            );
        }
        for tensor in state.iter().filter(|t| t.path.contains("norm.")) {
            let one = ["weight", "running_var"]
                .iter()
                .any(|end| tensor.path.ends_with(end));
            let wanted = if one { 1.0 } else { 0.0 };
            assert!(
                tensor.data.iter::<f64>().all(|x| x == wanted),
                "{}",
                tensor.path
            );
        }
    }
}

// --- The forward pass, written a second time over tensors by name ------------------------------

struct Weights {
    tensors: HashMap<String, TensorData>,
    mode: BnMode,
}

impl Weights {
    fn get<const D: usize>(&self, path: &str) -> Tensor<D> {
        let data = self
            .tensors
            .get(path)
            .unwrap_or_else(|| panic!("no {path}"));
        Tensor::from_data(data.clone(), (&Device::flex(), DType::F64))
    }

    fn conv(&self, x: &Tensor<4>, path: &str, stride: usize, padding: usize) -> Tensor<4> {
        let weight = self.get(&format!("{path}.weight"));
        let options = ConvOptions::new([stride; 2], [padding; 2], [1, 1], 1);
        conv2d(x.clone(), weight, None, options)
    }

    fn norm(&self, x: Tensor<4>, path: &str) -> Tensor<4> {
        let [n, c, h, w] = x.dims();
        let channel = |name: &str| {
            self.get::<1>(&format!("{path}.{name}"))
                .reshape([1, c, 1, 1])
        };
        let mean_over = |x: Tensor<4>| x.sum_dim(0).sum_dim(2).sum_dim(3) / (n * h * w) as f64;
        let (mean, variance) = match self.mode {
            BnMode::Running => (channel("running_mean"), channel("running_var")),
            BnMode::Batch | BnMode::Train => {
                let mean = mean_over(x.clone());
                let centred = x.clone() - mean.clone();
                (mean, mean_over(centred.clone() * centred))
            }
        };
        (x - mean) / (variance + 1e-5).sqrt() * channel("weight") + channel("bias")
    }

    fn head(&self, x: Tensor<4>) -> Tensor<2> {
        let [n, c, h, w] = x.dims();
        let pooled = (x.sum_dim(2).sum_dim(3) / (h * w) as f64).reshape([n, c]);
        pooled.matmul(self.get("head.weight")) + self.get::<1>("head.bias").unsqueeze()
    }

    fn resnet(&self, x: Tensor<4>, big: bool) -> Tensor<2> {
        let mut x = if big {
            let x = relu(self.norm(self.conv(&x, "stem.conv", 2, 3), "stem.norm"));
            let options = MaxPoolOptions::new([3, 3]).with_stride([2, 2]);
            max_pool2d(x, options.with_padding([1, 1]))
        } else {
            relu(self.norm(self.conv(&x, "stem.conv", 1, 1), "stem.norm"))
        };
        for block in 0..8 {
            let path = |unit: &str| format!("blocks.{block}.{unit}");
            let halves = [2, 4, 6].contains(&block);
            let stride = if halves { 2 } else { 1 };
            let y = self.conv(&x, &path("first.conv"), stride, 1);
            let y = relu(self.norm(y, &path("first.norm")));
            let y = self.conv(&y, &path("second.conv"), 1, 1);
            let y = self.norm(y, &path("second.norm"));
            if halves {
                let projected = self.conv(&x, &path("shortcut.conv"), 2, 0);
                x = self.norm(projected, &path("shortcut.norm"));
            }
            x = relu(x + y);
        }
        self.head(x)
    }

    fn norm_relu_conv(&self, x: &Tensor<4>, path: &str, padding: usize) -> Tensor<4> {
        let x = relu(self.norm(x.clone(), &format!("{path}.norm")));
        self.conv(&x, &format!("{path}.conv"), 1, padding)
    }

    fn densenet(&self, x: Tensor<4>, layers: usize, bottleneck: bool) -> Tensor<2> {
        let mut x = self.conv(&x, "stem", 1, 1);
        for stage in 0..3 {
            for layer in 0..layers {
                let path = format!("stages.{stage}.layers.{layer}");
                let mut y = x.clone();
                if bottleneck {
                    y = self.norm_relu_conv(&y, &format!("{path}.bottleneck"), 0);
                }
                let y = self.norm_relu_conv(&y, &format!("{path}.growth"), 1);
                x = Tensor::cat(vec![x, y], 1);
            }
            if stage < 2 {
                let y = self.norm_relu_conv(&x, &format!("stages.{stage}.transition"), 0);
                // The mean over 2x2 windows, an odd last row or column dropped.
                let [n, c, h, w] = y.dims();
                let y = y.slice([0..n, 0..c, 0..h / 2 * 2, 0..w / 2 * 2]);
                let y = y.reshape([n, c, h / 2, 2, w / 2 * 2]).sum_dim(3);
                let y = y.reshape([n, c, h / 2, w / 2, 2]).sum_dim(4);
                x = y.reshape([n, c, h / 2, w / 2]) / 4.0;
            }
        }
        self.head(relu(self.norm(x, "norm")))
    }
}

/// The state of a network filled with random numbers of a sensible size, in float64.
fn filled(net: &Network, seed: u64) -> Vec<NamedTensor> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    state_of(net)
        .into_iter()
        .map(|mut tensor| {
            let near_one =
                tensor.path.ends_with("running_var") || tensor.path.ends_with("norm.weight");
            let fan_in: usize = match tensor.shape[..] {
                [_, inputs, h, w] => inputs * h * w,
                [inputs, _] => inputs,
                _ => 4,
            };
            let radius = (6.0 / fan_in as f64).sqrt();
            let values: Vec<f64> = (0..tensor.data.num_elements())
                .map(|_| {
                    let x: f64 = rng.random_range(-1.0..1.0);
                    if near_one { 1.0 + 0.4 * x } else { radius * x }
                })
                .collect();
            tensor.data = TensorData::new(values, tensor.shape.clone());
            tensor
        })
        .collect()
}

#[test]
fn the_forward_pass_is_the_one_written_down_twice() {
    let device = Device::flex();
    let classes = 3;
    // Sides that are unequal and odd in places, so that roundings and exchanged axes show.
    for (json, input) in [
        (TINY_RESNET, [2, 13, 10]),
        (TINY_BIG_RESNET, [3, 45, 38]),
        (TINY_DENSENET, [2, 11, 8]),
        (TINY_NARROW_DENSENET, [1, 9, 14]),
    ] {
        let empty = blank(json, input, classes);
        let state = filled(&empty, 3);
        let net = load_state(empty, state.clone(), &device).expect("a fitting state");
        let [c, h, w] = input;
        let mut rng = ChaCha8Rng::seed_from_u64(9);
        let pixels: Vec<f64> = (0..4 * c * h * w)
            .map(|_| rng.random_range(-1.0..1.0))
            .collect();
        let data = TensorData::new(pixels, [4, c, h, w]);
        let x = || Tensor::<4>::from_data(data.clone(), (&device, DType::F64));
        let mut found = Vec::new();
        for mode in [BnMode::Running, BnMode::Batch, BnMode::Train] {
            let weights = Weights {
                tensors: state
                    .iter()
                    .map(|t| (t.path.clone(), t.data.clone()))
                    .collect(),
                mode,
            };
            let expected = match json {
                TINY_RESNET => weights.resnet(x(), false),
                TINY_BIG_RESNET => weights.resnet(x(), true),
                TINY_DENSENET => weights.densenet(x(), 2, false),
                _ => weights.densenet(x(), 2, true),
            };
            let logits = net.forward(x(), mode);
            assert_eq!(logits.dims(), [4, classes]);
            let values = |t: Tensor<2>| t.into_data().iter::<f64>().collect::<Vec<_>>();
            let (logits, expected) = (values(logits), values(expected));
            let largest = expected.iter().fold(0.0f64, |m, x| m.max(x.abs()));
            assert!(largest > 0.05, "{json} {mode:?}: vacuous");
            for (a, b) in logits.iter().zip(&expected) {
                assert!(
                    (a - b).abs() <= 1e-12 * largest,
                    "{json} {mode:?}: {a} for {b}"
                );
            }
            found.push(logits);
        }
        assert_ne!(found[0], found[1], "{json}: the mode changes the logits");
        assert_eq!(
            found[1], found[2],
            "{json}: Train differs by what it writes"
        );
        let moved = bytes(&state_of(&net));
        let kept = bytes(&state);
        for ((path, after), (_, before)) in moved.iter().zip(&kept) {
            let statistic = path.contains("running_");
            assert_eq!(after != before, statistic, "{json}: {path}");
        }
    }
}

// --- Options -----------------------------------------------------------------------------------

#[test]
fn the_stem_follows_the_size_of_the_images() {
    let is_big = |json: &str, input| match blank(json, input, 3).body() {
        Body::Resnet18(net) => net.big,
        other => panic!("{other:?}"),
    };
    for (side, big) in [
        (1, false),
        (32, false),
        (64, false),
        (65, true),
        (224, true),
    ] {
        assert_eq!(is_big(TINY_RESNET, [1, side, side]), big, "{side}");
    }
    assert!(is_big(TINY_RESNET, [1, 8, 65]) && is_big(TINY_RESNET, [1, 65, 8]));
    assert!(is_big(TINY_BIG_RESNET, [1, 32, 32]));
    let small = r#"{"name": "resnet18", "width": 2, "stem": "small"}"#;
    assert!(!is_big(small, [1, 224, 224]));
}

#[test]
fn tables_show_the_shapes_the_images_take() {
    let shapes = |json: &str, input: [usize; 3]| {
        let table = blank(json, input, 10).describe();
        move |path: &str, kind: &str| {
            let row = table
                .layers
                .iter()
                .find(|l| l.path == path && l.kind == kind);
            let row = row.unwrap_or_else(|| panic!("no {path}, {kind} in\n{table}"));
            (row.output.clone(), row.parameters)
        }
    };
    let row = shapes(r#"{"name": "resnet18"}"#, [3, 224, 224]);
    assert_eq!(
        row("stem.conv", "conv 7x7, stride 2"),
        (vec![64, 112, 112], 9408)
    );
    assert_eq!(row("stem", "max-pool 3, stride 2"), (vec![64, 56, 56], 0));
    assert_eq!(
        row("blocks.2.shortcut.conv", "conv 1x1, stride 2"),
        (vec![128, 28, 28], 8192)
    );
    assert_eq!(
        row("blocks.7.second.norm", "batch norm"),
        (vec![512, 7, 7], 1024)
    );
    assert_eq!(row("blocks.7", "add, relu"), (vec![512, 7, 7], 0));
    assert_eq!(row("blocks", "mean over pixels"), (vec![512], 0));
    assert_eq!(row("head", "linear"), (vec![10], 5130));

    let row = shapes(TINY_RESNET, [1, 13, 9]);
    assert_eq!(row("stem.conv", "conv 3x3"), (vec![2, 13, 9], 18));
    assert_eq!(
        row("blocks.0.first.norm", "batch norm, relu"),
        (vec![2, 13, 9], 4)
    );
    assert_eq!(
        row("blocks.4.first.conv", "conv 3x3, stride 2"),
        (vec![8, 4, 3], 288)
    );

    let row = shapes(r#"{"name": "densenet40"}"#, [3, 34, 32]);
    assert_eq!(row("stem", "conv 3x3"), (vec![24, 34, 32], 648));
    assert_eq!(
        row("stages.0.layers.11", "concatenate"),
        (vec![168, 34, 32], 0)
    );
    assert_eq!(
        row("stages.0.transition", "avg-pool 2"),
        (vec![168, 17, 16], 0)
    );
    assert_eq!(
        row("stages.1.transition", "avg-pool 2"),
        (vec![312, 8, 8], 0)
    );
    assert_eq!(row("norm", "batch norm, relu"), (vec![456, 8, 8], 912));
    assert_eq!(row("norm", "mean over pixels"), (vec![456], 0));

    let row = shapes(TINY_NARROW_DENSENET, [1, 8, 8]);
    assert_eq!(
        row("stages.0.layers.1.bottleneck.conv", "conv 1x1"),
        (vec![8, 8, 8], 48)
    );
    assert_eq!(
        row("stages.0.layers.1.growth.conv", "conv 3x3"),
        (vec![2, 8, 8], 144)
    );
}

#[test]
fn options_out_of_range_are_sentences() {
    let device = Device::flex();
    let error = |json: &str, input| {
        let built = net(json).blank(input, 10, &device);
        built.map(|_| ()).expect_err("an error")
    };
    let input = [1, 16, 16];
    assert_eq!(
        error(r#"{"name": "resnet18", "width": 0}"#, input),
        ModelError::ZeroWidth {
            net: "resnet18",
            field: "width"
        }
    );
    assert_eq!(
        error(r#"{"name": "densenet40", "growth": 0}"#, input),
        ModelError::ZeroWidth {
            net: "densenet40",
            field: "growth"
        }
    );
    assert_eq!(
        error(r#"{"name": "densenet40", "depth": 41}"#, input).to_string(),
        "`depth` of the network `densenet40` cannot be 41: choose 3 n + 4, or 6 n + 4 with bottlenecks, such as 40"
    );
    // 7 is 3 + 4 but not 6 n + 4.
    assert_eq!(
        blank(r#"{"name": "densenet40", "depth": 7}"#, input, 2).num_parameters(),
        densenet_parameters([1, 2], 1, 12, false, |c| c)
    );
    for (depth, bottleneck) in [(0, false), (3, false), (4, false), (6, false), (7, true)] {
        let json =
            format!(r#"{{"name": "densenet40", "depth": {depth}, "bottleneck": {bottleneck}}}"#);
        assert!(
            matches!(
                error(&json, input),
                ModelError::OutOfRange { field: "depth", .. }
            ),
            "{json}"
        );
    }
    for reduction in ["0", "-0.5", "1.1", "0.005"] {
        let json = format!(r#"{{"name": "densenet40", "reduction": {reduction}}}"#);
        let error = error(&json, input);
        let ModelError::OutOfRange { field, value, .. } = &error else {
            panic!("{json}: {error}");
        };
        assert_eq!((*field, value.as_str()), ("reduction", reduction));
    }
    for small in [[1, 3, 16], [1, 16, 3]] {
        assert!(matches!(
            error(r#"{"name": "densenet40"}"#, small),
            ModelError::InputTooSmall { minimum: 4, .. }
        ));
    }
    for json in [
        r#"{"name": "resnet18", "depth": 18}"#,
        r#"{"name": "resnet18", "stem": "medium"}"#,
        r#"{"name": "densenet40", "width": 2}"#,
    ] {
        assert!(serde_json::from_str::<NetConfig>(json).is_err(), "{json}");
    }
}

#[test]
fn configurations_round_trip() {
    for json in TINY {
        let config = net(json);
        let text = serde_json::to_string(&config).expect("JSON");
        assert_eq!(net(&text), config);
        assert_eq!(
            NetConfig::from_name(config.name()).map(|c| c.name()),
            Ok(config.name())
        );
    }
    let text = serde_json::to_string(&net(r#"{"name": "densenet40"}"#)).expect("JSON");
    assert_eq!(
        text,
        r#"{"name":"densenet40","depth":40,"growth":12,"bottleneck":false,"reduction":1.0}"#
    );
    let text = serde_json::to_string(&net(r#"{"name": "resnet18"}"#)).expect("JSON");
    assert_eq!(text, r#"{"name":"resnet18","stem":"auto","width":64}"#);
}

// --- Training ----------------------------------------------------------------------------------

const SHAPE: [usize; 3] = [1, 12, 10];
const CLASSES: usize = 3;

fn settings() -> TrainConfig {
    TrainConfig {
        epochs: 3,
        batch_size: 8,
        learning_rate: 0.05,
        seed: 11,
        ..TrainConfig::default()
    }
}

/// Stops after an epoch.
struct StopAfter {
    epoch: usize,
    done: usize,
}

impl TrainObserver for StopAfter {
    fn epoch_done(&mut self, metrics: &hesscope_models::EpochMetrics) {
        self.done = metrics.epoch;
    }
    fn interrupted(&self) -> bool {
        self.done == self.epoch
    }
}

fn go(
    config: &NetConfig,
    dir: &Path,
    observer: &mut dyn TrainObserver,
) -> Result<Progress, TrainError> {
    let device = Device::flex();
    let settings = settings();
    // 21 is no multiple of 8: the last batch of an epoch is smaller.
    let (data, test) = (
        Toy::bands(SHAPE, CLASSES, 21, 1),
        Toy::bands(SHAPE, CLASSES, 6, 2),
    );
    let training = Training {
        net: config,
        config: &settings,
        train_split: &data,
        test_split: &test,
        provenance: &provenance("a"),
        initial: None,
        dir,
        device: &device,
        company: None,
    };
    training.run(observer)
}

#[test]
fn an_interrupted_training_ends_with_the_same_bytes() {
    for json in TINY {
        let config = net(json);
        let dir = || tempfile::tempdir().expect("a folder");
        let last = |dir: &Path| fs::read(dir.join(LAST_CHECKPOINT)).expect("a checkpoint");
        let (whole, again, parts) = (dir(), dir(), dir());
        let end = go(&config, whole.path(), &mut SilentObserver).expect("trained");
        let losses: Vec<f64> = end
            .history
            .iter()
            .filter_map(|m| Some(m.train?.loss))
            .collect();
        assert!(losses.iter().all(|loss| loss.is_finite()), "{losses:?}");
        assert!(losses[3] < losses[0], "{json}: it learns, {losses:?}");
        go(&config, again.path(), &mut SilentObserver).expect("trained");
        assert!(
            last(whole.path()) == last(again.path()),
            "{json}: two runs differ"
        );
        let mut stop = StopAfter { epoch: 1, done: 0 };
        let stopped = go(&config, parts.path(), &mut stop);
        assert!(
            matches!(stopped, Err(TrainError::Interrupted { .. })),
            "{json}"
        );
        assert!(last(whole.path()) != last(parts.path()));
        go(&config, parts.path(), &mut SilentObserver).expect("trained");
        assert!(
            last(whole.path()) == last(parts.path()),
            "{json}: a resumed run differs"
        );
        let path = whole.path().join(LAST_CHECKPOINT);
        let read = load_checkpoint(&path, &Device::flex()).expect("a checkpoint");
        assert_eq!(read.info.net, config);
        assert_eq!(bytes(&state_of(&read.net)), bytes(&state_of(&end.net)));
    }
}

#[test]
fn a_batch_of_one_is_refused_where_one_pixel_is_left() {
    let device = Device::flex();
    let refused = |json: &str, shape: [usize; 3]| {
        let dir = tempfile::tempdir().expect("a folder");
        let config = TrainConfig {
            epochs: 1,
            batch_size: 2,
            ..TrainConfig::default()
        };
        let toy = Toy::bands(shape, 2, 3, 0);
        let training = Training {
            net: &net(json),
            config: &config,
            train_split: &toy,
            test_split: &toy,
            provenance: &provenance("a"),
            initial: None,
            dir: dir.path(),
            device: &device,
            company: None,
        };
        let end = training.run(&mut SilentObserver);
        match end {
            Ok(_) => false,
            Err(TrainError::SmallBatch { size: 1, .. }) => true,
            Err(other) => panic!("{other}"),
        }
    };
    for (json, shape, expected) in [
        (TINY_RESNET, [1, 8, 8], true),
        (TINY_RESNET, [1, 9, 8], false),
        (TINY_RESNET, [1, 8, 9], false),
        (TINY_BIG_RESNET, [1, 32, 32], true),
        (TINY_BIG_RESNET, [1, 33, 32], false),
        (TINY_DENSENET, [1, 7, 7], true),
        (TINY_DENSENET, [1, 8, 4], false),
        (TINY_DENSENET, [1, 4, 8], false),
    ] {
        assert_eq!(refused(json, shape), expected, "{json} on {shape:?}");
    }
}
