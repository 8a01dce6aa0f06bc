//! Archives, unpacked with little room. Whatever they hold, nothing appears beside the folder that they are for.
#![no_main]

use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::{Compression, write::GzEncoder};
use hesscope_fetch::{Limits, unpack};

const BLOCK: usize = 512;

/// The same archive with the checksums of its headers put right, which no change of a byte does.
fn with_checksums(bytes: &[u8]) -> Vec<u8> {
    let mut tar = bytes.to_vec();
    for header in tar.chunks_exact_mut(BLOCK) {
        if header[257..].starts_with(b"ustar") {
            header[148..156].fill(b' ');
            let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
            header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        }
    }
    tar
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    if bytes.starts_with(&[0x1f, 0x8b]) {
        return bytes.to_vec();
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
    encoder.write_all(&with_checksums(bytes)).expect("memory");
    encoder.finish().expect("memory")
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("an entry").file_name();
    let mut names: Vec<String> = entries
        .map(|entry| name(entry).into_string().expect("UTF-8"))
        .collect();
    names.sort();
    names
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let dir = tempfile::tempdir().expect("a folder");
    let (archive, into) = (dir.path().join("archive.tar.gz"), dir.path().join("into"));
    fs::create_dir(&into).expect("a folder");
    fs::write(&archive, packed(bytes)).expect("a file");
    let limits = Limits {
        entries: 20,
        file_bytes: 1 << 14,
        total_bytes: 1 << 17,
    };
    let unpacked = unpack(&archive, &into, "data", &limits);
    assert_eq!(names(dir.path()), ["archive.tar.gz", "into"]);
    let wanted: &[&str] = if unpacked.is_ok() { &["data"] } else { &[] };
    assert_eq!(names(&into), wanted);
});
