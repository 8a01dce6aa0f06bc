//! Records of every kind: a byte chooses the kind, and the rest is the JSON behind the checksum, which is put right.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use hesscope_files::sealed::check_json;
use hesscope_files::sha256_hex;
use hesscope_records::record::{Record, read};
use hesscope_records::{
    Analysis, ClassMeans, Comparison, Dynamics, Eigenvalues, EpochRecord, Findings, Overlaps,
    SearchRecord, Speed,
};
use hesscope_spectral::{BandOptions, LogGrid, SpectralDensity, linear_grid};

static FOLDER: LazyLock<tempfile::TempDir> =
    LazyLock::new(|| tempfile::tempdir().expect("a folder"));
static FILE: LazyLock<PathBuf> = LazyLock::new(|| FOLDER.path().join("record.json"));

/// A record that reads is written as one that reads.
fn of<R: Record>() {
    if let Ok(record) = read::<R>(&FILE) {
        let bytes = hesscope_files::sealed::seal_json(&record).expect("JSON");
        std::fs::write(&*FILE, bytes).expect("a file");
        read::<R>(&FILE).expect("the same record");
    }
}

/// What reports make of a density; errors are as good as numbers.
fn look_at(density: &SpectralDensity) {
    let grid = LogGrid::new(1e-6, 10.0, 20).expect("a grid");
    let points = linear_grid(-1.0, 1.0, 20).expect("a grid");
    let options = BandOptions::default();
    let _ = density.moments(2);
    let _ = density.eigenvalues();
    let _ = density.density(&points, 0.1);
    let _ = density.log_density(&grid, 0.1);
    let _ = density.density_band(&points, 0.1, &options);
    let _ = density.log_spectrum(&grid, 0.1, &options);
    let _ = density.count_in(0.1, 2.0, 0.95);
    let _ = density.energy_in(0.1, 2.0, 0.95);
    let _ = density.with_ritz_atoms(0.1);
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((kind, body)) = bytes.split_first() else {
        return;
    };
    // As it is, and sealed.
    let _ = check_json(body);
    let sealed = [
        b"{\n  \"sha256\": \"",
        sha256_hex(body).as_bytes(),
        b"\",",
        body,
    ]
    .concat();
    std::fs::write(&*FILE, &sealed).expect("a file");
    match kind {
        b'a' => {
            of::<Analysis>();
            if let Ok(analysis) = read::<Analysis>(&FILE) {
                look_at(&analysis.spectrum.density);
            }
        }
        b'c' => of::<ClassMeans>(),
        b'd' => of::<Dynamics>(),
        b'e' => of::<Eigenvalues>(),
        b'f' => of::<Findings>(),
        b'm' => of::<Comparison>(),
        b'o' => of::<Overlaps>(),
        b's' => of::<Speed>(),
        b'l' => drop(serde_json::from_slice::<EpochRecord>(&sealed)),
        _ => drop(serde_json::from_slice::<SearchRecord>(&sealed)),
    }
});
