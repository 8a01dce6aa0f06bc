//! Specifications of sweeps.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

static FOLDER: LazyLock<tempfile::TempDir> =
    LazyLock::new(|| tempfile::tempdir().expect("a folder"));
static FILE: LazyLock<PathBuf> = LazyLock::new(|| FOLDER.path().join("sweep.toml"));

libfuzzer_sys::fuzz_target!(|text: &str| {
    // Weights and models are files of their own, which a spec names.
    if ["weights", "onnx", "\\"]
        .iter()
        .any(|word| text.contains(word))
    {
        return;
    }
    std::fs::write(&*FILE, text).expect("a file");
    if let Ok(spec) = hesscope_study::sweep::Spec::read(&FILE) {
        for point in &spec.points {
            assert!(
                hesscope_files::is_below(&point.name) && !point.name.contains('/'),
                "{}",
                point.name
            );
        }
    }
});
