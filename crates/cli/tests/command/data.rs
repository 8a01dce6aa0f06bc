//! `hesscope data`, as far as it needs no network; `hesscope-fetch` is tested against servers of its own.

use std::fs;

use crate::bad_input::refused;
use crate::common::{hesscope, shared};

#[test]
fn every_data_set_is_listed_and_described() {
    let list = hesscope(&["data", "list"]);
    assert_eq!(list.code, Some(0), "{}", list.stderr);
    for name in [
        "synth-digits",
        "mnist",
        "fashion-mnist",
        "cifar-10",
        "cifar-100",
        "imagenet",
        "folder",
        "arrays",
    ] {
        let listed = list
            .stdout
            .lines()
            .any(|line| line.split_whitespace().next() == Some(name));
        assert!(listed, "{name}: {}", list.stdout);
        let info = hesscope(&["data", "info", name]);
        assert_eq!(info.code, Some(0), "{name}: {}", info.stderr);
        if name.contains('-') && name != "synth-digits" {
            for part in ["licence: ", "source: ", "cite: ", "SHA-256"] {
                assert!(info.stdout.contains(part), "{name}: {}", info.stdout);
            }
        }
    }
    let info = hesscope(&["data", "info", "synth-digits"]).stdout;
    assert!(info.contains("1360 examples, 136 per class"), "{info}");
}

#[test]
fn what_a_folder_holds_is_described_and_checked() {
    let Some(shared) = shared() else { return };
    let cifar = shared.join("datasets/cifar-10").display().to_string();
    let info = hesscope(&["data", "info", "cifar-10", "--data-dir", &cifar]);
    assert_eq!(info.code, Some(0), "{}", info.stderr);
    for part in [
        "3x32x32",
        "10000 examples",
        "2000 examples",
        "airplane",
        "data_batch_2.bin",
    ] {
        assert!(info.stdout.contains(part), "{part}: {}", info.stdout);
    }
    let mnist = shared.join("datasets/mnist").display().to_string();
    let verified = hesscope(&["data", "verify", "mnist", "--data-dir", &mnist]);
    assert_eq!(
        verified.code,
        Some(0),
        "{}{}",
        verified.stdout,
        verified.stderr
    );
    assert!(
        verified.stdout.contains("t10k-labels-idx1-ubyte.gz: good"),
        "{}",
        verified.stdout
    );

    // One byte of one file, and the comparison fails with 1, not with 2.
    let folder = tempfile::tempdir().expect("a folder");
    for entry in fs::read_dir(&mnist).expect("the files") {
        let path = entry.expect("a file").path();
        let mut bytes = fs::read(&path).expect("a file");
        let name = path.file_name().expect("a name");
        if name == "t10k-labels-idx1-ubyte.gz" {
            bytes[2000] ^= 1;
        }
        fs::write(folder.path().join(name), bytes).expect("a copy");
    }
    let folder = folder.path().display().to_string();
    let verified = hesscope(&["data", "verify", "mnist", "--data-dir", &folder]);
    assert_eq!(
        verified.code,
        Some(1),
        "{}{}",
        verified.stdout,
        verified.stderr
    );
    assert!(
        verified
            .stdout
            .contains("t10k-labels-idx1-ubyte.gz: wrong SHA-256"),
        "{}",
        verified.stdout
    );
    assert!(
        verified.stderr.contains("not as published"),
        "{}",
        verified.stderr
    );
}

#[test]
fn what_cannot_be_done_is_said() {
    refused(&["data", "info", "mnits"], &["mnits", "cifar-10"]);
    refused(&["data", "fetch", "mnist", "mnits"], &["mnits", "cifar-10"]);
    refused(
        &["data", "fetch", "imagenet"],
        &["imagenet", "image-net.org", "train/"],
    );
    refused(
        &["data", "fetch", "mnist", "--mirror", "ftp://mirror"],
        &["ftp://mirror", "http"],
    );
    refused(
        &[
            "data",
            "fetch",
            "mnist",
            "cifar-10",
            "--data-dir",
            "/nowhere",
        ],
        &["--data-dir", "one by one"],
    );
    refused(
        &["data", "verify", "imagenet"],
        &["imagenet", "nothing to compare"],
    );
    refused(
        &["data", "verify", "mnist", "--data-dir", "/nowhere"],
        &["/nowhere", "hesscope data fetch mnist"],
    );
    let without_files = ["run", "--dataset", "cifar-100", "--out", "/nowhere/run"];
    refused(
        &without_files,
        &["cifar-100", "data-dir", "hesscope data fetch cifar-100"],
    );
}

#[test]
fn settings_of_other_data_sets_are_refused() {
    let out = ["--out", "/nowhere/run"];
    let run = |flags: &[&str], parts: &[&str]| {
        refused(&[&["run"], flags, &out].concat(), parts);
    };
    run(&["--coarse-labels"], &["synth-digits", "coarse_labels"]);
    run(&["--image-size", "32"], &["synth-digits", "image-size"]);
    run(&["--label-noise", "1.5"], &["label-noise", "1.5"]);
    run(&["--label-noise", "-0.1"], &["label-noise", "-0.1"]);
    run(&["--classes", "3,ten"], &["ten"]);
    run(&["--classes", "3,3"], &["3"]);
    run(&["--examples-per-class", "all"], &["synth-digits", "all"]);
    let paper = hesscope(&["run", "--examples-per-class", "paper-21"]);
    assert_eq!(paper.code, Some(2));
    assert!(
        paper.stderr.contains("paper-21") && paper.stderr.contains("paper-20"),
        "{}",
        paper.stderr
    );
}
