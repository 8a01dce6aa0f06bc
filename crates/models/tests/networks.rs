//! Shapes, parameter counts, names, initialisation and what a clone shares.

mod support;

use burn::{
    module::Module,
    tensor::{Device, FloatDType, Tensor},
};
use hesscope_models::{
    BnMode, Body, ModelError, NamedTensor, NetConfig, StateError, is_buffer, load_state, state_of,
};
use support::bytes;

fn net(json: &str) -> NetConfig {
    serde_json::from_str(json).expect("a configuration")
}

#[test]
fn a_network_is_read_from_its_name_or_from_a_table() {
    let described: Vec<_> = NetConfig::described().collect();
    assert_eq!(described.len(), NetConfig::NAMES.len());
    for (&name, (described, sentence)) in NetConfig::NAMES.iter().zip(described) {
        assert_eq!(name, described);
        assert!(sentence.ends_with('.') && !sentence.starts_with(' '));
        let config = NetConfig::from_name(name).expect("a known name");
        assert_eq!(net(&format!("\"{name}\"")), config);
        assert_eq!(net(&format!("{{\"name\": \"{name}\"}}")), config);
        let written = serde_json::to_string(&config).expect("JSON");
        assert_eq!(net(&written), config);
    }
    for (json, part) in [
        ("\"vgg12\"", "choose one of mlp, small-cnn, vgg11"),
        ("3", "the name of a network or a table"),
        (r#"{"classifier": "plain"}"#, "name"),
    ] {
        let error = serde_json::from_str::<NetConfig>(json).expect_err(json);
        assert!(error.to_string().contains(part), "{json}: {error}");
    }
}

#[test]
fn every_name_builds_and_maps_images_to_logits() {
    let device = Device::flex();
    for &name in NetConfig::NAMES {
        let config = NetConfig::from_name(name).expect("a known name");
        assert_eq!(config.name(), name);
        let net = config.init([1, 32, 32], 10, 1, &device).expect("a network");
        let logits = net.forward(Tensor::ones([2, 1, 32, 32], &device), BnMode::Running);
        assert_eq!(logits.dims(), [2, 10], "{name}");
        assert_eq!(net.describe().parameters(), net.num_parameters(), "{name}");
    }
}

#[test]
fn vgg11_has_the_parameters_counted_by_hand() {
    let device = Device::flex();
    // Convolutions: 9 (1*64 + 64*128 + 128*256 + 256*256 + 256*512 + 3 * 512*512), biases and BatchNorm 3 a channel.
    let features = 9 * (64 + 64 * 128 + 128 * 256 + 256 * 256 + 256 * 512 + 3 * 512 * 512)
        + 3 * (64 + 128 + 2 * 256 + 4 * 512);
    assert_eq!(features, 9_224_832);
    let full = features + 512 * 4096 + 2 * 4096 + 4096 * 4096 + 2 * 4096 + 4096 * 10 + 10;
    assert_eq!(full, 28_156_554);
    let build = |json| {
        net(json)
            .blank([1, 32, 32], 10, &device)
            .expect("a network")
            .num_parameters()
    };
    assert_eq!(build(r#"{"name": "vgg11"}"#), full);
    assert_eq!(
        build(r#"{"name": "vgg11", "classifier": "plain"}"#),
        features + 512 * 10 + 10
    );
    let narrow = 9 * (8 + 8 * 16 + 16 * 32 + 32 * 32 + 32 * 64 + 3 * 64 * 64)
        + 3 * (8 + 16 + 2 * 32 + 4 * 64)
        + 64 * 10
        + 10;
    assert_eq!(
        build(r#"{"name": "vgg11", "width": 8, "classifier": "plain"}"#),
        narrow
    );
}

#[test]
fn small_cnn_stays_between_5_and_20_thousand_parameters() {
    let config = NetConfig::from_name("small-cnn").expect("a known name");
    let count = |input| {
        config
            .blank(input, 10, &Device::flex())
            .expect("a network")
            .num_parameters()
    };
    let block_parameters = 9 * 8 + 2 * 8 + 9 * 8 * 24 + 2 * 24;
    for side in [16, 20, 28, 32] {
        assert_eq!(
            count([1, side, side]),
            block_parameters + 24 * (side / 4) * (side / 4) * 10 + 10
        );
        for channels in [1, 3] {
            assert!(
                (5_000..20_000).contains(&count([channels, side, side])),
                "{channels}x{side}x{side}"
            );
        }
    }
}

#[test]
fn mlp_counts_and_names() {
    let config = net(r#"{"name": "mlp", "hidden": [7, 5], "activation": "tanh"}"#);
    let net = config
        .init([2, 3, 4], 3, 0, &Device::flex())
        .expect("a network");
    assert_eq!(net.num_parameters(), 24 * 7 + 7 + 7 * 5 + 5 + 5 * 3 + 3);
    let state = state_of(&net);
    let names: Vec<&str> = state.iter().map(|t| t.path.as_str()).collect();
    let expected = [
        "hidden.0.weight",
        "hidden.0.bias",
        "hidden.1.weight",
        "hidden.1.bias",
        "head.weight",
        "head.bias",
    ];
    assert_eq!(names, expected);
    assert_eq!(state[0].shape, [24, 7], "linear weights are [in, out]");
}

#[test]
fn paths_carry_no_variant_name_and_tell_buffers() {
    let net = NetConfig::from_name("small-cnn").expect("a known name");
    let net = net
        .init([1, 16, 16], 10, 0, &Device::flex())
        .expect("a network");
    let state = state_of(&net);
    let names: Vec<&str> = state
        .iter()
        .filter(|t| t.path.starts_with("blocks.1"))
        .map(|t| t.path.as_str())
        .collect();
    let expected = [
        "conv.weight",
        "norm.weight",
        "norm.bias",
        "norm.running_mean",
        "norm.running_var",
    ];
    assert_eq!(names, expected.map(|end| format!("blocks.1.{end}")));
    assert!(state.iter().all(|t| t.is_buffer == is_buffer(&t.path)));
    let parameters: usize = state
        .iter()
        .filter(|t| !t.is_buffer)
        .map(|t| t.data.num_elements())
        .sum();
    assert_eq!(parameters, net.num_parameters());
}

#[test]
fn weights_depend_on_the_seed_alone() {
    let config = NetConfig::from_name("small-cnn").expect("a known name");
    let weights = |seed, device: &Device| {
        bytes(&state_of(
            &config
                .init([1, 16, 16], 10, seed, device)
                .expect("a network"),
        ))
    };
    let flex = Device::flex();
    assert_eq!(weights(3, &flex), weights(3, &flex));
    assert_eq!(weights(3, &flex), weights(3, &flex.clone().autodiff()));
    assert_ne!(weights(3, &flex), weights(4, &flex));
}

#[test]
fn initial_weights_have_the_documented_spread() {
    let net = NetConfig::from_name("vgg11").expect("a known name");
    let net = net
        .init([1, 32, 32], 10, 5, &Device::flex())
        .expect("a network");
    let state = state_of(&net);
    let spread = |path: &str| {
        let tensor = state
            .iter()
            .find(|t| t.path == path)
            .unwrap_or_else(|| panic!("no {path}"));
        let n = tensor.data.num_elements() as f64;
        let mean = tensor.data.iter::<f64>().sum::<f64>() / n;
        let var = tensor
            .data
            .iter::<f64>()
            .map(|x| (x - mean).powi(2))
            .sum::<f64>()
            / n;
        (mean, var.sqrt(), n)
    };
    let he = |out: f64| (2.0 / (9.0 * out)).sqrt();
    for (path, std) in [
        ("blocks.1.conv.weight", he(128.0)),
        ("blocks.7.conv.weight", he(512.0)),
        ("hidden.0.linear.weight", 0.01),
        ("head.weight", 0.01),
    ] {
        let (mean, found, n) = spread(path);
        // Five standard errors of the mean and of the standard deviation of a normal sample.
        assert!(mean.abs() < 5.0 * std / n.sqrt(), "{path}: mean {mean}");
        assert!(
            (found / std - 1.0).abs() < 5.0 / (2.0 * n).sqrt(),
            "{path}: {found} for {std}"
        );
    }
}

#[test]
fn a_clone_is_independent_and_the_capture_device_takes_only_the_clone() {
    let device = Device::flex();
    let net = NetConfig::from_name("small-cnn").expect("a known name");
    let net = net.init([1, 16, 16], 10, 0, &device).expect("a network");
    let before = bytes(&state_of(&net));
    for mode in [BnMode::Running, BnMode::Batch] {
        let capture = Device::capture();
        let graph = capture.capture_scope(|scope| {
            let moved = net.clone().to_device(&capture);
            let x = Tensor::<4>::ones([4, 1, 16, 16], &device).to_device(&capture);
            let _logits = moved.forward(x, mode);
            scope.complete([], [])
        });
        let operations = graph.expect("a captured graph").graph.operations.len();
        assert!(operations >= 10, "{mode:?}: {operations} operations");
    }
    assert_eq!(
        net.devices(),
        vec![device.clone()],
        "the original stayed where it was"
    );
    let copy = net.clone();
    let _ = copy.forward(Tensor::ones([4, 1, 16, 16], &device), BnMode::Train);
    assert_eq!(
        bytes(&state_of(&net)),
        before,
        "a forward pass of the clone left the original alone"
    );
    assert_ne!(bytes(&state_of(&copy)), before);
}

#[test]
fn state_round_trips_in_both_precisions() {
    let device = Device::flex();
    let config = NetConfig::from_name("small-cnn").expect("a known name");
    for dtype in [FloatDType::F32, FloatDType::F64] {
        let net = config
            .init([1, 16, 16], 10, 7, &device)
            .expect("a network")
            .cast(dtype);
        let x = Tensor::<4>::ones([3, 1, 16, 16], (&device, net.dtype()));
        let _ = net.forward(x.clone(), BnMode::Train);
        let blank = config.blank([1, 16, 16], 10, &device).expect("a network");
        let loaded = load_state(blank, state_of(&net), &device).expect("a fitting state");
        assert_eq!(loaded.dtype(), net.dtype());
        assert_eq!(bytes(&state_of(&loaded)), bytes(&state_of(&net)));
        let logits =
            |net: &hesscope_models::Network| net.forward(x.clone(), BnMode::Running).into_data();
        assert_eq!(logits(&loaded), logits(&net));
    }
}

#[test]
fn a_state_that_does_not_fit_says_what_is_wrong() {
    let device = Device::flex();
    let config = net(r#"{"name": "mlp", "hidden": [3]}"#);
    let blank = || config.blank([1, 2, 2], 2, &device).expect("a network");
    let good = state_of(&blank());
    let load = |state: Vec<NamedTensor>| {
        load_state(blank(), state, &device)
            .map(|_| ())
            .expect_err("an error")
    };

    let missing = good
        .iter()
        .filter(|t| t.path != "head.bias")
        .cloned()
        .collect();
    assert_eq!(
        load(missing),
        StateError::Missing {
            path: "head.bias".into()
        }
    );

    let mut unexpected = good.clone();
    unexpected.push(NamedTensor {
        path: "tail.bias".into(),
        ..good[0].clone()
    });
    assert_eq!(
        load(unexpected),
        StateError::Unexpected {
            path: "tail.bias".into()
        }
    );

    let mut misshapen = good.clone();
    misshapen[0] = NamedTensor {
        path: good[0].path.clone(),
        ..good[1].clone()
    };
    let error = load(misshapen);
    assert_eq!(
        error,
        StateError::Shape {
            path: "hidden.0.weight".into(),
            found: vec![3],
            wanted: vec![4, 3]
        }
    );
    assert!(
        error
            .to_string()
            .contains("`hidden.0.weight` has shape [3] where the network takes [4, 3]")
    );

    let mut twice = good.clone();
    twice.push(good[0].clone());
    assert_eq!(
        load(twice),
        StateError::Twice {
            path: "hidden.0.weight".into()
        }
    );

    let mut integers = good.clone();
    integers[1].data = burn::tensor::TensorData::new(vec![1_i64, 2, 3], [3]);
    assert!(
        matches!(load(integers), StateError::Precision { path, .. } if path == "hidden.0.bias")
    );
}

#[test]
fn impossible_networks_are_sentences() {
    let device = Device::flex();
    let unknown = NetConfig::from_name("resnet999").expect_err("an unknown name");
    assert_eq!(
        unknown.to_string(),
        "unknown network `resnet999`: did you mean `resnet18`? else choose one of mlp, small-cnn, vgg11, resnet18, densenet40, vgg11-torchvision, resnet18-torchvision"
    );
    let vgg = NetConfig::from_name("vgg11").expect("a known name");
    let small = vgg
        .init([1, 28, 28], 10, 0, &device)
        .expect_err("too small");
    assert!(matches!(
        small,
        ModelError::InputTooSmall {
            minimum: 32,
            height: 28,
            ..
        }
    ));
    assert!(
        small.to_string().contains("at least 32x32 pixels"),
        "{small}"
    );
    let cnn = NetConfig::from_name("small-cnn").expect("a known name");
    assert!(matches!(
        cnn.init([1, 3, 9], 10, 0, &device),
        Err(ModelError::InputTooSmall { minimum: 4, .. })
    ));
    assert!(matches!(
        cnn.init([0, 9, 9], 10, 0, &device),
        Err(ModelError::EmptyInput { .. })
    ));
    assert!(matches!(
        cnn.init([1, 9, 9], 1, 0, &device),
        Err(ModelError::TooFewClasses { classes: 1 })
    ));
    let mlp = net(r#"{"name": "mlp", "hidden": [4, 0]}"#);
    assert!(matches!(
        mlp.init([1, 2, 2], 2, 0, &device),
        Err(ModelError::ZeroWidth {
            field: "hidden",
            ..
        })
    ));
}

#[test]
fn configurations_refuse_unknown_keys_and_round_trip() {
    for json in [
        r#"{"name": "mlp", "hiden": [3]}"#,
        r#"{"name": "vgg11", "hidden": [3]}"#,
        r#"{"name": "vgg19"}"#,
    ] {
        assert!(serde_json::from_str::<NetConfig>(json).is_err(), "{json}");
    }
    let config = net(r#"{"name": "mlp", "hidden": [3], "activation": "tanh"}"#);
    let json = serde_json::to_string(&config).expect("JSON");
    assert_eq!(net(&json), config);
    let vgg =
        net(r#"{"name": "vgg11", "classifier": "plain"}"#).blank([3, 32, 32], 10, &Device::flex());
    let vgg = vgg.expect("a network");
    assert!(matches!(vgg.body(), Body::Vgg11(net) if net.hidden.is_empty()));
    let table = vgg.describe().to_string();
    assert!(
        table.contains("blocks.7.conv") && table.contains("512x2x2"),
        "{table}"
    );
}

#[test]
fn sizes_are_counted_before_anything_is_made() {
    for name in NetConfig::NAMES {
        let config = NetConfig::from_name(name).expect("a network");
        let input = [3, 32, 32];
        let made = config.blank(input, 10, &Device::flex()).expect("a network");
        let numbers: usize = state_of(&made)
            .iter()
            .map(|tensor| tensor.shape.iter().product::<usize>())
            .sum();
        assert_eq!(config.count(input, 10, usize::MAX), Ok(numbers), "{name}");
        assert_eq!(config.count(input, 10, numbers), Ok(numbers), "{name}");
        assert_eq!(
            config.count(input, 10, numbers - 1),
            Err(ModelError::TooLarge { most: numbers - 1 }),
            "{name}"
        );
    }
    for json in [
        r#"{"name": "mlp", "hidden": [1000000000]}"#,
        r#"{"name": "mlp", "hidden": [4611686018427387904, 4611686018427387904]}"#,
        r#"{"name": "small-cnn", "channels": [1000000, 1000000]}"#,
        r#"{"name": "densenet40", "growth": 1000000000}"#,
        r#"{"name": "densenet40", "growth": 18446744073709551615}"#,
        r#"{"name": "densenet40", "depth": 4000000000000}"#,
        r#"{"name": "resnet18", "width": 1000000000}"#,
        r#"{"name": "resnet18", "width": 18446744073709551615}"#,
        r#"{"name": "vgg11", "width": 18446744073709551615}"#,
        r#"{"name": "vgg11-torchvision", "hidden": 1000000000000000}"#,
    ] {
        let most = 1 << 30;
        let counted = net(json).count([3, 32, 32], 10, most);
        assert_eq!(counted, Err(ModelError::TooLarge { most }), "{json}");
    }
    // Beyond what any memory could be asked for, making it is refused too.
    let beyond = net(r#"{"name": "mlp", "hidden": [4611686018427387904, 4]}"#);
    assert!(matches!(
        beyond.blank([3, 32, 32], 10, &Device::flex()),
        Err(ModelError::TooLarge { .. })
    ));
}
