//! What saving and loading agree on.

use std::io::Write;

use hesscope_files::Sha256Writer;
use safetensors::tensor::TensorView;

/// Version of the checkpoint format this build reads and writes.
pub const FORMAT_VERSION: u32 = 1;

/// The one key of the metadata.
pub(crate) const METADATA_KEY: &str = "hesscope.checkpoint";

/// What stands before the path of a parameter in the name of its momentum buffer.
pub(crate) const MOMENTUM_PREFIX: &str = "momentum:";

/// SHA-256 of the metadata's JSON text, then of each tensor's name, type, shape and bytes, in the order of names.
pub(crate) fn content_sha256<N: AsRef<str>>(json: &str, tensors: &[(N, TensorView)]) -> String {
    let mut sum = Sha256Writer::default();
    // A sum takes whatever it is given.
    let mut add = |bytes: &[u8]| {
        let _ = sum.write_all(bytes);
    };
    add(json.as_bytes());
    for (name, view) in tensors {
        add(format!(
            "\n{} {:?} {:?}\n",
            name.as_ref(),
            view.dtype(),
            view.shape()
        )
        .as_bytes());
        add(view.data());
    }
    sum.hex()
}
