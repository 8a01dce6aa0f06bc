//! `hesscope check`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::bad_input::refused;
use crate::common::{Ran, hesscope, small_run};

fn made(out: &Path, more: &[&str]) {
    let arguments = small_run(out);
    let mut arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    arguments.extend(more);
    let ran = hesscope(&arguments);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

fn check(root: &Path) -> Ran {
    hesscope(&["check", &root.display().to_string()])
}

/// The file of a folder whose name begins so.
fn beginning(folder: &Path, stem: &str) -> PathBuf {
    let files = fs::read_dir(folder).expect("a folder");
    let mut paths = files.map(|entry| entry.expect("a file").path());
    let of_stem = |path: &PathBuf| {
        let name = path.file_name().expect("a name").to_string_lossy();
        name.starts_with(stem)
    };
    paths.find(of_stem).expect("the file")
}

/// Checks that exactly this file is found to be wrong, in these words.
fn found(root: &Path, file: &Path, parts: &[&str]) {
    let ran = check(root);
    assert_eq!(ran.code, Some(1), "{}{}", ran.stdout, ran.stderr);
    let line = ran.stdout.trim_end();
    assert!(!line.contains('\n'), "more than one: {line}");
    assert!(line.starts_with(&format!("{}: ", file.display())), "{line}");
    for part in parts {
        assert!(line.contains(part), "{part}: {line}");
    }
    assert!(ran.stderr.contains("1 file"), "{}", ran.stderr);
}

#[test]
fn what_is_wrong_in_a_run_is_named_with_its_remedy() {
    let folder = tempfile::tempdir().expect("a folder");
    let (out, other) = (folder.path().join("run"), folder.path().join("other"));
    made(&out, &[]);
    made(&other, &["--seed", "9"]);
    let ran = check(&out);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.contains("all is well"), "{}", ran.stderr);

    let analysis = beginning(&out.join("analysis"), "g-train-0006");
    let whole = fs::read(&analysis).expect("the analysis");
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    for bytes in [&flipped[..], &whole[..whole.len() / 2]] {
        fs::write(&analysis, bytes).expect("the analysis");
        found(&out, &analysis, &["damaged", "repeat the command"]);
    }
    fs::write(&analysis, &whole).expect("the analysis");

    // One of another run, under its own name.
    let foreign = beginning(&other.join("analysis"), "g-train-0006");
    let copy = out
        .join("analysis")
        .join(foreign.file_name().expect("a name"));
    fs::copy(&foreign, &copy).expect("the copy");
    found(&out, &copy, &["another run"]);
    fs::remove_file(&copy).expect("the copy goes");

    let checkpoint = out.join("checkpoints/epoch-0002.safetensors");
    let whole = fs::read(&checkpoint).expect("the checkpoint");
    fs::remove_file(&checkpoint).expect("the checkpoint goes");
    found(&out, &checkpoint, &["missing", "hesscope train"]);
    fs::write(&checkpoint, whole).expect("the checkpoint");

    let metrics = out.join("metrics.jsonl");
    let lines = fs::read_to_string(&metrics).expect("metrics");
    fs::write(&metrics, lines.replacen("0.", "1.", 1)).expect("metrics");
    found(&out, &metrics, &["puts it back"]);
    // It does: the command is repeated, and all is well.
    made(&out, &[]);
    assert_eq!(fs::read_to_string(&metrics).expect("metrics"), lines);
    let ran = check(&out);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);

    refused(
        &["check", &folder.path().display().to_string()],
        &["run.toml", "hesscope run"],
    );
}

#[test]
fn every_run_of_a_sweep_is_checked() {
    let folder = tempfile::tempdir().expect("a folder");
    let (spec, out) = (folder.path().join("spec.toml"), folder.path().join("sweep"));
    fs::write(
        &spec,
        "[grid]\nnet = { name = \"mlp\", hidden = [3] }\nexamples-per-class = 2\nepochs = 0\nseed = [0, 1]\n\
         operators = \"g\"\n[base]\ntest-examples-per-class = 2\n\
         [base.analysis]\nprobes = 2\nlanczos-steps = 6\nrange-steps = 8\ntop = 2\n",
    )
    .expect("the spec");
    let [spec, text] = [&spec, &out].map(|path| path.display().to_string());
    let ran = hesscope(&["sweep", &spec, "--out", &text]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let ran = check(&out);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("2 runs"), "{}", ran.stderr);
    let run = beginning(&out.join("runs"), "synth-digits");
    let analysis = beginning(&run.join("analysis"), "g-train");
    fs::write(&analysis, "{}").expect("the analysis");
    found(&out, &analysis, &["damaged"]);
}

#[test]
fn what_is_wrong_in_a_sweep_beside_its_runs_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let (spec, out) = (folder.path().join("spec.toml"), folder.path().join("sweep"));
    let text = "[grid]\nnet = { name = \"mlp\", hidden = [3] }\nexamples-per-class = 2\nseed = [0, 1]\nepochs = 0\n\
        operators = \"g\"\n[base.analysis]\nprobes = 2\nlanczos-steps = 6\nrange-steps = 8\ntop = 2\n";
    fs::write(&spec, text).expect("the spec");
    let path = out.display().to_string();
    let ran = hesscope(&["sweep", &spec.display().to_string(), "--out", &path]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let ran = check(&out);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);

    let mark = beginning(&out.join("runs"), "synth").join("sweep.json");
    let names = [
        "plan.json",
        "sweep.csv",
        "sweep.parquet",
        "sweep.html",
        "sweep.files.json",
    ];
    let files: Vec<PathBuf> = names
        .iter()
        .map(|name| out.join(name))
        .chain([mark.clone()])
        .collect();
    for file in &files {
        let whole = fs::read(file).expect("a file");
        let mut flipped = whole.clone();
        flipped[whole.len() / 2] ^= 1;
        fs::write(file, flipped).expect("the file");
        found(&out, file, &["repeat the command"]);
        if *file == mark {
            let ran = hesscope(&["sweep", "status", &path]);
            assert!(ran.stdout.contains("left     1"), "{}", ran.stdout);
            let said = format!("note: {} is not the mark", mark.display());
            assert!(ran.stderr.contains(&said), "{}", ran.stderr);
        }
        fs::write(file, whole).expect("the file");
    }
    // The spec is named where it is not that of the plan.
    fs::write(out.join("sweep.toml"), format!("{text}\n")).expect("the spec");
    let ran = check(&out);
    assert!(
        ran.code == Some(1) && ran.stdout.contains("sweep.toml is not the spec"),
        "{}",
        ran.stdout
    );
}
