//! `hesscope overlaps`.

use std::fs;
use std::path::{Path, PathBuf};

use hesscope_records::{OverlapRecord, Overlaps};

use crate::common::{hesscope, small_run};

fn made(out: &Path) {
    let arguments = small_run(out);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ran = hesscope(&arguments);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .collect();
    files.sort();
    files
}

fn read(path: &Path) -> Overlaps {
    serde_json::from_str(&fs::read_to_string(path).expect("a file")).expect("overlaps")
}

fn pair<'a>(pairs: &'a [OverlapRecord], first: &str, second: &str) -> &'a OverlapRecord {
    pairs
        .iter()
        .find(|pair| pair.first == first && pair.second == second)
        .expect("the pair")
}

#[test]
fn overlaps_are_measured_along_training_and_reported() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    made(&out);
    let path = out.display().to_string();
    let arguments = ["overlaps", &path, "--precision", "f64"];
    let ran = hesscope(&arguments);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let jsons = files(&out.join("overlaps"), ".json");
    assert_eq!(jsons.len(), 1);
    let overlaps = read(&jsons[0]);
    let epochs: Vec<usize> = overlaps.epochs.iter().map(|found| found.epoch).collect();
    assert_eq!(epochs, [0, 2, 6]);
    for epoch in &overlaps.epochs {
        assert_eq!(epoch.spaces.len(), 7);
        assert_eq!(epoch.pairs.len(), 21);
        for pair in &epoch.pairs {
            assert!((-1e-9..=1.0 + 1e-9).contains(&pair.overlap), "{pair:?}");
        }
        // A1 is made of the g_c, and A2 of the g_cc. Since sum_c' p_ic' g_ic' = 0, P_cc g_cc = -P_c g_c: all three
        // span the same space, a part of that of the g_cc'.
        for (first, second) in [
            ("a1", "a2"),
            ("a1", "g_c"),
            ("a2", "g_c"),
            ("a1", "g_cc'"),
            ("g_c", "g_cc'"),
        ] {
            let found = pair(&epoch.pairs, first, second);
            assert!((found.overlap - 1.0).abs() < 1e-9, "{found:?}");
        }
    }
    let mut steps: Vec<(usize, usize)> = overlaps
        .along
        .iter()
        .filter(|along| along.name == "hess")
        .map(|along| (along.from, along.to))
        .collect();
    steps.sort();
    assert_eq!(steps, [(0, 2), (0, 6), (2, 6)]);

    // Once more: the eigenvectors are those on disk, and the numbers the same.
    let kept = files(&out.join("eigenvectors"), ".safetensors");
    // Those in float64 of Hess and G at three epochs, beside those of the run's own six analyses.
    assert_eq!(kept.len(), 12);
    let before: Vec<_> = kept
        .iter()
        .map(|path| {
            fs::metadata(path)
                .and_then(|about| about.modified())
                .expect("a time")
        })
        .collect();
    assert_eq!(hesscope(&arguments).code, Some(0));
    let again = read(&jsons[0]);
    assert_eq!(
        (again.epochs, again.along),
        (overlaps.epochs, overlaps.along)
    );
    let after: Vec<_> = kept
        .iter()
        .map(|path| {
            fs::metadata(path)
                .and_then(|about| about.modified())
                .expect("a time")
        })
        .collect();
    assert_eq!(before, after);

    assert_eq!(hesscope(&["report", &path]).code, Some(0));
    let report = fs::read_to_string(out.join("report.html")).expect("a report");
    assert!(report.contains("Overlaps of subspaces"));
    assert!(report.contains("Overlaps at epoch 6"));
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    made(&out);
    let path = out.display().to_string();
    for (flags, said) in [
        (["--epochs", "3"], "the weights of epoch 3 are not in"),
        (["--pairs", "0"], "--pairs is 0: give at least 1"),
        (
            ["--pairs", "5"],
            "--pairs is 5: give at least 1 and at most 4",
        ),
        (["--operators", "hesse"], "there is no operator `hesse`"),
        (["--operators", "b2[77]"], "77"),
        (["--split", "middle"], "middle"),
    ] {
        let arguments: Vec<&str> = ["overlaps", &path].into_iter().chain(flags).collect();
        let ran = hesscope(&arguments);
        assert_eq!(ran.code, Some(2), "{flags:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(said), "{flags:?}: {}", ran.stderr);
    }
    assert!(!out.join("overlaps").exists());
}

#[test]
fn no_eigenvectors_are_kept_where_none_are_wanted() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let arguments = small_run(&out);
    let mut arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    arguments.extend(["--keep-eigenvectors", "false"]);
    let ran = hesscope(&arguments);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let path = out.display().to_string();
    let ran = hesscope(&["overlaps", &path]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(files(&out.join("overlaps"), ".json").len(), 1);
    assert!(!out.join("eigenvectors").exists());
    assert!(!out.join("partial").exists());
    let ran = hesscope(&[
        "overlaps",
        &path,
        "--keep-eigenvectors",
        "true",
        "--pairs",
        "2",
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(files(&out.join("eigenvectors"), ".safetensors").len(), 6);
}
