//! Bands and counts hold the truth as often as they say.
#![allow(clippy::unwrap_used)]

#[path = "common/coverage.rs"]
mod coverage;
#[path = "common/spectra.rs"]
mod spectra;

use coverage::{Setting, coverage};
use spectra::{Known, known_spectra, reference_spectra};

fn check(cases: &[Known], setting: &Setting) {
    let mut failed = Vec::new();
    for case in cases {
        let covered = coverage(case, setting).map(|axis| axis.covered);
        println!("{}: {covered:.3?}", case.name);
        if covered.iter().any(|&fraction| fraction < 0.95) {
            failed.push((&case.name, covered));
        }
    }
    assert!(failed.is_empty(), "{failed:.3?}");
}

#[test]
fn bands_cover_known_spectra() {
    let setting = Setting {
        probes: 4,
        steps: 32,
        points: 40,
        ..Setting::default()
    };
    check(&known_spectra(), &setting);
}

#[test]
fn bands_cover_the_references() {
    let setting = Setting {
        probes: 4,
        steps: 32,
        points: 24,
        ..Setting::default()
    };
    check(&reference_spectra().unwrap_or_default(), &setting);
}
