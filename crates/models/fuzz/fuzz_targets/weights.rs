//! Weights from PyTorch and safetensors files: archives, streams of pickles, pickles alone.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use burn::tensor::{Device, FloatDType};
use hesscope_models::{ImportOptions, NetConfig, import_weights_with};

static FOLDER: LazyLock<tempfile::TempDir> =
    LazyLock::new(|| tempfile::tempdir().expect("a folder"));
static FILE: LazyLock<PathBuf> = LazyLock::new(|| FOLDER.path().join("weights.pt"));
static NET: LazyLock<NetConfig> = LazyLock::new(|| {
    let options = r#"{"name": "mlp", "hidden": [7, 5], "activation": "tanh"}"#;
    serde_json::from_str(options).expect("options")
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    std::fs::write(&*FILE, bytes).expect("a file");
    let options = ImportOptions {
        precision: FloatDType::F32,
        allow_extra: true,
    };
    let _ = import_weights_with(&FILE, &NET, [2, 3, 4], 3, &Device::flex(), options);
});
