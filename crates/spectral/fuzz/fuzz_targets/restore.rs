//! Estimations that go on from snapshots with any state, vectors and numbers.
#![no_main]

use hesscope_spectral_fuzz::{decode, restore};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Some((kind, snapshot)) = decode(bytes) {
        restore(kind, snapshot);
    }
});
