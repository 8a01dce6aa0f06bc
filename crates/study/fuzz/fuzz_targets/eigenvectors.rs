//! Files of eigenvectors, with the checksum put right.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use hesscope_files::sha256_hex;
use safetensors::SafeTensors;

static FOLDER: LazyLock<tempfile::TempDir> =
    LazyLock::new(|| tempfile::tempdir().expect("a folder"));
static FILE: LazyLock<PathBuf> = LazyLock::new(|| FOLDER.path().join("pairs.safetensors"));

const KEY: &[u8] = b"\"hesscope.eigenvectors\":\"";

/// The sum of what the metadata say behind it and of three tensors, each behind its length.
fn sum(bytes: &[u8]) -> Option<String> {
    let (_, header) = SafeTensors::read_metadata(bytes).ok()?;
    let value = header.metadata().as_ref()?.get("hesscope.eigenvectors")?;
    let (_, json) = value.split_once(' ')?;
    let tensors = SafeTensors::deserialize(bytes).ok()?;
    let mut content = Vec::new();
    let mut add = |bytes: &[u8]| {
        content.extend((bytes.len() as u64).to_le_bytes());
        content.extend(bytes);
    };
    add(json.as_bytes());
    for name in ["values", "residuals", "vectors"] {
        add(tensors.tensor(name).ok()?.data());
    }
    Some(sha256_hex(&content))
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut bytes = bytes.to_vec();
    let place = bytes.windows(KEY.len()).position(|found| found == KEY);
    if let (Some(place), Some(sum)) = (place, sum(&bytes))
        && let Some(digits) = bytes.get_mut(place + KEY.len()..place + KEY.len() + 64)
    {
        digits.copy_from_slice(sum.as_bytes());
    }
    std::fs::write(&*FILE, bytes).expect("a file");
    let _ = hesscope_study::eigenvector_file::read_eigenvectors(&FILE);
});
