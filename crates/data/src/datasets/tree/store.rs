//! Where decoded images are kept.

use super::cache::{self, Index, hash};
use super::view::Sizes;
use std::sync::Mutex;

/// How many bytes of decoded images are kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Of one split in memory.
    pub memory: u64,
    /// Of one split in a cache on disk.
    pub disk: u64,
}

impl Default for Limits {
    /// 1 GiB is 7,100 images of 224x224, 32 GiB are 228,000.
    fn default() -> Self {
        Self {
            memory: 1 << 30,
            disk: 32 << 30,
        }
    }
}

/// The decoded images of a split, in their order.
#[derive(Debug)]
pub(super) enum Store {
    Memory(Vec<u8>),
    Disk(Mutex<cache::Images>),
    /// Decoded anew whenever one is read.
    Nowhere,
}

impl Store {
    /// Reads a small cache into memory; `None` if an image in it is not what it was.
    pub fn from_cache(
        mut images: cache::Images,
        index: &Index,
        sizes: Sizes,
        limits: Limits,
    ) -> Option<Self> {
        let bytes = sizes.bytes();
        let total = index.entries.len() * bytes;
        if total as u64 > limits.memory {
            return Some(Self::Disk(Mutex::new(images)));
        }
        let mut pixels = vec![0; total];
        for (place, image) in pixels.chunks_exact_mut(bytes).enumerate() {
            images.read(place, image).ok()?;
        }
        let mut each = pixels.chunks_exact(bytes).zip(&index.entries);
        each.all(|(image, entry)| hash(image) == entry.pixels)
            .then_some(Self::Memory(pixels))
    }
}
