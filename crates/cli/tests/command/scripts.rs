//! The scripts that run the command, on the CPU in place of a GPU. They are for Linux, as the machines with GPUs are.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::common::{Ran, commands_of};

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

/// The text of a program that prints it.
fn output(program: &str, arguments: &[&str], folder: &Path) -> String {
    let mut command = Command::new(program);
    let ran: Ran = command
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the program starts")
        .into();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    ran.stdout
}

#[test]
fn a_release_archive_holds_a_program_that_runs_and_all_that_goes_with_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("dist").display().to_string();
    let binary = env!("CARGO_BIN_EXE_hesscope");
    let target = "x86_64-test-linux";
    let arguments = ["--binary", binary, "--target", target, &out];
    let ran = script("scripts/release-archive", &arguments);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let name = format!("hesscope-{}-{target}", env!("CARGO_PKG_VERSION"));
    let archive = format!("{out}/{name}.tar.gz");
    assert_eq!(ran.stdout.trim(), archive);

    // The sum is checked by the program for it, and nothing else is left in the folder.
    let dist = Path::new(&out);
    output(
        "sha256sum",
        &["--check", &format!("{archive}.sha256")],
        dist,
    );
    assert_eq!(fs::read_dir(dist).expect("a folder").count(), 2);
    output("tar", &["-xzf", &archive], dist);
    let packed = dist.join(&name);
    let help = output(
        &packed.join("hesscope").display().to_string(),
        &["--help"],
        dist,
    );
    for file in [
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "README.md",
        "completions/_hesscope",
        "completions/_hesscope.ps1",
        "completions/hesscope.bash",
        "completions/hesscope.elv",
        "completions/hesscope.fish",
        "man/hesscope.1",
    ] {
        let text = fs::read_to_string(packed.join(file)).expect(file);
        assert!(text.len() > 500, "{file}");
    }
    let commands = commands_of(&help).len();
    let pages = fs::read_dir(packed.join("man")).expect("pages").count();
    assert_eq!(pages, commands + 1);

    let first = fs::read(&archive).expect("the archive");
    let again = script("scripts/release-archive", &arguments);
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert!(first == fs::read(&archive).expect("the archive"));
}

#[test]
fn a_release_archive_is_not_made_of_what_is_no_hesscope() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("dist").display().to_string();
    for (arguments, part) in [
        (&["--binary", "nowhere"][..], "there is no nowhere"),
        (&["--binary", "/bin/true"], "/bin/true is no hesscope"),
        (&["--walk"], "no option --walk"),
        (&["--binary"], "--binary needs a value"),
    ] {
        let target = ["--target", "any", &out];
        let ran = script(
            "scripts/release-archive",
            &[&target[..], arguments].concat(),
        );
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        assert!(ran.stderr.contains(part), "{part}: {}", ran.stderr);
    }
    assert!(!Path::new(&out).exists());
}
