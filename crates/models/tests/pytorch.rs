//! Weights from PyTorch: files it wrote, logits it computed, and what is said of files that do not fit.
//!
//! `tests/pytorch/README.md` says how the references are made.

use std::{
    fs,
    path::{Path, PathBuf},
};

use burn::tensor::{Device, FloatDType, Tensor, TensorData};
use hesscope_models::{BnMode, NetConfig, Network, import_weights, import_weights_f64};
use safetensors::{Dtype, tensor::TensorView};
use serde::Deserialize;

/// Numbers of parameters of the PyTorch definitions, printed by `make_fixtures.py`.
const PARAMETERS: [(&str, [usize; 3], usize, usize); 28] = [
    ("mlp", [1, 32, 32], 10, 66_250),
    ("mlp", [3, 32, 32], 10, 197_322),
    ("mlp", [3, 32, 32], 100, 203_172),
    ("mlp", [3, 224, 224], 1000, 9_698_856),
    ("small-cnn", [1, 32, 32], 10, 17_234),
    ("small-cnn", [3, 32, 32], 10, 17_378),
    ("small-cnn", [3, 32, 32], 100, 155_708),
    ("small-cnn", [3, 224, 224], 1000, 75_267_008),
    ("vgg11", [1, 32, 32], 10, 28_156_554),
    ("vgg11", [3, 32, 32], 10, 28_157_706),
    ("vgg11", [3, 32, 32], 100, 28_526_436),
    ("vgg11", [3, 224, 224], 1000, 132_877_032),
    ("resnet18", [1, 32, 32], 10, 11_172_810),
    ("resnet18", [3, 32, 32], 10, 11_173_962),
    ("resnet18", [3, 32, 32], 100, 11_220_132),
    ("resnet18", [3, 224, 224], 1000, 11_689_512),
    ("densenet40", [1, 32, 32], 10, 1_058_866),
    ("densenet40", [3, 32, 32], 10, 1_059_298),
    ("densenet40", [3, 32, 32], 100, 1_100_428),
    ("densenet40", [3, 224, 224], 1000, 1_511_728),
    ("vgg11-torchvision", [1, 32, 32], 10, 128_811_658),
    ("vgg11-torchvision", [3, 32, 32], 10, 128_812_810),
    ("vgg11-torchvision", [3, 32, 32], 100, 129_181_540),
    ("vgg11-torchvision", [3, 224, 224], 1000, 132_868_840),
    ("resnet18-torchvision", [1, 32, 32], 10, 11_175_370),
    ("resnet18-torchvision", [3, 32, 32], 10, 11_181_642),
    ("resnet18-torchvision", [3, 32, 32], 100, 11_227_812),
    ("resnet18-torchvision", [3, 224, 224], 1000, 11_689_512),
];

#[derive(Deserialize)]
struct Manifest {
    files: Vec<FileCase>,
    formulas: Vec<FormulaCase>,
}

#[derive(Deserialize)]
struct FileCase {
    file: String,
    net: NetConfig,
    input: [usize; 3],
    classes: usize,
    logits: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct FormulaCase {
    name: String,
    net: NetConfig,
    input: [usize; 3],
    classes: usize,
    tensors: Vec<(String, Vec<usize>)>,
    logits: Vec<Vec<f64>>,
}

fn fixture(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/pytorch/fixtures")
        .join(file)
}

fn manifest() -> Manifest {
    let text = fs::read_to_string(fixture("logits.json")).expect("the references");
    serde_json::from_str(&text).expect("a manifest")
}

/// Numbers in [-1, 1), as `uniform` of `tests/pytorch/networks.py` has them.
fn uniform(key: &str, count: usize) -> Vec<f64> {
    let seed = key.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    });
    let number = |place: u64| {
        let z = seed.wrapping_add(place + 1);
        let z = z.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        2.0 * ((z ^ (z >> 31)) >> 11) as f64 * 2f64.powi(-53) - 1.0
    };
    (0..count as u64).map(number).collect()
}

/// A tensor of a network, as `weights` of `tests/pytorch/networks.py` has it.
fn weights(key: &str, shape: &[usize]) -> Vec<f64> {
    let mut values = uniform(key, shape.iter().product());
    let leaf = key.rsplit('.').next().unwrap_or_default();
    let fan_in: usize = shape.iter().skip(1).product();
    for x in &mut values {
        *x = match leaf {
            "running_var" => 1.0 + 0.4 * *x,
            "weight" if shape.len() == 1 => 1.0 + 0.4 * *x,
            "weight" => *x * (6.0 / fan_in as f64).sqrt(),
            _ => 0.3 * *x,
        };
    }
    values
}

/// A file of weights by formula, in float64 or float32.
fn write_formula(path: &Path, tensors: &[(String, Vec<usize>)], precision: FloatDType) {
    let bytes: Vec<Vec<u8>> = tensors
        .iter()
        .map(|(key, shape)| {
            let values = weights(key, shape).into_iter();
            match precision {
                FloatDType::F64 => values.flat_map(f64::to_le_bytes).collect(),
                _ => values.flat_map(|x| (x as f32).to_le_bytes()).collect(),
            }
        })
        .collect();
    let dtype = match precision {
        FloatDType::F64 => Dtype::F64,
        _ => Dtype::F32,
    };
    let views = tensors.iter().zip(&bytes).map(|((key, shape), bytes)| {
        let view = TensorView::new(dtype, shape.clone(), bytes).expect("a tensor");
        (key.as_str(), view)
    });
    let file = safetensors::serialize(views, None).expect("a file");
    fs::write(path, file).expect("a writable folder");
}

/// The largest difference between the network's logits and the reference's, in units of the latter's largest.
fn error(net: &Network, precision: FloatDType, expected: &[Vec<f64>]) -> f64 {
    let [c, h, w] = net.input();
    let n = expected.len();
    let pixels = TensorData::new(uniform("input", n * c * h * w), [n, c, h, w]);
    let device = Device::flex();
    let x = Tensor::<4>::from_data(pixels, (&device, burn::tensor::DType::F64)).cast(precision);
    let logits = net.forward(x, BnMode::Running);
    assert_eq!(logits.dims(), [n, net.classes()]);
    let found: Vec<f64> = logits.into_data().iter::<f64>().collect();
    let expected: Vec<f64> = expected.iter().flatten().copied().collect();
    assert_eq!(found.len(), expected.len());
    let largest = expected.iter().fold(0f64, |m, x| m.max(x.abs()));
    let spread = expected.iter().fold(f64::MAX, |m, &x| m.min(x));
    assert!(largest > 0.05 && spread < largest - 0.05, "vacuous");
    let differences = found.iter().zip(&expected).map(|(a, b)| (a - b).abs());
    differences.fold(0.0, f64::max) / largest
}

#[test]
fn networks_have_the_parameters_of_their_pytorch_definitions() {
    for (name, input, classes, parameters) in PARAMETERS {
        let config = NetConfig::from_name(name).expect("a known name");
        let net = config.blank(input, classes, &Device::flex());
        let net = net.expect("a network");
        assert_eq!(net.num_parameters(), parameters, "{name} {input:?}");
        assert_eq!(net.describe().parameters(), parameters, "{name} {input:?}");
    }
}

#[test]
fn files_of_every_format_give_the_logits_of_pytorch() {
    let device = Device::flex();
    for case in manifest().files {
        let path = fixture(&case.file);
        let single = import_weights(&path, &case.net, case.input, case.classes, &device);
        let single = single.unwrap_or_else(|e| panic!("{}: {e}", case.file));
        let double = import_weights_f64(&path, &case.net, case.input, case.classes, &device);
        let double = double.expect("the same in float64");
        let errors = [
            error(&single, FloatDType::F32, &case.logits),
            error(&double, FloatDType::F64, &case.logits),
        ];
        println!("{}: {:.1e} {:.1e}", case.file, errors[0], errors[1]);
        assert!(errors[0] < 1e-5, "{}: {}", case.file, errors[0]);
        assert!(errors[1] < 1e-12, "{}: {}", case.file, errors[1]);
        // The other way about would be a sign that one of them was rounded or not.
        assert!(errors[0] > errors[1], "{}: {errors:?}", case.file);
    }
}

fn full_size(choose: impl Fn(&str) -> bool) {
    let device = Device::flex();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("weights.safetensors");
    let mut cases = 0;
    for case in manifest().formulas {
        if !choose(&case.name) {
            continue;
        }
        cases += 1;
        write_formula(&path, &case.tensors, FloatDType::F32);
        let net = import_weights(&path, &case.net, case.input, case.classes, &device);
        let net = net.unwrap_or_else(|e| panic!("{}: {e}", case.name));
        let single = error(&net, FloatDType::F32, &case.logits);
        write_formula(&path, &case.tensors, FloatDType::F64);
        let net = import_weights_f64(&path, &case.net, case.input, case.classes, &device);
        let double = error(&net.expect("the same"), FloatDType::F64, &case.logits);
        println!("{}: {single:.1e} {double:.1e}", case.name);
        assert!(single < 1e-5, "{}: {single}", case.name);
        assert!(double < 1e-12, "{}: {double}", case.name);
    }
    assert!(cases > 0);
}

#[test]
fn networks_of_full_size_give_the_logits_of_pytorch() {
    full_size(|name| name != "vgg11-torchvision");
}

/// Takes 4 GiB of memory and a file of 1 GiB.
#[test]
#[ignore = "takes 4 GiB of memory: run it by name"]
fn vgg11_of_torchvision_in_full_size_gives_the_logits_of_pytorch() {
    full_size(|name| name == "vgg11-torchvision");
}
