//! Checkpoints, with the checksum put right.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use burn::tensor::Device;
use hesscope_files::sha256_hex;
use hesscope_models::load_checkpoint;
use safetensors::SafeTensors;

static FOLDER: LazyLock<tempfile::TempDir> =
    LazyLock::new(|| tempfile::tempdir().expect("a folder"));
static FILE: LazyLock<PathBuf> = LazyLock::new(|| FOLDER.path().join("last.safetensors"));

const KEY: &[u8] = b"\"hesscope.checkpoint\":\"";

/// The sum of what the metadata say behind it, and of name, type, shape and bytes of each tensor in the order of names.
fn sum(bytes: &[u8]) -> Option<String> {
    let (_, header) = SafeTensors::read_metadata(bytes).ok()?;
    let value = header.metadata().as_ref()?.get("hesscope.checkpoint")?;
    let (_, json) = value.split_once(' ')?;
    let mut tensors = SafeTensors::deserialize(bytes).ok()?.tensors();
    tensors.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut content = json.as_bytes().to_vec();
    for (name, view) in tensors {
        content.extend(format!("\n{name} {:?} {:?}\n", view.dtype(), view.shape()).into_bytes());
        content.extend(view.data());
    }
    Some(sha256_hex(&content))
}

fn sealed(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let place = bytes.windows(KEY.len()).position(|found| found == KEY);
    if let (Some(place), Some(sum)) = (place, sum(&bytes))
        && let Some(digits) = bytes.get_mut(place + KEY.len()..place + KEY.len() + 64)
    {
        digits.copy_from_slice(sum.as_bytes());
    }
    bytes
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    std::fs::write(&*FILE, sealed(bytes)).expect("a file");
    let _ = load_checkpoint(&FILE, &Device::flex());
});
