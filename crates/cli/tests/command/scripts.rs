//! The scripts that run the command, on the CPU in place of a GPU. They are for Linux, as the machines with GPUs are.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::common::Ran;

fn script(name: &str, arguments: &[&str]) -> Ran {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let mut command = Command::new(root.join(name));
    let output = command.args(arguments).output();
    output.expect("the script starts").into()
}

#[test]
fn a_gpu_check_passes_its_stages_and_writes_them_down() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    let binary = env!("CARGO_BIN_EXE_hesscope");
    let path = out.display().to_string();
    let quick = ["--quick", "--device", "cpu", "--references", "nowhere"];
    let ran = script(
        "scripts/gpu-check",
        &[&quick[..], &[binary, &path]].concat(),
    );
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    let text = fs::read_to_string(out.join("gpu-check.json")).expect("numbers");
    let found: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(found["device"], "cpu");
    let state = |name: &str| {
        let stages = found["stages"].as_array().expect("stages").iter();
        let mut named = stages.filter(|stage| stage["name"] == name);
        let stage = named.next().unwrap_or_else(|| panic!("{name}: {text}"));
        stage["state"].as_str().expect("a state").to_owned()
    };
    for name in [
        "devices",
        "speed-small-cnn",
        "training-small-cnn",
        "compare",
    ] {
        assert_eq!(state(name), "passed", "{name}");
    }
    assert!(state("verify-f64").starts_with("left out: no references"));
    assert_eq!(state("profile"), "passed; no kernel was timed");
    let products = &found["speed"][0]["networks"][0]["products"];
    assert_eq!(products.as_array().map(Vec::len), Some(6));
    let compared = &found["compare"]["compared"];
    assert_eq!(compared.as_array().map(Vec::len), Some(2));
    let page = fs::read_to_string(out.join("gpu-check.md")).expect("a page");
    assert!(page.contains("| compare | passed |"), "{page}");
    assert!(page.contains("agrees within 1e-10"), "{page}");
    assert!(!page.contains(&path), "{page}");
}

#[test]
fn a_gpu_check_needs_a_binary_and_goes_on_where_a_stage_fails() {
    let folder = tempfile::tempdir().expect("a folder");
    let ran = script("scripts/gpu-check", &[]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("gpu-check [--quick]"), "{}", ran.stderr);
    let ran = script("scripts/gpu-check", &["/dev/null"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("no hesscope"), "{}", ran.stderr);

    let out = folder.path().join("out").display().to_string();
    let binary = env!("CARGO_BIN_EXE_hesscope");
    let missing = ["--quick", "--device", "cpu:7", "--references", "nowhere"];
    let ran = script(
        "scripts/gpu-check",
        &[&missing[..], &[binary, &out]].concat(),
    );
    assert_eq!(ran.code, Some(1), "{}{}", ran.stdout, ran.stderr);
    let page = fs::read_to_string(Path::new(&out).join("gpu-check.md")).expect("a page");
    for part in [
        "failed with exit code 2",
        "there is no device `cpu:7`",
        "left out: no product",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
}

#[test]
fn the_papers_programme_refuses_what_it_cannot_run_before_anything_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out").display().to_string();
    let data = folder.path().display().to_string();
    let binary = env!("CARGO_BIN_EXE_hesscope");
    for (arguments, part) in [
        (&["--size", "largest"][..], "no size largest"),
        (&["--minutes", "0"], "--minutes is 0"),
        (&["--data-root", &data, binary], "no folder"),
        (&["/dev/null"], "no hesscope"),
        (&["--what"], "examples/paper/run [--size"),
    ] {
        let ran = script(
            "examples/paper/run",
            &[&["--out", &out], arguments].concat(),
        );
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        assert!(ran.stderr.contains(part), "{part}: {}", ran.stderr);
    }
    assert!(!Path::new(&out).exists());
}

#[test]
fn the_check_for_cuda_says_what_is_missing_and_writes_nothing() {
    let home = tempfile::tempdir().expect("a folder");
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let mut command = Command::new(root.join("scripts/cuda-offline"));
    let command = command.arg("--check").env("HOME", home.path());
    let ran: Ran = command
        .env_remove("XDG_DATA_HOME")
        .output()
        .expect("the script starts")
        .into();
    assert_eq!(ran.code, Some(1), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("missing  "), "{}", ran.stdout);
    assert!(ran.stdout.contains("tracel-llvm-23"), "{}", ran.stdout);
    let left = fs::read_dir(home.path()).expect("a folder").count();
    assert_eq!(left, 0);
}
