//! Writes the seeds of the target `restore` into the folder that is named: estimations stopped after their first steps.

use std::{fs, path::Path};

use hesscope_spectral::{
    AutomaticEstimation, ChebyshevEstimation, DiagonalEstimation, FrobeniusEstimation,
    HutchinsonEstimation, LanczosEstimation, LinearOperator, ProbeKind, Probes, SlqEstimation,
    SubspaceEstimation, ThickRestartEstimation, XtraceEstimation,
};
use hesscope_spectral_fuzz as targets;
use hesscope_spectral_fuzz::{Vector, snapshots};

fn main() {
    let folder = std::env::args().nth(1).expect("a folder");
    fs::create_dir_all(&folder).expect("a folder");
    let op = targets::operator();
    let starts: Vec<Vector> = Probes::new(ProbeKind::Gaussian, 1).block(op.space(), 0, 2);
    let all = [
        (
            "hutchinson",
            snapshots(
                HutchinsonEstimation::begin(&op, &targets::probes()).expect("options"),
                b'h',
            ),
        ),
        (
            "frobenius",
            snapshots(
                FrobeniusEstimation::begin(&op, &targets::probes()).expect("options"),
                b'f',
            ),
        ),
        (
            "diagonal",
            snapshots(
                DiagonalEstimation::begin(&op, &targets::probes()).expect("options"),
                b'd',
            ),
        ),
        (
            "xtrace",
            snapshots(
                XtraceEstimation::begin(&op, &targets::xtrace()).expect("options"),
                b'x',
            ),
        ),
        (
            "subspace",
            snapshots(
                SubspaceEstimation::begin(&op, &targets::subspace(), None).expect("options"),
                b's',
            ),
        ),
        (
            "chebyshev",
            snapshots(
                ChebyshevEstimation::begin(&op, &targets::chebyshev(), None).expect("options"),
                b'c',
            ),
        ),
        (
            "thick-restart",
            snapshots(
                ThickRestartEstimation::begin(&op, &targets::thick_restart()).expect("options"),
                b't',
            ),
        ),
        (
            "lanczos",
            snapshots(
                LanczosEstimation::begin(&op, &starts, &targets::lanczos()).expect("options"),
                b'l',
            ),
        ),
        (
            "slq",
            snapshots(
                SlqEstimation::begin(&op, &targets::slq()).expect("options"),
                b'q',
            ),
        ),
        (
            "automatic",
            snapshots(
                AutomaticEstimation::begin(&op, &targets::automatic()).expect("options"),
                b'a',
            ),
        ),
    ];
    for (name, stopped) in all {
        for (steps, bytes) in stopped.iter().enumerate().skip(1) {
            fs::write(Path::new(&folder).join(format!("{name}-{steps}")), bytes).expect("a file");
        }
    }
}
