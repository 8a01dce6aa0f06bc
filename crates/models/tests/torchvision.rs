//! torchvision's VGG11 and ResNet18: options, shapes, modes, and training that a kill does not change.
//!
//! That they compute what torchvision computes is in `pytorch.rs`.

mod support;

use std::{fs, path::Path};

use burn::tensor::{Device, Tensor};
use hesscope_models::{
    BnMode, Body, EpochMetrics, LAST_CHECKPOINT, ModelError, NetConfig, Network, Progress,
    SilentObserver, TrainConfig, TrainError, TrainObserver, Training, state_of,
};
use support::{Toy, bytes, provenance};

const VGG: &str = r#"{"name": "vgg11-torchvision", "width": 2, "hidden": 8}"#;
const RESNET: &str = r#"{"name": "resnet18-torchvision", "width": 2}"#;

fn net(json: &str) -> NetConfig {
    serde_json::from_str(json).expect("a configuration")
}

fn init(json: &str, input: [usize; 3], classes: usize) -> Network {
    let net = net(json).init(input, classes, 1, &Device::flex());
    net.expect("a network")
}

#[test]
fn the_defaults_are_those_of_torchvision() {
    for (name, json) in [
        (
            "vgg11-torchvision",
            r#"{"name":"vgg11-torchvision","width":64,"hidden":4096}"#,
        ),
        (
            "resnet18-torchvision",
            r#"{"name":"resnet18-torchvision","width":64}"#,
        ),
    ] {
        let config = NetConfig::from_name(name).expect("a known name");
        assert_eq!(serde_json::to_string(&config).expect("JSON"), json);
        assert_eq!(net(json), config);
    }
    for json in [
        r#"{"name": "resnet18-torchvision", "stem": "small"}"#,
        r#"{"name": "vgg11-torchvision", "classifier": "plain"}"#,
    ] {
        assert!(serde_json::from_str::<NetConfig>(json).is_err(), "{json}");
    }
}

#[test]
fn options_out_of_range_are_sentences() {
    let error = |json: &str, input| {
        let built = net(json).blank(input, 10, &Device::flex());
        built.map(|_| ()).expect_err("an error")
    };
    for (net, field) in [
        ("vgg11-torchvision", "width"),
        ("vgg11-torchvision", "hidden"),
        ("resnet18-torchvision", "width"),
    ] {
        let json = format!(r#"{{"name": "{net}", "{field}": 0}}"#);
        let expected = ModelError::ZeroWidth { net, field };
        assert_eq!(error(&json, [1, 32, 32]), expected);
    }
    for input in [[1, 31, 32], [1, 32, 31]] {
        let small = error(VGG, input);
        let named = matches!(
            small,
            ModelError::InputTooSmall {
                net: "vgg11-torchvision",
                minimum: 32,
                ..
            }
        );
        assert!(named, "{small}");
    }
}

#[test]
fn images_of_any_size_become_features_of_one_size() {
    for (input, features) in [([3, 32, 32], [16, 1, 1]), ([3, 224, 320], [16, 7, 10])] {
        let net = init(VGG, input, 10);
        let table = net.describe();
        let row = |path: &str, kind: &str| {
            let mut rows = table.layers.iter();
            let row = rows.find(|row| row.path == path && row.kind == kind);
            let row = row.unwrap_or_else(|| panic!("no {path}, {kind} in\n{table}"));
            (row.output.clone(), row.parameters)
        };
        assert_eq!(row("blocks.7", "max-pool 2").0, features);
        assert_eq!(row("blocks", "mean over 7x7 cells"), (vec![16, 7, 7], 0));
        assert_eq!(
            row("hidden.0.linear", "linear, relu"),
            (vec![8], 16 * 49 * 8 + 8)
        );
        assert_eq!(row("hidden.1.linear", "linear, relu"), (vec![8], 8 * 8 + 8));
        assert_eq!(row("head", "linear"), (vec![10], 90));
        assert_eq!(table.parameters(), net.num_parameters());
    }
    // The big stem whatever the size.
    for input in [[1, 1, 1], [3, 32, 32], [3, 224, 224]] {
        let net = init(RESNET, input, 10);
        assert!(matches!(net.body(), Body::Resnet18Torchvision(body) if body.big));
        let [c, h, w] = input;
        let x = Tensor::ones([2, c, h, w], &Device::flex());
        assert_eq!(net.forward(x, BnMode::Running).dims(), [2, 10]);
        assert_eq!(net.describe().net, "resnet18-torchvision");
    }
}

#[test]
fn nothing_is_dropped_in_any_mode() {
    let device = Device::flex();
    for (json, input) in [(VGG, [1, 32, 64]), (RESNET, [1, 40, 40])] {
        let net = init(json, input, 4);
        let toy = Toy::bands(input, 4, 6, 3);
        let pixels: Vec<f32> = toy.images.concat();
        let data = burn::tensor::TensorData::new(pixels, [6, input[0], input[1], input[2]]);
        let logits = |mode| {
            let x = Tensor::<4>::from_data(data.clone(), &device);
            net.forward(x, mode).into_data()
        };
        let batch = logits(BnMode::Batch);
        assert_eq!(logits(BnMode::Batch), batch, "{json}");
        assert_eq!(logits(BnMode::Train), batch, "{json}");
        assert_ne!(logits(BnMode::Running), batch, "{json}");
    }
}

/// Stops after an epoch.
struct StopAfter {
    epoch: usize,
    done: usize,
}

impl TrainObserver for StopAfter {
    fn epoch_done(&mut self, metrics: &EpochMetrics) {
        self.done = metrics.epoch;
    }
    fn interrupted(&self) -> bool {
        self.done == self.epoch
    }
}

const SHAPE: [usize; 3] = [1, 32, 32];
const CLASSES: usize = 3;

fn go(
    config: &NetConfig,
    dir: &Path,
    observer: &mut dyn TrainObserver,
) -> Result<Progress, TrainError> {
    let device = Device::flex();
    let settings = TrainConfig {
        epochs: 4,
        batch_size: 8,
        learning_rate: 0.05,
        seed: 11,
        ..TrainConfig::default()
    };
    // 25 is 3 times 8 and a batch of one.
    let data = Toy::bands(SHAPE, CLASSES, 25, 1);
    let test = Toy::bands(SHAPE, CLASSES, 6, 2);
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
    let dir = || tempfile::tempdir().expect("a folder");
    let last = |dir: &Path| fs::read(dir.join(LAST_CHECKPOINT)).expect("a checkpoint");
    let (whole, parts) = (dir(), dir());
    let end = go(&net(VGG), whole.path(), &mut SilentObserver).expect("trained");
    assert_eq!(end.net.config(), &net(VGG));
    for metrics in &end.history {
        let train = metrics.train.expect("every epoch is evaluated");
        assert!(train.loss.is_finite(), "{}", train.loss);
    }
    assert_ne!(
        bytes(&state_of(&end.net)),
        bytes(&state_of(&init(VGG, SHAPE, CLASSES)))
    );
    let stopped = go(
        &net(VGG),
        parts.path(),
        &mut StopAfter { epoch: 1, done: 0 },
    );
    assert!(matches!(stopped, Err(TrainError::Interrupted { .. })));
    assert!(last(whole.path()) != last(parts.path()));
    go(&net(VGG), parts.path(), &mut SilentObserver).expect("trained");
    assert!(last(whole.path()) == last(parts.path()));
}
