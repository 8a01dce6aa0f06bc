//! Everything this project computes, against the exact references.

use std::path::PathBuf;

use burn::tensor::Device;
use hesscope_hvp::Precision;
use hesscope_verify::{Reference, verify};

/// The folder of references; absent only on a user's machine, never in CI.
fn references() -> Option<PathBuf> {
    let shared = std::env::var_os("HESSCOPE_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    let folder = shared.join("reference");
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var_os("CI").is_none(), "{} is missing", folder.display());
    eprintln!("left out: {} is missing", folder.display());
    None
}

const NAMES: [&str; 6] = [
    "mlp_eval",
    "cnn_eval",
    "vgg_bn_eval",
    "vgg_bn_train",
    "resnet_block_eval",
    "densenet_block_eval",
];

fn agree(precision: Precision, tolerance: f64) {
    let Some(folder) = references() else { return };
    let mut far = Vec::new();
    for name in NAMES {
        let path = folder.join(format!("{name}.safetensors"));
        let reference = Reference::read(&path).expect("a reference");
        for check in verify(&reference, precision, &Device::flex()).expect("a comparison") {
            println!("{name:22} {:9} {precision:?} {:.1e}", check.quantity.name(), check.error);
            // Written so that a NaN counts as far.
            if !(check.error <= tolerance) {
                far.push(format!("{name} {}: {:e}", check.quantity.name(), check.error));
            }
        }
    }
    assert!(far.is_empty(), "farther than {tolerance:e} from the reference: {far:#?}");
}

#[test]
fn float64_agrees_to_1e_10() {
    agree(Precision::F64, 1e-10);
}

#[test]
fn float32_agrees_to_1e_4() {
    agree(Precision::F32, 1e-4);
}
