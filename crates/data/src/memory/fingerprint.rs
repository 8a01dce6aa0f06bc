//! The hash of a split's content.

use crate::images::Images;
use crate::shape::ImageShape;
use sha2::{Digest, Sha256};

/// The SHA-256 of the sizes, the labels and the values of all images, as 64 hexadecimal digits.
///
/// `each` hands the values of one image to the hash, which is given to it.
pub(crate) fn fingerprint(
    split: &dyn Images,
    mut each: impl FnMut(usize, &mut dyn FnMut(&[f32])),
) -> String {
    let ImageShape {
        channels,
        height,
        width,
    } = split.shape();
    let mut hash = Sha256::new();
    hash.update(b"hesscope split 1");
    for size in [split.len(), channels, height, width, split.classes()] {
        hash.update((size as u64).to_le_bytes());
    }
    for label in split.labels() {
        hash.update(label.to_le_bytes());
    }
    // Through a buffer, since the hash costs more for many short pieces than for a few long ones.
    let mut buffer = Vec::with_capacity(4 * split.shape().len());
    for index in 0..split.len() {
        each(index, &mut |image| {
            buffer.clear();
            buffer.extend(image.iter().flat_map(|value| value.to_le_bytes()));
            hash.update(&buffer);
        });
    }
    hex::encode(hash.finalize())
}
