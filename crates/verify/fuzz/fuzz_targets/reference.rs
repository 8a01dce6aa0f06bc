//! References of `hesscope verify`, which are compared with a device as far as they go.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use burn::tensor::Device;
use hesscope_hvp::Precision;
use hesscope_verify::{Reference, verify};

static FOLDER: LazyLock<tempfile::TempDir> =
    LazyLock::new(|| tempfile::tempdir().expect("a folder"));
static FILE: LazyLock<PathBuf> = LazyLock::new(|| FOLDER.path().join("reference.safetensors"));

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    std::fs::write(&*FILE, bytes).expect("a file");
    let Ok(reference) = Reference::read(&FILE) else {
        return;
    };
    let _ = verify(&reference, Precision::F64, &Device::flex());
});
