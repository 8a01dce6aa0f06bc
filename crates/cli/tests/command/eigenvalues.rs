//! `hesscope eigenvalues`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use hesscope_hvp::Problem;
use hesscope_records::{Eigenvalues, Terms};
use hesscope_spectral::faer::Side;
use hesscope_spectral::{Extreme, to_dense};

use crate::bad_input::refused;
use crate::common::{Ran, hesscope, start};
use crate::small::{problem, trained};

/// Finds eigenvalues; gives what was printed and the records whose paths were.
fn found(run: &str, flags: &[&str]) -> (Ran, Vec<Eigenvalues>) {
    let ran = hesscope(&[&["eigenvalues", run][..], flags].concat());
    assert_eq!(ran.code, Some(0), "{flags:?}: {}", ran.stderr);
    let paths = ran.stdout.lines().filter(|line| line.ends_with(".json"));
    let records = paths.map(|path| read(Path::new(path))).collect();
    (ran, records)
}

fn read(path: &Path) -> Eigenvalues {
    serde_json::from_str(&fs::read_to_string(path).expect("a file")).expect("eigenvalues")
}

/// The Hessian of a run's network at an epoch over its training examples, by dense products in float64.
struct Exact {
    problem: Problem,
}

impl Exact {
    fn of(run: &str, epoch: usize) -> Self {
        let file = format!("{run}/checkpoints/epoch-{epoch:04}.safetensors");
        let problem = problem(Path::new(&file));
        Exact { problem }
    }

    /// All eigenvalues of an operator, ascending.
    fn eigenvalues(&self, operator: &str) -> Vec<f64> {
        let operator: Terms = operator.parse().expect("an operator");
        let dense = to_dense(&self.problem.operator(operator), 16).expect("products");
        dense
            .self_adjoint_eigenvalues(Side::Lower)
            .expect("eigenvalues")
    }
}

/// Checks a record against all eigenvalues of its operator.
fn agree(found: &Eigenvalues, exact: &[f64]) {
    let what = format!("{} {:?}", found.settings.operator, found.settings.which);
    let which = found.settings.which;
    let mut expected = exact.to_vec();
    expected.sort_by(|a, b| which.key(*b).total_cmp(&which.key(*a)));
    assert_eq!(found.dimension, exact.len(), "{what}");
    assert_eq!(found.values.len(), found.settings.pairs, "{what}");
    assert_eq!(found.unconverged(), 0, "{what}: {:?}", found.residuals);
    let norm = exact[0].abs().max(exact[exact.len() - 1].abs());
    assert!(found.norm <= norm * (1.0 + 1e-9), "{what}");
    for (rank, (&value, &residual)) in found.values.iter().zip(&found.residuals).enumerate() {
        let off = (value - expected[rank]).abs();
        assert!(off <= 1e-8, "{what}, rank {rank}: off by {off:e}");
        assert!(residual <= found.threshold(), "{what}, rank {rank}");
        // An eigenvalue lies within the residual, but for rounding.
        let nearest = exact.iter().map(|x| (x - value).abs());
        let nearest = nearest.fold(f64::INFINITY, f64::min);
        assert!(
            nearest <= residual + 1e-12 * norm,
            "{what}, rank {rank}: {nearest:e} and {residual:e}"
        );
    }
}

#[test]
fn values_are_those_of_the_dense_matrix() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = trained(&folder.path().join("run"));
    let last = Exact::of(&run, 6);
    let exact = last.eigenvalues("hess");
    for (which, ends) in [
        ("magnitude", &[Extreme::LargestMagnitude][..]),
        ("largest", &[Extreme::LargestAlgebraic]),
        ("smallest", &[Extreme::SmallestAlgebraic]),
        (
            "both",
            &[Extreme::LargestAlgebraic, Extreme::SmallestAlgebraic],
        ),
    ] {
        let flags = ["--precision", "f64", "--top", "6", "--which", which];
        let (ran, records) = found(&run, &flags);
        let of_ends: Vec<Extreme> = records.iter().map(|found| found.settings.which).collect();
        assert_eq!(of_ends, ends, "{which}");
        for record in &records {
            agree(record, &exact);
            let line = format!("{} products in ", record.products);
            assert!(ran.stdout.contains(&line), "{}", ran.stdout);
        }
        assert!(!ran.stdout.contains("not converged"), "{}", ran.stdout);
        // `both` has found those of the two ends.
        let reused = if which == "both" { 2 } else { 0 };
        assert_eq!(
            ran.stderr.matches(": reused").count(),
            reused,
            "{}",
            ran.stderr
        );
    }
    // Several operators and epochs in one go, more pairs than A1 has eigenvalues but zero, and the copies of zero among them.
    let flags = ["--precision", "f64", "--operators", "h,a1", "--top", "12"];
    let (ran, records) = found(
        &run,
        &[&flags[..], &["--epochs", "0,6", "--check-rounds", "1"]].concat(),
    );
    let heads: Vec<&str> = ran
        .stdout
        .lines()
        .filter(|line| line.contains(" products in "))
        .collect();
    assert_eq!(heads.len(), 4, "{}", ran.stdout);
    for (epoch, records) in [(0, &records[..2]), (6, &records[2..])] {
        let at = Exact::of(&run, epoch);
        for (record, operator) in records.iter().zip(["h", "a1"]) {
            assert_eq!(record.settings.subject.epoch, epoch);
            agree(record, &at.eigenvalues(operator));
        }
    }
    // A split that has other examples.
    let (_, records) = found(&run, &["--splits", "train,test", "--top", "2"]);
    assert_eq!(records.len(), 2);
    assert_eq!((records[0].examples, records[1].examples), (50, 30));
    assert_ne!(records[0].values, records[1].values);
    // In float32 the values are those of float64 to the tolerance, and the table prints them.
    assert_eq!(records[0].unconverged(), 0);
    let off = (records[0].values[0] - exact[exact.len() - 1]).abs();
    assert!(off <= records[0].threshold(), "{off:e}");
    assert!(!Path::new(&run).join("partial").exists());
    let ran = hesscope(&["check", &run]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    let ran = hesscope(&["report", &run]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

#[test]
fn fewer_products_than_a_spectrum_and_none_the_second_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = trained(&folder.path().join("run"));
    let (first, records) = found(&run, &[]);
    let record = &records[0];
    let lines: Vec<&str> = first.stdout.lines().collect();
    assert!(
        lines[0].starts_with("hess       train epoch 6: eigenvalues of largest modulus; p = "),
        "{}",
        lines[0]
    );
    assert_eq!(
        lines[1].split_whitespace().collect::<Vec<_>>(),
        ["rank", "eigenvalue", "residual"]
    );
    for rank in 1..=10 {
        let row = format!(
            "{rank} {:.6e} {:.1e}",
            record.values[rank - 1],
            record.residuals[rank - 1]
        );
        let words: Vec<&str> = lines[rank + 1].split_whitespace().collect();
        assert_eq!(words.join(" "), row);
    }
    assert_eq!(lines.len(), 13, "{}", first.stdout);
    // A whole spectrum takes a product for each parameter here.
    assert!(record.products < record.dimension / 3, "{record:?}");
    assert!(!first.stderr.contains("reused"), "{}", first.stderr);

    let path = Path::new(lines[12]);
    let before = fs::read(path).expect("the record");
    let (again, _) = found(&run, &[]);
    assert_eq!(again.stdout, first.stdout);
    let said = "eigenvalues of largest modulus of hess over train, epoch 6: reused";
    assert!(again.stderr.contains(said), "{}", again.stderr);
    assert!(!again.stderr.contains("products"), "{}", again.stderr);
    assert_eq!(fs::read(path).expect("the record"), before);

    // Damaged, it is made again with the same values, and that is said.
    fs::write(path, &before[..before.len() / 2]).expect("the record");
    let (mended, records) = found(&run, &[]);
    assert!(
        mended.stderr.contains("measured again"),
        "{}",
        mended.stderr
    );
    assert_eq!(records[0].values, record.values);
}

#[test]
fn what_has_not_converged_is_marked() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = trained(&folder.path().join("run"));
    let (ran, records) = found(&run, &["--precision", "f64", "--max-products", "24"]);
    let record = &records[0];
    assert_eq!((record.products, record.settings.window), (24, 14));
    let missing = record.unconverged();
    assert!(missing > 0, "{record:?}");
    let marked = ran
        .stdout
        .lines()
        .filter(|line| line.ends_with("  not converged"));
    assert_eq!(marked.count(), missing, "{}", ran.stdout);
    let said = format!("not converged: {missing} of 10, ");
    for part in [&said, "24 --max-products", "--tolerance"] {
        assert!(ran.stdout.contains(part), "{part}: {}", ran.stdout);
    }
    // Pairs that have converged before the rounds that look for copies were made.
    let flags = [
        "--max-products",
        "80",
        "--top",
        "2",
        "--check-rounds",
        "1000",
    ];
    let (ran, records) = found(&run, &flags);
    assert_eq!(records[0].products, 80);
    assert!(ran.stdout.contains("not checked: "), "{}", ran.stdout);
    // What the vectors cannot hold is no matter of products.
    let (ran, records) = found(&run, &["--tolerance", "1e-12", "--top", "2"]);
    assert!(records[0].unconverged() > 0 && records[0].products < 1000);
    assert!(ran.stdout.contains("--precision f64"), "{}", ran.stdout);
}

#[test]
fn what_cannot_be_found_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = trained(&folder.path().join("run"));
    for (flags, parts) in [
        (&["--top", "0"][..], &["--top is 0", "at least 1"][..]),
        (
            &["--top", "100000"],
            &["--top is 100000", "parameters", "give at most"],
        ),
        (&["--top", "two"], &["--top is two", "whole number"]),
        (
            &["--tolerance", "0"],
            &["--tolerance is 0", "between 0 and 1"],
        ),
        (&["--tolerance", "-1"], &["--tolerance is -1", "between"]),
        (&["--tolerance", "nan"], &["--tolerance is NaN", "between"]),
        (&["--max-products", "0"], &["--max-products is 0"]),
        (
            &["--max-products", "21"],
            &["--max-products is 21", "22 at least", "--top"],
        ),
        (&["--operators", "hess,q"], &["`q`", "hess, g, h"]),
        (&["--operators", "hess,b2[10]"], &["b2[10]", "0 to 9"]),
        (&["--splits", "middle"], &["middle", "train or test"]),
        (&["--epochs", "3"], &["epoch 3", "0, 2, 6"]),
        (&["--which", "middle"], &["--which is middle", "magnitude"]),
        (&["--precision", "f16"], &["f16", "f32 or f64"]),
    ] {
        refused(&[&["eigenvalues", &run][..], flags].concat(), parts);
    }
    assert!(!Path::new(&run).join("eigenvalues").exists());
    let nowhere = folder.path().join("nowhere").display().to_string();
    refused(&["eigenvalues", &nowhere], &[&nowhere, "run.toml"]);
}

/// The snapshots there are, with their times, which change when they do.
fn snapshots(out: &Path) -> Vec<(PathBuf, Option<SystemTime>)> {
    let folders = fs::read_dir(out.join("partial"))
        .into_iter()
        .flatten()
        .flatten();
    let files = folders.flat_map(|folder| fs::read_dir(folder.path()).into_iter().flatten());
    files
        .flatten()
        .filter(|file| {
            file.file_name()
                .to_string_lossy()
                .ends_with(".snapshot.safetensors")
        })
        .map(|file| {
            let time = file.metadata().and_then(|about| about.modified()).ok();
            (file.path(), time)
        })
        .collect()
}

#[test]
fn a_killed_search_resumes_and_ends_with_the_same_bits() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("kept.toml");
    let small = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/command/small.toml");
    // The table of the analysis is the last.
    let small = fs::read_to_string(small).expect("the settings");
    fs::write(&config, small + "snapshot-seconds = 0\n").expect("settings");
    let out = folder.path().join("run");
    let (config, run) = (config.display().to_string(), out.display().to_string());
    let ran = hesscope(&["train", "--config", &config, "--out", &run]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let flags = ["--precision", "f64", "--top", "30", "--which", "smallest"];
    let (_, undisturbed) = found(&run, &flags);
    fs::remove_dir_all(out.join("eigenvalues")).expect("the record goes");

    let arguments = [&["eigenvalues", &run][..], &flags].concat();
    for patience in [3, 20] {
        let mut child = start(&arguments);
        let (mut seen, mut changes) = (snapshots(&out), 0);
        while changes < patience && child.try_wait().expect("a child").is_none() {
            let now = snapshots(&out);
            changes += usize::from(now != seen);
            seen = now;
        }
        let killed = child.try_wait().expect("a child").is_none();
        assert!(killed, "the search was too quick to be killed");
        child.kill().expect("the child is killed");
        child.wait().expect("the child ends");
    }
    assert_eq!(snapshots(&out).len(), 1, "what was found is kept");
    let (ran, resumed) = found(&run, &flags);
    assert!(!ran.stderr.contains("anew"), "{}", ran.stderr);
    let numbers = |found: &Eigenvalues| {
        let bits = |values: &[f64]| values.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        (bits(&found.values), bits(&found.residuals), found.products)
    };
    assert_eq!(numbers(&resumed[0]), numbers(&undisturbed[0]));
    assert!(!out.join("partial").exists());
}
