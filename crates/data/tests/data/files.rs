//! Data files for the tests: the real ones if they are there, and small ones written on the fly.

use flate2::{Compression, write::GzEncoder};
use hesscope_data::{Images, Split};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The real MNIST files.
pub fn real_mnist() -> Option<PathBuf> {
    shared("datasets/mnist")
}

/// A folder of real data, below the one that `HESSCOPE_SHARED` names or `../shared` beside the workspace.
///
/// Without it a test of real data fails under `CI`, and elsewhere says that it was left out.
pub fn shared(folder: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("HESSCOPE_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    let dir = shared.join(folder);
    if dir.is_dir() {
        return Some(dir);
    }
    let missing = format!("{} is missing: set HESSCOPE_SHARED", dir.display());
    assert!(std::env::var_os("CI").is_none(), "{missing}");
    println!("left out, since {missing}");
    None
}

/// All of a split, to look into.
pub fn in_memory(split: &Arc<dyn Images>) -> Split {
    Split::read_all(&**split).unwrap()
}

/// An IDX file of unsigned bytes.
pub fn idx(dims: &[u32], values: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, dims.len() as u8];
    bytes.extend(dims.iter().flat_map(|size| size.to_be_bytes()));
    bytes.extend(values);
    bytes
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// `count` images of 28x28, each of one grey: 0, 1, 2 and so on, repeating after 255.
pub fn images(count: u32) -> Vec<u8> {
    let values: Vec<u8> = (0..count)
        .flat_map(|index| [index as u8; 28 * 28])
        .collect();
    idx(&[count, 28, 28], &values)
}

/// The labels 0 to 9 over and over.
pub fn labels(count: u32) -> Vec<u8> {
    let values: Vec<u8> = (0..count).map(|index| (index % 10) as u8).collect();
    idx(&[count], &values)
}

/// Writes four good, uncompressed files: 40 training and 20 test images.
pub fn write_small_set(dir: &Path) {
    for (name, content) in [
        ("train-images-idx3-ubyte", images(40)),
        ("train-labels-idx1-ubyte", labels(40)),
        ("t10k-images-idx3-ubyte", images(20)),
        ("t10k-labels-idx1-ubyte", labels(20)),
    ] {
        std::fs::write(dir.join(name), content).unwrap();
    }
}
