//! The command started by `mpirun`: results against one process, bits, failures and resumption.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// What float32 leaves of sums in another order, relative to the largest density.
const SINGLE: f64 = 1e-5;
/// The same in float64.
const DOUBLE: f64 = 1e-10;

/// The command at so many ranks of this machine, or alone.
fn at(ranks: usize, arguments: &[&str]) -> Command {
    let program = env!("CARGO_BIN_EXE_hesscope");
    let mut command = match ranks {
        0 => Command::new(program),
        _ => {
            let mut command = Command::new("mpirun");
            // More ranks than cores, as root in containers, and without a remote shell.
            command
                .args(["--oversubscribe", "--bind-to", "none", "-n"])
                .args([ranks.to_string().as_str(), program])
                .envs([
                    ("OMPI_ALLOW_RUN_AS_ROOT", "1"),
                    ("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"),
                    ("OMPI_MCA_plm", "isolated"),
                    ("OMPI_MCA_rmaps_base_oversubscribe", "1"),
                ]);
            command
        }
    };
    command.args(arguments).env("RAYON_NUM_THREADS", "1");
    command
}

fn run(ranks: usize, arguments: &[&str]) -> Output {
    let output = at(ranks, arguments).output().expect("mpirun starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{ranks} ranks, {arguments:?}: {said}"
    );
    output
}

/// Settings of a run that takes about a second.
fn settings(folder: &Path, precision: &str) -> PathBuf {
    let path = folder.join(format!("{precision}.toml"));
    let text = format!(
        "dataset = 'synth-digits'\nexamples-per-class = 6\ntest-examples-per-class = 3\nseed = 3\nprecision = '{precision}'\n\
         net = {{ name = 'mlp', hidden = [8] }}\n[train]\nepochs = 4\nbatch-size = 16\n\
         [analysis]\nprobes = 2\nlanczos-steps = 24\ntop = 4\n"
    );
    fs::write(&path, text).expect("settings");
    path
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// The one analysis of a folder, without what differs by the clock.
fn analysis(folder: &Path) -> Value {
    let mut files = fs::read_dir(folder.join("analysis"))
        .expect("analyses")
        .flatten();
    let path = files.next().expect("an analysis").path();
    let mut value: Value = serde_json::from_slice(&fs::read(path).expect("a file")).expect("JSON");
    value["sha256"] = "".into();
    value["origin"] = Value::Null;
    value
}

/// The lists of numbers that make up a density: nodes and weights of each probe, and the values of the atoms.
fn density(analysis: &Value) -> Vec<Vec<f64>> {
    let density = &analysis["spectrum"]["density"];
    let list = |values: &Value| -> Vec<f64> {
        let values = values.as_array().expect("a list").iter();
        values
            .map(|value| value.as_f64().expect("a number"))
            .collect()
    };
    let probes = density["quadratures"].as_array().expect("probes").iter();
    let mut lists: Vec<Vec<f64>> = probes
        .flat_map(|probe| [list(&probe["nodes"]), list(&probe["weights"])])
        .collect();
    let atoms = density["atoms"].as_array().expect("atoms").iter();
    lists.push(
        atoms
            .map(|atom| atom["value"].as_f64().expect("a number"))
            .collect(),
    );
    assert!(lists.iter().all(|list| !list.is_empty()));
    lists
}

/// The largest difference of numbers in two sets of lists, relative to the largest number of each list.
fn apart(a: &[Vec<f64>], b: &[Vec<f64>]) -> f64 {
    assert_eq!(a.len(), b.len());
    let of_lists = a.iter().zip(b).map(|(a, b)| {
        assert_eq!(a.len(), b.len());
        let size = b
            .iter()
            .fold(f64::MIN_POSITIVE, |most, b| most.max(b.abs()));
        let far = a.iter().zip(b).map(|(a, b)| (a - b).abs());
        far.fold(0.0, f64::max) / size
    });
    of_lists.fold(0.0, f64::max)
}

/// Spectra of one checkpoint by several numbers of ranks.
fn spectra(precision: &str, tolerance: f64, operator: &str) {
    let folder = TempDir::new().expect("a folder");
    let settings = settings(folder.path(), precision);
    let trained = folder.path().join("trained");
    run(
        0,
        &[
            "train",
            "--config",
            text(&settings),
            "--out",
            text(&trained),
        ],
    );
    let spectrum = |ranks: usize, again: usize| {
        let out = folder.path().join(format!("{ranks}-{again}"));
        copy(&trained, &out);
        run(ranks, &["spectrum", text(&out), "--operator", operator]);
        analysis(&out)
    };
    let alone = spectrum(0, 0);
    for ranks in [1, 2, 3, 4] {
        let found = spectrum(ranks, 0);
        let far = apart(&density(&found), &density(&alone));
        println!("{operator} in {precision}, {ranks} ranks: densities {far:.1e} apart");
        assert!(far < tolerance, "{ranks} ranks: {far:e}");
        assert_eq!(found, spectrum(ranks, 1), "the same bits of {ranks} ranks");
    }
}

#[test]
fn densities_are_those_of_one_process() {
    spectra("f32", SINGLE, "hess");
    spectra("f64", DOUBLE, "hess");
    spectra("f64", DOUBLE, "b1");
}

fn checkpoint(out: &Path) -> Vec<u8> {
    fs::read(out.join("checkpoints/last.safetensors")).expect("a checkpoint")
}

#[test]
fn a_whole_run_gives_the_same_bits_twice() {
    let folder = TempDir::new().expect("a folder");
    let settings = settings(folder.path(), "f64");
    let out = |name: &str| folder.path().join(name);
    for name in ["first", "second"] {
        let output = run(
            2,
            &[
                "run",
                "--config",
                text(&settings),
                "--out",
                text(&out(name)),
            ],
        );
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(
            said.matches("report.html").count(),
            1,
            "one rank prints: {said}"
        );
    }
    assert_eq!(checkpoint(&out("first")), checkpoint(&out("second")));
    run(
        0,
        &[
            "run",
            "--config",
            text(&settings),
            "--out",
            text(&out("alone")),
        ],
    );
    let losses = |name: &str| -> Vec<Vec<f64>> {
        let text = fs::read_to_string(out(name).join("metrics.jsonl")).expect("metrics");
        let loss = |line: &str| {
            let line: Value = serde_json::from_str(line).expect("JSON");
            ["train", "test"].map(|split| line[split]["loss"].as_f64().expect("a loss"))
        };
        text.lines().map(|line| loss(line).to_vec()).collect()
    };
    // Trained in float32, with sums in another order at every step.
    let far = apart(&losses("first"), &losses("alone"));
    assert!(far < 1e-3, "{far:e}");
}

/// The processes of a launcher, by their numbers.
fn started_by(launcher: &Child) -> Vec<String> {
    let path = format!("/proc/{0}/task/{0}/children", launcher.id());
    let children = fs::read_to_string(path).unwrap_or_default();
    children.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn a_run_that_loses_a_rank_ends_and_resumes_with_another_number() {
    let folder = TempDir::new().expect("a folder");
    let settings = settings(folder.path(), "f64");
    let out = folder.path().join("run");
    let arguments = [
        "run",
        "--config",
        text(&settings),
        "--epochs",
        "400",
        "--out",
        text(&out),
    ];
    let mut launched = at(3, &arguments);
    let launched = launched
        .stderr(Stdio::piped())
        .spawn()
        .expect("mpirun starts");
    let last = out.join("checkpoints/last.safetensors");
    let start = Instant::now();
    while !last.is_file() && start.elapsed() < Duration::from_secs(60) {
        sleep(Duration::from_millis(5));
    }
    let ranks = started_by(&launched);
    let lost = ranks.last().expect("ranks that run").clone();
    let killed = Command::new("kill").args(["-9", &lost]).status();
    assert!(killed.expect("kill starts").success());
    let ended = launched.wait_with_output().expect("an end");
    assert!(!ended.status.success());
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(said.contains("signal 9"), "the launcher says why: {said}");
    run(2, &arguments);
    assert!(out.join("report.html").is_file());
}

#[test]
fn bad_input_is_said_once() {
    let output = at(3, &["spectrum", "no-such-run"])
        .output()
        .expect("mpirun starts");
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(said.matches("hesscope: ").count(), 1, "{said}");
}

#[test]
fn a_split_with_fewer_examples_than_ranks_is_refused() {
    let folder = TempDir::new().expect("a folder");
    let settings = folder.path().join("small.toml");
    let lines = "dataset = 'synth-digits'\nexamples-per-class = 1\ntest-examples-per-class = 1\n\
                 net = { name = 'mlp', hidden = [3] }\n[train]\nepochs = 0\n";
    fs::write(&settings, lines).expect("settings");
    let out = folder.path().join("run");
    run(
        0,
        &["train", "--config", text(&settings), "--out", text(&out)],
    );
    let output = at(11, &["spectrum", text(&out)])
        .output()
        .expect("mpirun starts");
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("fewer ranks"), "{said}");
}
