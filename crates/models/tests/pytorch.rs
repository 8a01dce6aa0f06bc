//! Weights from PyTorch: files it wrote, logits it computed, and what is said of files that do not fit.
//!
//! `tests/pytorch/README.md` says how the references are made.

mod support;

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use burn::tensor::{Device, FloatDType, Tensor, TensorData};
use hesscope_models::{
    BnMode, ExportError, ImportError, ImportOptions, NamedTensor, NetConfig, Network,
    export_weights, import_weights, import_weights_f64, import_weights_with, state_of,
};
use safetensors::{Dtype, tensor::TensorView};
use serde::Deserialize;
use support::bytes;

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

// --- There and back ----------------------------------------------------------------------------

#[test]
fn what_is_exported_comes_back_bit_for_bit() {
    let device = Device::flex();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("weights.safetensors");
    for case in manifest().files {
        let read = |path: &Path| {
            import_weights_f64(path, &case.net, case.input, case.classes, &device)
                .unwrap_or_else(|e| panic!("{}: {e}", case.file))
        };
        let net = read(&fixture(&case.file));
        export_weights(&net, &path).expect("a writable folder");
        assert_eq!(bytes(&state_of(&read(&path))), bytes(&state_of(&net)));
        // In float32 the file is float32 too, and nothing of it is lost in either precision.
        let single = net.cast(FloatDType::F32);
        export_weights(&single, &path).expect("a writable folder");
        let again = import_weights(&path, &case.net, case.input, case.classes, &device);
        let again = again.expect("a fitting file");
        assert_eq!(bytes(&state_of(&again)), bytes(&state_of(&single)));
        let double = read(&path).cast(FloatDType::F32);
        assert_eq!(bytes(&state_of(&double)), bytes(&state_of(&single)));
    }
    // Nothing but the file itself is left behind.
    assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 1);
}

#[test]
fn exports_have_the_names_and_layouts_of_pytorch() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("weights.safetensors");
    let shapes = |json: &str, input| {
        let net = net(json).init(input, 3, 0, &Device::flex());
        export_weights(&net.expect("a network"), &path).expect("a writable folder");
        let file = fs::read(&path).expect("the file");
        let tensors = safetensors::SafeTensors::deserialize(&file).expect("tensors");
        let shape = |(name, view): (&str, TensorView)| (name.to_owned(), view.shape().to_vec());
        tensors.iter().map(shape).collect::<Vec<_>>()
    };
    let mlp = shapes(r#"{"name": "mlp", "hidden": [7]}"#, [1, 2, 5]);
    assert!(mlp.contains(&("hidden.0.weight".to_owned(), vec![7, 10])));
    assert!(mlp.contains(&("head.weight".to_owned(), vec![3, 7])));
    // The names of torchvision are those PyTorch listed in the references.
    for case in manifest().formulas {
        let narrow = match case.name.as_str() {
            "resnet18-torchvision" => r#"{"name": "resnet18-torchvision", "width": 1}"#,
            "vgg11-torchvision" => r#"{"name": "vgg11-torchvision", "width": 1, "hidden": 2}"#,
            _ => continue,
        };
        let found = shapes(narrow, [1, 32, 32])
            .into_iter()
            .map(|(name, _)| name);
        let mut found: Vec<String> = found.collect();
        let mut wanted: Vec<String> = case.tensors.into_iter().map(|(name, _)| name).collect();
        found.sort();
        wanted.sort();
        assert_eq!(found, wanted, "{}", case.name);
    }
}

/// Writes what `tests/pytorch/read_exports.py` reads, into the folder that `HESSCOPE_EXPORTS` names.
#[test]
fn exports_for_pytorch() {
    let Some(folder) = env::var_os("HESSCOPE_EXPORTS") else {
        return;
    };
    for case in manifest().files {
        let path = fixture(&case.file);
        let net = import_weights_f64(&path, &case.net, case.input, case.classes, &Device::flex());
        let file = format!("{}.safetensors", case.file);
        export_weights(&net.expect("a reference"), &Path::new(&folder).join(file))
            .expect("a writable folder");
    }
}

#[test]
fn exports_that_cannot_be_written_say_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let net = net(MLP).init([2, 3, 4], 3, 0, &Device::flex());
    let net = net.expect("a network");
    for name in ["weights.pt", "weights"] {
        let error = export_weights(&net, &folder.path().join(name)).expect_err("a wrong name");
        assert!(matches!(error, ExportError::Extension { .. }), "{error}");
        assert!(error.to_string().contains(name), "{error}");
    }
    // A folder in the place of the file.
    let taken = folder.path().join("taken.safetensors");
    fs::create_dir(&taken).expect("a folder");
    let error = export_weights(&net, &taken).expect_err("no file there");
    fs::remove_dir(&taken).expect("the folder");
    assert!(matches!(error, ExportError::Write { .. }), "{error}");
    let half = net.cast(FloatDType::F16);
    let error = export_weights(&half, &folder.path().join("half.safetensors"));
    let error = error.expect_err("float16");
    assert!(matches!(error, ExportError::Precision { .. }), "{error}");
    assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 0);
}

// --- Files that do not fit ---------------------------------------------------------------------

const MLP: &str = r#"{"name": "mlp", "hidden": [7, 5], "activation": "tanh"}"#;
const CNN: &str = r#"{"name": "small-cnn", "channels": [3, 5]}"#;
const RESNET: &str = r#"{"name": "resnet18-torchvision", "width": 2}"#;

fn net(json: &str) -> NetConfig {
    serde_json::from_str(json).expect("a configuration")
}

fn refusal(path: &Path, json: &str, input: [usize; 3], classes: usize) -> ImportError {
    let result = import_weights(path, &net(json), input, classes, &Device::flex());
    let error = result.expect_err("a file that does not fit");
    let text = error.to_string();
    // One sentence.
    assert!(!text.contains('\n') && !text.ends_with('.'), "{text}");
    error
}

#[test]
fn a_file_of_another_network_is_told_by_its_names() {
    let text = refusal(&fixture("resnet18_torchvision.pt"), MLP, [2, 3, 4], 3).to_string();
    assert!(
        text.contains(
            "lacks 6 tensors (`hidden.0.weight`, `hidden.0.bias`, `hidden.1.weight`, …) of `mlp`"
        ),
        "{text}"
    );
    assert!(
        text.contains("has 102 tensors (`bn1.bias`, `bn1.running_mean`"),
        "{text}"
    );
    // A hidden layer less, and one more.
    let short = r#"{"name": "mlp", "hidden": [7]}"#;
    let error = refusal(&fixture("mlp.pt"), short, [2, 3, 4], 3);
    let ImportError::Unexpected { unexpected, .. } = error else {
        panic!("{error}")
    };
    assert_eq!(unexpected.0, ["hidden.1.bias", "hidden.1.weight"]);
    let long = r#"{"name": "mlp", "hidden": [7, 5, 5]}"#;
    let error = refusal(&fixture("mlp.pt"), long, [2, 3, 4], 3);
    let ImportError::Missing {
        missing,
        unexpected,
        ..
    } = error
    else {
        panic!("{error}")
    };
    assert_eq!(missing.0, ["hidden.2.weight", "hidden.2.bias"]);
    assert!(unexpected.0.is_empty());
    // Below a wrapper the names are the file's.
    let plain = r#"{"name": "densenet40", "depth": 10, "growth": 3}"#;
    let file = fixture("resnet18_torchvision_checkpoint.pt");
    assert!(matches!(
        refusal(&file, plain, [3, 45, 38], 3),
        ImportError::Missing { .. }
    ));
}

#[test]
fn another_shape_comes_with_its_likely_cause() {
    let file = fixture("resnet18_torchvision.pt");
    let wide = r#"{"name": "resnet18-torchvision", "width": 3}"#;
    let cases = [
        (
            fixture("mlp.pt"),
            MLP,
            [2, 3, 4],
            10,
            "head.weight",
            "for 3 classes and not 10",
        ),
        (
            fixture("mlp.pt"),
            MLP,
            [1, 3, 4],
            3,
            "hidden.0.weight",
            "images of another size",
        ),
        (
            file.clone(),
            RESNET,
            [1, 45, 38],
            3,
            "conv1.weight",
            "3-channel images and not 1-channel ones",
        ),
        (
            file.clone(),
            wide,
            [3, 45, 38],
            3,
            "conv1.weight",
            "other options",
        ),
        (
            fixture("small_cnn.pt"),
            CNN,
            [1, 20, 16],
            4,
            "head.weight",
            "images of another size",
        ),
        (
            fixture("small_cnn.pt"),
            CNN,
            [2, 12, 16],
            4,
            "blocks.0.conv.weight",
            "1-channel images and not 2-channel ones",
        ),
    ];
    for (path, json, input, classes, name, likely) in cases {
        let error = refusal(&path, json, input, classes);
        let text = error.to_string();
        let ImportError::Shape {
            key, found, wanted, ..
        } = error
        else {
            panic!("{error}")
        };
        assert_eq!(key, name);
        assert_ne!(found, wanted);
        assert!(text.contains(likely), "{text}");
        assert!(
            text.contains(&format!("{found:?}")) && text.contains(&format!("{wanted:?}")),
            "{text}"
        );
    }
}

/// A safetensors file of the mlp of the references, changed by `change`.
fn changed(
    folder: &Path,
    change: impl FnOnce(&mut Vec<(String, Dtype, Vec<usize>, Vec<u8>)>),
) -> PathBuf {
    let file = fs::read(fixture("mlp_float64.safetensors")).expect("a reference");
    let tensors = safetensors::SafeTensors::deserialize(&file).expect("tensors");
    let tensor = |(name, view): (&str, TensorView)| {
        (
            name.to_owned(),
            view.dtype(),
            view.shape().to_vec(),
            view.data().to_vec(),
        )
    };
    let mut tensors: Vec<_> = tensors.iter().map(tensor).collect();
    tensors.sort_by(|a, b| a.0.cmp(&b.0));
    change(&mut tensors);
    let views = tensors.iter().map(|(name, dtype, shape, bytes)| {
        let view = TensorView::new(*dtype, shape.clone(), bytes).expect("a tensor");
        (name.as_str(), view)
    });
    let path = folder.join("changed.safetensors");
    fs::write(&path, safetensors::serialize(views, None).expect("a file")).expect("a folder");
    path
}

#[test]
fn numbers_that_are_no_weights_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let refused = |path: &Path| refusal(path, MLP, [2, 3, 4], 3);
    let path = changed(folder.path(), |tensors| {
        let bias = &mut tensors[0];
        assert_eq!((bias.0.as_str(), &bias.2[..]), ("head.bias", &[3][..]));
        (bias.1, bias.3) = (Dtype::I64, vec![0; 24]);
    });
    let error = refused(&path);
    assert!(
        matches!(&error, ImportError::Element { key, found, .. } if key == "head.bias" && found == "I64"),
        "{error}"
    );
    for bad in [f64::NAN, f64::NEG_INFINITY, 1e39] {
        let path = changed(folder.path(), |tensors| {
            tensors[1].3[..8].copy_from_slice(&bad.to_le_bytes());
        });
        let error = refused(&path);
        assert!(
            matches!(&error, ImportError::NotFinite { key, .. } if key == "head.weight"),
            "{error}"
        );
        // Beyond float32 is not beyond float64.
        let double = import_weights_f64(&path, &net(MLP), [2, 3, 4], 3, &Device::flex());
        assert_eq!(double.is_ok(), bad == 1e39);
    }
    // The same name with and without a wrapper.
    let path = changed(folder.path(), |tensors| {
        let mut again = tensors[0].clone();
        again.0 = "module.head.bias".to_owned();
        tensors.push(again);
    });
    assert!(matches!(refused(&path), ImportError::Twice { .. }));
    let path = changed(folder.path(), |tensors| tensors.clear());
    assert!(matches!(refused(&path), ImportError::NoTensors { .. }));
}

#[test]
fn wrappers_of_every_kind_are_looked_through() {
    let folder = tempfile::tempdir().expect("a folder");
    let read = |path: &Path| {
        let net = import_weights_f64(path, &net(MLP), [2, 3, 4], 3, &Device::flex());
        bytes(&state_of(&net.unwrap_or_else(|e| panic!("{e}"))))
    };
    let plain = read(&fixture("mlp_float64.safetensors"));
    let wrappers = [
        "module.",
        "_orig_mod.",
        "state_dict.",
        "model.",
        "net.",
        "model_state_dict.",
        "state_dict.model.module.",
    ];
    for wrapper in wrappers {
        let path = changed(folder.path(), |tensors| {
            for tensor in tensors.iter_mut() {
                tensor.0.insert_str(0, wrapper);
            }
            if wrapper != "module." && wrapper != "_orig_mod." {
                // Beside the weights, and so of no concern.
                tensors.push(("optimizer.step".to_owned(), Dtype::I64, vec![1], vec![0; 8]));
            }
        });
        assert_eq!(read(&path), plain, "{wrapper}");
    }
    // A moving average beside the weights is not taken for them.
    let path = changed(folder.path(), |tensors| {
        for k in 0..tensors.len() {
            let (name, dtype, shape, bytes) = tensors[k].clone();
            tensors[k].0 = format!("model.{name}");
            tensors.push((
                format!("model_ema.{name}"),
                dtype,
                shape,
                vec![0; bytes.len()],
            ));
        }
    });
    assert_eq!(read(&path), plain);
}

/// The mlp of the files `odd_*.pt`.
const ODD: &str = r#"{"name": "mlp", "hidden": [2]}"#;

fn odd(file: &str, allow_extra: bool) -> Result<Vec<(String, Vec<f64>)>, ImportError> {
    let options = ImportOptions {
        precision: FloatDType::F64,
        allow_extra,
    };
    let (path, device) = (fixture(file), Device::flex());
    let net = import_weights_with(&path, &net(ODD), [1, 1, 2], 2, &device, options)?;
    let tensor = |tensor: NamedTensor| (tensor.path, tensor.data.iter::<f64>().collect());
    Ok(state_of(&net).into_iter().map(tensor).collect())
}

fn odd_weights() -> Vec<(String, Vec<f64>)> {
    let tensor = |name: &str, values: &[f64]| (name.to_owned(), values.to_vec());
    // Ours are the transposes of PyTorch's matrices; the first is itself the transpose of what is stored.
    vec![
        tensor("hidden.0.weight", &[0.5, 1.5, 2.5, 3.5]),
        tensor("hidden.0.bias", &[4.5, 5.5]),
        tensor("head.weight", &[1.0, 3.0, 2.0, 4.0]),
        tensor("head.bias", &[-1.0, -2.0]),
    ]
}

#[test]
fn what_is_no_weight_is_passed_over() {
    for file in [
        "odd_beside.pt",
        "odd_beside_protocol5.pt",
        "odd_counters.pt",
    ] {
        for allow_extra in [false, true] {
            let found = odd(file, allow_extra).unwrap_or_else(|e| panic!("{file}: {e}"));
            assert_eq!(found, odd_weights(), "{file}");
        }
    }
}

#[test]
fn extra_tensors_are_passed_over_where_that_is_allowed() {
    let error = odd("odd_extra.pt", false).expect_err("an extra tensor");
    let named =
        matches!(&error, ImportError::Unexpected { unexpected, .. } if unexpected.0 == ["average"]);
    assert!(named, "{error}");
    assert!(error.to_string().contains("allow extra tensors"), "{error}");
    assert_eq!(odd("odd_extra.pt", true).expect("weights"), odd_weights());
}

#[test]
fn a_weight_that_is_no_plain_tensor_is_named_with_its_form() {
    for (file, form) in [
        (
            "odd_sparse_weight.pt",
            "torch._utils._rebuild_sparse_tensor",
        ),
        ("odd_complex_weight.pt", "ComplexFloatStorage"),
    ] {
        let error = odd(file, true).expect_err("no plain tensor");
        let named = matches!(
            &error,
            ImportError::Object { key, object, .. } if key == "head.bias" && object == form
        );
        assert!(named, "{file}: {error}");
    }
}

/// The tensors of `net` with the names `rename` makes of its own, in PyTorch's layouts.
fn write_renamed(net: &Network, path: &Path, rename: impl Fn(&str) -> String) {
    let tensors: Vec<_> = state_of(net)
        .into_iter()
        .map(|tensor| {
            let values: Vec<f32> = tensor.data.iter().collect();
            let (values, shape) = match tensor.shape[..] {
                [inputs, outputs] => {
                    let column = |o| (0..inputs).map(move |i| i * outputs + o);
                    let order = (0..outputs).flat_map(column);
                    (order.map(|at| values[at]).collect(), vec![outputs, inputs])
                }
                _ => (values, tensor.shape),
            };
            let bytes: Vec<u8> = values.into_iter().flat_map(f32::to_le_bytes).collect();
            (rename(&tensor.path), shape, bytes)
        })
        .collect();
    let views = tensors.iter().map(|(name, shape, bytes)| {
        let view = TensorView::new(Dtype::F32, shape.clone(), bytes).expect("a tensor");
        (name.as_str(), view)
    });
    fs::write(path, safetensors::serialize(views, None).expect("a file")).expect("a folder");
}

#[test]
fn a_network_is_read_by_all_of_its_names() {
    let device = Device::flex();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("weights.safetensors");
    let own = |name: &str| name.to_owned();
    let shortcut = |name: &str| {
        let name = name
            .replace("stem.conv", "conv1")
            .replace("stem.norm", "bn1");
        let name = name.replace("head", "linear");
        let Some(rest) = name.strip_prefix("blocks.") else {
            return name;
        };
        let block: usize = rest[..1].parse().expect("a block");
        let rest = rest[2..]
            .replace("first.conv", "conv1")
            .replace("first.norm", "bn1")
            .replace("second.conv", "conv2")
            .replace("second.norm", "bn2")
            .replace("shortcut.conv", "shortcut.0")
            .replace("shortcut.norm", "shortcut.1");
        format!("layer{}.{}.{rest}", block / 2 + 1, block % 2)
    };
    let vgg = r#"{"name": "vgg11-torchvision", "width": 1, "hidden": 4}"#;
    let small = r#"{"name": "resnet18", "width": 2}"#;
    type Rename<'a> = &'a dyn Fn(&str) -> String;
    let cases: [(&str, Rename); 4] = [
        (vgg, &own),
        (RESNET, &own),
        (RESNET, &shortcut),
        (small, &shortcut),
    ];
    for (json, rename) in cases {
        let config = net(json);
        let net = config.init([3, 32, 32], 3, 7, &device).expect("a network");
        write_renamed(&net, &path, rename);
        let read = import_weights(&path, &config, [3, 32, 32], 3, &device);
        let read = read.unwrap_or_else(|e| panic!("{json}: {e}"));
        assert_eq!(bytes(&state_of(&read)), bytes(&state_of(&net)), "{json}");
    }
    // The same network by another configuration, whose names are not those it writes.
    let big = net(r#"{"name": "resnet18", "width": 2, "stem": "big"}"#);
    let file = fixture("resnet18_torchvision.pt");
    let a = import_weights(&file, &big, [3, 45, 38], 3, &device).expect("a fitting file");
    let b = import_weights(&file, &net(RESNET), [3, 45, 38], 3, &device).expect("its own file");
    assert_eq!(bytes(&state_of(&a)), bytes(&state_of(&b)));
}

// --- Files that are damaged or hostile ---------------------------------------------------------

#[test]
fn files_of_other_kinds_are_named_as_such() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("weights.pt");
    let refused = |contents: &[u8]| {
        fs::write(&path, contents).expect("a writable folder");
        refusal(&path, MLP, [2, 3, 4], 3)
    };
    let nowhere = refusal(&folder.path().join("nowhere.pt"), MLP, [2, 3, 4], 3);
    assert!(
        matches!(nowhere, ImportError::FileMissing { .. }),
        "{nowhere}"
    );
    let a_folder = refusal(folder.path(), MLP, [2, 3, 4], 3);
    assert!(matches!(a_folder, ImportError::Read { .. }), "{a_folder}");
    for contents in [
        &b""[..],
        b"\n",
        b"no weights at all, just some text",
        &[0; 4096],
        &[0xff; 100],
    ] {
        let error = refused(contents);
        assert!(matches!(error, ImportError::NotWeights { .. }), "{error}");
    }
    // An empty archive.
    let error = refused(b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
    assert!(matches!(error, ImportError::NotWeights { .. }), "{error}");
    // An empty dictionary.
    let error = refused(b"\x80\x02}.");
    assert!(matches!(error, ImportError::NoTensors { .. }), "{error}");
    // What claims to be a safetensors file and is none.
    let error = refused(b"\x05\0\0\0\0\0\0\0{oops");
    assert!(
        matches!(
            error,
            ImportError::Damaged {
                kind: "safetensors",
                ..
            }
        ),
        "{error}"
    );
    let error = refused(b"\xff\xff\xff\xff\xff\xff\xff\x7f{}");
    assert!(
        matches!(
            error,
            ImportError::Damaged {
                kind: "safetensors",
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn pickled_commands_are_not_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let marker = folder.path().join("ran");
    // os.system("touch …") alone, as protocols 0, 2 and 4 call it.
    let command = format!("touch {}", marker.display());
    let length = u8::try_from(command.len()).expect("a short path");
    let mut older = format!("cposix\nsystem\n(V{command}\ntR.").into_bytes();
    let mut newer = b"\x80\x02cposix\nsystem\nX".to_vec();
    newer.extend([length, 0, 0, 0]);
    newer.extend(command.as_bytes());
    newer.extend(b"\x85R.");
    let mut newest = b"\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c".to_vec();
    newest.push(length);
    newest.extend(command.as_bytes());
    newest.extend(b"\x85R.");
    for pickle in [&mut older, &mut newer, &mut newest] {
        let path = folder.path().join("command.pt");
        fs::write(&path, pickle).expect("a writable folder");
        let error = refusal(&path, CNN, [1, 12, 16], 4);
        assert!(matches!(error, ImportError::NoTensors { .. }), "{error}");
    }
    let error = refusal(&fixture("command_as_weight.pt"), CNN, [1, 12, 16], 4);
    assert!(
        matches!(&error, ImportError::Missing { missing, .. } if missing.0 == ["head.bias"]),
        "{error}"
    );
    // Beside the weights it is passed over, as everything is that is no weight, also where it is given a tensor.
    let read = |file: &str| {
        let net = import_weights(&fixture(file), &net(CNN), [1, 12, 16], 4, &Device::flex());
        bytes(&state_of(&net.expect("a network")))
    };
    for file in ["command_beside.pt", "command_of_tensor.pt"] {
        assert_eq!(read(file), read("small_cnn.pt"), "{file}");
    }
    assert!(!marker.exists());
    assert!(!Path::new("command_ran").exists());
}

#[test]
fn pickles_that_contain_themselves_or_go_too_deep_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("deep.pt");
    // A list in itself, a dictionary in itself, a call with itself, and values of many kinds in one another.
    let nested = |open: &[u8], close: &[u8]| {
        let depth = 200_000;
        [
            b"\x80\x02",
            &open.repeat(depth)[..],
            b"N",
            &close.repeat(depth)[..],
            b".",
        ]
        .concat()
    };
    for pickle in [
        b"\x80\x02]q\x00h\x00a.".to_vec(),
        b"\x80\x02}q\x00X\x01\x00\x00\x00ah\x00s.".to_vec(),
        b"\x80\x02ctorch._utils\n_rebuild_parameter\n]q\x00Rq\x01h\x00h\x01a0.".to_vec(),
        nested(b"", b"\x85"),
        nested(b"ctorch._utils\n_rebuild_parameter\n", b"\x85R"),
        nested(b"cmodule\nfunction\n", b"\x85R"),
        nested(b"}X\x01\x00\x00\x00a", b"s"),
    ] {
        fs::write(&path, pickle).expect("a writable folder");
        let error = refusal(&path, MLP, [2, 3, 4], 3);
        assert!(matches!(error, ImportError::Damaged { .. }), "{error}");
    }
}

/// The files that are cut and changed, with whether every byte of them is under a checksum.
const VICTIMS: [(&str, &str, [usize; 3], usize, bool); 4] = [
    ("small_cnn.pt", CNN, [1, 12, 16], 4, true),
    ("small_cnn.pth", CNN, [1, 12, 16], 4, false),
    ("mlp_whole.pt", MLP, [2, 3, 4], 3, true),
    ("mlp_float64.safetensors", MLP, [2, 3, 4], 3, false),
];

#[test]
fn files_cut_short_anywhere_are_errors() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("cut");
    for (file, json, input, classes, _) in VICTIMS {
        let whole = fs::read(fixture(file)).expect("a reference");
        // Everywhere in the headers and directories at both ends, every third place between them.
        let ends = |length: usize| length < 500 || length + 500 > whole.len();
        for length in (0..whole.len()).filter(|&length| ends(length) || length % 3 == 0) {
            fs::write(&path, &whole[..length]).expect("a writable folder");
            let error = refusal(&path, json, input, classes);
            let damaged = matches!(
                error,
                ImportError::NotWeights { .. } | ImportError::Damaged { .. }
            );
            assert!(damaged, "{file} cut at {length}: {error}");
        }
    }
}

#[test]
fn changed_bytes_are_errors_or_harmless() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("changed");
    for (file, json, input, classes, checksummed) in VICTIMS {
        let config = net(json);
        let read = || import_weights(&path, &config, input, classes, &Device::flex());
        let whole = fs::read(fixture(file)).expect("a reference");
        fs::write(&path, &whole).expect("a writable folder");
        let intact = bytes(&state_of(&read().expect("the reference")));
        let (mut refused, mut harmless) = (0, 0);
        for place in 0..whole.len() {
            // The lowest bit, the highest and all of them, in turn.
            let mask = [0x01, 0x80, 0xff][place % 3];
            let mut contents = whole.clone();
            contents[place] ^= mask;
            fs::write(&path, &contents).expect("a writable folder");
            match read() {
                Err(_) => refused += 1,
                Ok(net) => {
                    harmless += 1;
                    // Without a checksum a changed number is a number.
                    let same = !checksummed || bytes(&state_of(&net)) == intact;
                    assert!(same, "{file} at {place} by {mask:#x}: other weights");
                }
            }
        }
        println!("{file}: {refused} refused, {harmless} read");
        assert!(
            refused > harmless / 8,
            "{file}: {refused} against {harmless}"
        );
    }
}

#[test]
fn claims_of_enormous_sizes_are_refused_before_they_cost_anything() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("claims.pt");
    // The directory of an archive, made to claim a pickle of 4 GiB less a byte, and one of 9 MiB.
    let whole = fs::read(fixture("small_cnn.pt")).expect("a reference");
    let entries = whole.windows(4).enumerate();
    let entries = entries.filter(|(_, bytes)| bytes == b"PK\x01\x02");
    let name = |at: usize| whole[at + 46..].starts_with(b"small_cnn/data.pkl");
    let at: Vec<usize> = entries.map(|(at, _)| at).filter(|&at| name(at)).collect();
    assert_eq!(at.len(), 1);
    for claim in [u32::MAX, 9 << 20] {
        let mut claims = whole.clone();
        claims[at[0] + 24..at[0] + 28].copy_from_slice(&claim.to_le_bytes());
        fs::write(&path, claims).expect("a writable folder");
        let error = refusal(&path, CNN, [1, 12, 16], 4);
        assert!(
            matches!(error, ImportError::LargePickle { bytes, .. } if bytes == u64::from(claim)),
            "{error}"
        );
    }
    // A pickle by itself, which does not say how long it is: values pushed and dropped without an end.
    let mut endless = b"\x80\x02".to_vec();
    endless.extend(b"N0".repeat(5 << 20));
    fs::write(&path, endless).expect("a writable folder");
    let error = refusal(&path, CNN, [1, 12, 16], 4);
    assert!(
        matches!(error, ImportError::LargePickle { bytes, limit, .. } if bytes == limit + 1),
        "{error}"
    );
    // A header of 99 MB, and tensors far beyond the end of the file.
    let mut claims = 99_000_000u64.to_le_bytes().to_vec();
    claims.extend(b"{}");
    fs::write(&path, claims).expect("a writable folder");
    let error = refusal(&path, MLP, [2, 3, 4], 3);
    assert!(matches!(error, ImportError::Damaged { .. }), "{error}");
    let header =
        r#"{"head.bias":{"dtype":"F64","shape":[1000000000000],"data_offsets":[0,8000000000000]}}"#;
    let mut claims = (header.len() as u64).to_le_bytes().to_vec();
    claims.extend(header.as_bytes());
    fs::write(&path, claims).expect("a writable folder");
    let error = refusal(&path, MLP, [2, 3, 4], 3);
    assert!(matches!(error, ImportError::Damaged { .. }), "{error}");
}

/// A tensor of one number in a pickle of protocol 2.
const TENSOR: &[u8] =
    b"ctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\nFloatStorage\n\
    X\x01\0\0\x000X\x03\0\0\0cpuK\x01tQK\0K\x01\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtR";

fn text(text: &str) -> Vec<u8> {
    let length = u32::try_from(text.len()).expect("a short text");
    [b"X", &length.to_le_bytes()[..], text.as_bytes()].concat()
}

/// A dictionary of keys and pickled values.
fn dictionary(pairs: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = b"}(".to_vec();
    for (key, value) in pairs {
        bytes.extend(text(key));
        bytes.extend(*value);
    }
    bytes.push(b'u');
    bytes
}

#[test]
fn several_tensors_of_one_name_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("twice.pt");
    let refused = |root: Vec<u8>| {
        fs::write(&path, [b"\x80\x02", &root[..], b"."].concat()).expect("a writable folder");
        refusal(&path, CNN, [1, 12, 16], 4)
    };
    let head = dictionary(&[("weight", TENSOR)]);
    for root in [
        dictionary(&[("head.weight", TENSOR), ("head", &head)]),
        dictionary(&[("head", &head), ("head.weight", TENSOR)]),
        dictionary(&[("head.weight", TENSOR), ("head.weight", TENSOR)]),
        dictionary(&[("head", &head), ("head", &head)]),
    ] {
        let error = refused(root);
        assert!(
            matches!(&error, ImportError::Ambiguous { name, .. } if name == "head.weight"),
            "{error}"
        );
        assert!(error.to_string().contains("twice.pt"), "{error}");
    }
    let once = refused(dictionary(&[("head", &head), ("head.bias", TENSOR)]));
    assert!(matches!(once, ImportError::Missing { .. }), "{once}");

    let path = folder.path().join("twice.safetensors");
    let numbers = 1f32.to_le_bytes();
    let view = || TensorView::new(Dtype::F32, vec![1], &numbers).expect("a tensor");
    let file = safetensors::serialize([("head.bias", view()), ("head.biaz", view())], None);
    let mut file = file.expect("a file");
    let place = file.windows(9).position(|name| name == b"head.biaz");
    file[place.expect("the name") + 8] = b's';
    fs::write(&path, file).expect("a writable folder");
    let error = refusal(&path, CNN, [1, 12, 16], 4);
    assert!(
        matches!(&error, ImportError::Ambiguous { name, .. } if name == "head.bias"),
        "{error}"
    );
}
