//! Where the references are.

use std::path::PathBuf;

/// The references the tests go through.
pub const NAMES: [&str; 6] = [
    "mlp_eval",
    "cnn_eval",
    "vgg_bn_eval",
    "vgg_bn_train",
    "resnet_block_eval",
    "densenet_block_eval",
];

/// The folder of references; absent only on a user's machine, never in CI.
pub fn references() -> Option<PathBuf> {
    let shared = std::env::var_os("HESSCOPE_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    let folder = shared.join("reference");
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(
        std::env::var_os("CI").is_none(),
        "{} is missing",
        folder.display()
    );
    eprintln!("left out: {} is missing", folder.display());
    None
}
