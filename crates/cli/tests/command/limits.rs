//! Sizes beyond what a machine has, and machines that have little.

use std::fs;

use crate::bad_input::refused;
#[cfg(target_os = "linux")]
use crate::bad_input::sentence;
#[cfg(target_os = "linux")]
use crate::common::{OrdinaryUser, Ran, small_run};

#[test]
fn networks_beyond_the_memory_are_refused_before_it_is_taken() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("settings.toml");
    let (path, out) = (file.display().to_string(), folder.path().join("run"));
    for (net, part) in [
        (
            "name = \"mlp\", hidden = [1000000000]",
            "hidden = [1000000000]",
        ),
        (
            "name = \"mlp\", hidden = [1000000000000000000]",
            "hidden = [1000000000000000000]",
        ),
        (
            "name = \"small-cnn\", channels = [1000000, 1000000]",
            "channels = [1000000, 1000000]",
        ),
        (
            "name = \"densenet40\", growth = 1000000000",
            "growth = 1000000000",
        ),
        (
            "name = \"densenet40\", depth = 4000000000000",
            "depth = 4000000000000",
        ),
        (
            "name = \"resnet18\", width = 9223372036854775807",
            "resnet18 with width = 9223372036854775807 has more",
        ),
    ] {
        // The last allows more memory than any machine has.
        for mib in [1024_usize, 17_592_186_044_415] {
            let text = format!("net = {{ {net} }}\n[analysis]\nmemory-mib = {mib}\n");
            fs::write(&file, text).expect("the settings");
            let out = out.display().to_string();
            for arguments in [
                &["run", "--config", &path, "--out", &out][..],
                &[
                    "compare",
                    "--devices",
                    "cpu",
                    "--config",
                    &path,
                    "--out",
                    &out,
                ],
            ] {
                refused(arguments, &[part, "parameters", "MiB", "give fewer layers"]);
            }
        }
        assert!(!out.exists(), "{net} made the folder");
    }
}

#[test]
fn absurd_counts_are_refused_by_their_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run").display().to_string();
    let most = usize::MAX.to_string();
    for (flag, value, parts) in [
        (
            "--epochs",
            "100001",
            &["`epochs` is 100001", "at most 100000"][..],
        ),
        (
            "--probes",
            "1000000000000",
            &["probes is 1000000000000", "at most"],
        ),
        (
            "--lanczos-steps",
            "1000000000000",
            &["lanczos-steps is", "at most"],
        ),
        (
            "--range-steps",
            "1000000000000",
            &["range-steps is", "at most"],
        ),
        (
            "--top",
            "1000000000000",
            &["top is 1000000000000", "at most"],
        ),
        (
            "--examples-per-class",
            "1000000000000",
            &["examples-per-class is 1000000000000", "from 1 to 100000"],
        ),
    ] {
        refused(&["run", flag, value, "--out", &out], parts);
        assert!(!folder.path().join("run").exists(), "{flag}");
    }
    // Larger than the whole numbers of TOML.
    for flag in [
        "--epochs",
        "--search-epochs",
        "--warm-up-epochs",
        "--eval-every",
        "--batch-size",
        "--image-size",
        "--examples-per-class",
        "--test-examples-per-class",
        "--checkpoint-epochs",
        "--probes",
        "--lanczos-steps",
        "--range-steps",
        "--top",
        "--max-products",
        "--seed",
    ] {
        refused(&["run", flag, &most, "--out", &out], &[flag, &most]);
    }
    refused(
        &["dynamics", "--examples-per-class", &most, "--out", &out],
        &["examples-per-class", &most],
    );
    refused(
        &["dynamics", "--epochs", &most, "--out", &out],
        &["epochs", &most],
    );
    let speed = |flag: &str, value: &str, parts: &[&str]| {
        refused(&["speed", "--net", "mlp", flag, value], parts);
    };
    let many = "1000000000000000";
    speed(
        "--examples",
        many,
        &["examples is 1000000000000000", "at most"],
    );
    speed(
        "--directions",
        many,
        &["directions is 1000000000000000", "at most"],
    );
    speed(
        "--batch-size",
        many,
        &["batch-size is 1000000000000000", "at most"],
    );
    speed(
        "--input",
        "1x100000000x100000000",
        &["1x100000000x100000000", "at most"],
    );
    let compare = [
        "compare",
        "--devices",
        "cpu",
        "--vectors",
        many,
        "--out",
        &out,
    ];
    refused(&compare, &["vectors is 1000000000000000", "at most"]);
}

#[test]
fn measurements_of_absurd_counts_are_refused_by_their_flags() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let run = crate::small::trained(&out);
    let many = "1000000000000000";
    for (command, flag) in [
        ("trace", "--probes"),
        ("eigenvalues", "--top"),
        ("eigenvalues", "--check-rounds"),
        ("overlaps", "--pairs"),
        ("findings", "--energy-probes"),
        ("findings", "--law-probes"),
        ("findings", "--law-steps"),
        ("spectrum", "--top"),
    ] {
        let name = flag.trim_start_matches("--");
        refused(&[command, &run, flag, many], &[name, many, "at most"]);
    }
    let hutchinson = ["trace", &run, "--method", "hutchinson", "--probes", many];
    refused(&hutchinson, &["--probes is", many, "at most"]);
}

#[test]
fn sweeps_of_too_many_runs_are_refused_before_they_are_listed() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("large.toml");
    let numbers = |count: usize| {
        let numbers: Vec<String> = (1..=count).map(|number| number.to_string()).collect();
        numbers.join(", ")
    };
    let spec = format!(
        "[grid]\nnet = [\"mlp\", \"small-cnn\"]\nexamples-per-class = [{}]\nseed = [{}]\n",
        numbers(1000),
        numbers(1500)
    );
    fs::write(&file, spec).expect("the spec");
    let (path, out) = (file.display().to_string(), folder.path().join("sweep"));
    for more in [&["--dry-run"][..], &["--out", &out.display().to_string()]] {
        let arguments = [&["sweep", &*path], more].concat();
        let axes = "1000 of examples-per-class times 2 of net times 1500 of seed";
        refused(
            &arguments,
            &["large.toml", "3000000 runs", axes, "at most 100000"],
        );
    }
    assert!(!out.exists());
}

/// The command under limits that the shell sets.
#[cfg(target_os = "linux")]
fn limited(limits: &[&str], arguments: &[String]) -> Ran {
    std::process::Command::new("prlimit")
        .args(limits)
        .arg(env!("CARGO_BIN_EXE_hesscope"))
        .args(arguments)
        .output()
        .expect("prlimit runs")
        .into()
}

#[cfg(target_os = "linux")]
#[test]
fn an_address_space_too_small_is_said_and_a_small_one_is_kept_to() {
    let folder = tempfile::tempdir().expect("a folder");
    for mib in [200_u64, 400] {
        let out = folder.path().join(format!("small-{mib}"));
        let run = small_run(&out);
        let ran = limited(&[&format!("--as={}", mib << 20)], &run);
        let said = [&*format!("{mib} MiB of address space"), "`ulimit -v`"];
        sentence(&ran, &["run"], &said);
        assert!(!out.exists());
    }
    // With 2 GiB the small run ends, and a network that would take more is refused.
    let limit = "--as=2147483648";
    let ran = limited(&[limit], &small_run(&folder.path().join("enough")));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let file = folder.path().join("settings.toml");
    fs::write(&file, "net = { name = \"mlp\", hidden = [1000000] }\n").expect("the settings");
    let large = ["run", "--config", &file.display().to_string()].map(str::to_owned);
    let said = [
        "hidden = [1000000]",
        "2048 MiB on the address space",
        "`ulimit -v`",
    ];
    sentence(&limited(&[limit], &large), &["run"], &said);
}

/// Limits on processes do not hold for the superuser.
#[cfg(target_os = "linux")]
#[test]
fn threads_that_cannot_be_started_are_said() {
    let user = OrdinaryUser::new();
    let out = user.folder().join("run");
    for processes in [1, 2] {
        let limit = format!("--nproc={processes}");
        let ran: Ran = user
            .command(&["prlimit", &limit])
            .args(small_run(&out))
            .env("RAYON_NUM_THREADS", "8")
            .output()
            .expect("the command starts")
            .into();
        sentence(&ran, &["run"], &["cannot start", "thread", "`ulimit -u`"]);
        assert!(!out.exists());
    }
}
