//! Files of snapshots, with the checksum put right.
#![no_main]

use std::time::Duration;

use hesscope_files::sha256_hex;
use hesscope_spectral::{FolderKeeper, HostSpace, Keeper};

const KEY: &[u8] = b"\"checksum\":\"";

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut bytes = bytes.to_vec();
    let place = bytes.windows(KEY.len()).position(|found| found == KEY);
    if let Some(place) = place.map(|place| place + KEY.len())
        && bytes.len() >= place + 64
    {
        bytes[place..place + 64].fill(b'0');
        let sum = sha256_hex(&bytes);
        bytes[place..place + 64].copy_from_slice(sum.as_bytes());
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("kept.snapshot.safetensors");
    std::fs::write(&file, bytes).expect("a file");
    let mut keeper = FolderKeeper::new(folder.path(), Duration::ZERO).expect("a keeper");
    let _ = keeper.load("kept", &HostSpace::<f64>::new(3));
});
