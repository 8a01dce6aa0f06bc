//! Folders of runs whose files are damaged, lost or exchanged, and folders that are none of a run.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::common::{Ran, hesscope};

/// Everything a run can hold: a search, events for TensorBoard, analyses, overlaps, leading eigenvalues, findings, class means, eigenvectors.
const CONFIG: &str = r#"
dataset = "synth-digits"
examples-per-class = 6
test-examples-per-class = 3
net = { name = "mlp", hidden = [4] }
precision = "f64"

[data]
classes = ["0", "1", "2"]

[train]
epochs = 3
batch-size = 8
learning-rate = { lowest = 0.01, highest = 0.1, points-per-decade = 1 }
checkpoint-epochs = [1]
tensorboard = true

[analysis]
operators = ["hess", "g"]
probes = 2
lanczos-steps = 8
range-steps = 16
top = 3
"#;

/// Two whole runs that differ in their seed alone.
struct Runs {
    dir: TempDir,
}

impl Runs {
    fn root(&self, seed: usize) -> PathBuf {
        self.dir.path().join(format!("run-{seed}"))
    }
}

fn runs() -> &'static Runs {
    static RUNS: OnceLock<Runs> = OnceLock::new();
    RUNS.get_or_init(|| {
        let runs = Runs {
            dir: tempfile::tempdir().expect("a folder"),
        };
        fs::write(runs.dir.path().join("run.toml"), CONFIG).expect("a config");
        for seed in [3, 4] {
            let root = runs.root(seed);
            let seed = seed.to_string();
            let config = runs.dir.path().join("run.toml");
            let figures = runs.dir.path().join("figures");
            let (root, config, figures) = (text(&root), text(&config), text(&figures));
            for arguments in [
                &["run", "--config", config, "--seed", &seed, "--out", root][..],
                &["overlaps", root],
                &["eigenvalues", root, "--top", "3"],
                &[
                    "findings",
                    root,
                    "--energy-probes",
                    "2",
                    "--law-steps",
                    "32",
                ],
                &["figure", "class-means", root, "--out", figures],
                &["report", root],
            ] {
                let ran = hesscope(arguments);
                assert_eq!(ran.code, Some(0), "{arguments:?}: {}", ran.stderr);
            }
            let ran = hesscope(&["check", root]);
            assert_eq!(
                ran.code,
                Some(0),
                "a whole run: {}{}",
                ran.stdout,
                ran.stderr
            );
        }
        runs
    })
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("a copy");
        }
    }
}

/// All files below a folder, by name relative to it.
fn files(root: &Path) -> Vec<String> {
    fn walk(folder: &Path, root: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, root, found);
            } else {
                found.push(text(path.strip_prefix(root).expect("below it")).to_owned());
            }
        }
    }
    let mut found = Vec::new();
    walk(root, root, &mut found);
    found.sort();
    found
}

/// A name without the hash of the settings, so that the same file of another run is found.
fn kind(name: &str) -> String {
    let is_hash =
        |part: &str| part.len() == 12 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let parts: Vec<&str> = stem.split('-').filter(|part| !is_hash(part)).collect();
    format!("{}.{extension}", parts.join("-"))
}

/// One file of each kind that a run holds; of many alike the first.
fn samples(root: &Path) -> Vec<String> {
    let mut samples: Vec<String> = Vec::new();
    let group = |name: &str| {
        let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
        let of_many = [
            "analysis",
            "eigenvectors",
            "figures",
            "overlaps",
            "eigenvalues",
            "means",
            "findings",
        ]
        .contains(&folder);
        let extension = file
            .rsplit_once('.')
            .map_or("", |(_, extension)| extension)
            .to_owned();
        // Every trial of a search has the same files.
        let folder = if folder.starts_with("search/") {
            "search"
        } else {
            folder
        };
        (
            folder.to_owned(),
            if of_many { extension } else { kind(file) },
        )
    };
    for name in files(root) {
        if name != "run.lock" && !samples.iter().any(|other| group(other) == group(&name)) {
            samples.push(name);
        }
    }
    samples
}

/// What is done to a file.
#[derive(Debug, Clone, Copy)]
enum Damage {
    Truncated,
    Flipped(f64),
    Exchanged,
}

/// The bytes of a file after that; none where nothing would be other.
fn damaged(name: &str, damage: Damage) -> Option<Vec<u8>> {
    let whole = fs::read(runs().root(3).join(name)).expect("a file");
    let now = match damage {
        Damage::Truncated => whole[..whole.len() / 2].to_vec(),
        Damage::Flipped(at) => {
            let mut flipped = whole.clone();
            let place = (at * (whole.len() - 1) as f64) as usize;
            flipped[place] ^= 4;
            flipped
        }
        Damage::Exchanged => {
            let other = runs().root(4);
            let twin = files(&other)
                .into_iter()
                .find(|other| kind(other) == kind(name))?;
            fs::read(other.join(twin)).expect("a file")
        }
    };
    (now != whole).then_some(now)
}

const DAMAGES: [Damage; 4] = [
    Damage::Truncated,
    Damage::Flipped(0.03),
    Damage::Flipped(0.71),
    Damage::Exchanged,
];

/// Every command that reads a run, with its standard output and what it wrote to `out`.
fn read_by(command: &str, root: &Path, out: &Path) -> (Ran, Vec<(String, Vec<u8>)>) {
    let (run, target) = (text(root), text(out));
    fs::create_dir_all(out).expect("a folder");
    let file = |name: &str| format!("{target}/{name}");
    let ran = match command {
        "report" => hesscope(&["report", run, "--out", target]),
        "export weights" => hesscope(&[
            "export",
            run,
            "--what",
            "weights",
            "--out",
            &file("weights.safetensors"),
        ]),
        "export analysis" | "export eigenvectors" => {
            let what = &command["export ".len()..];
            let target = file(&format!("{what}.npz"));
            let of = ["--operator", "hess", "--split", "train", "--epoch", "3"];
            let arguments = ["export", run, "--what", what, "--out", &target];
            hesscope(&[&arguments[..], &of].concat())
        }
        "spectrum" => hesscope(&["spectrum", run, "--operator", "hess"]),
        "overlaps" => hesscope(&["overlaps", run]),
        "eigenvalues" => hesscope(&["eigenvalues", run, "--top", "3"]),
        "findings" => hesscope(&["findings", run, "--energy-probes", "2", "--law-steps", "32"]),
        "train" => {
            let config = runs().dir.path().join("run.toml");
            hesscope(&[
                "train",
                "--config",
                text(&config),
                "--seed",
                "3",
                "--out",
                run,
            ])
        }
        _ => unreachable!("{command}"),
    };
    let written = files(out)
        .into_iter()
        .map(|name| {
            let bytes = fs::read(out.join(&name)).expect("a file");
            (name, bytes)
        })
        .collect();
    (ran, written)
}

const COMMANDS: [&str; 9] = [
    "report",
    "export weights",
    "export analysis",
    "export eigenvectors",
    "spectrum",
    "overlaps",
    "eigenvalues",
    "findings",
    "train",
];

/// Standard output without what depends on the clock and the folder.
fn essence(stdout: &str, root: &Path, out: &Path) -> String {
    let stdout = stdout.replace(text(root), "RUN").replace(text(out), "OUT");
    let lines = stdout
        .lines()
        .map(|line| line.split(" products in ").next().unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn no_damage_is_passed_over_in_silence() {
    let dir = tempfile::tempdir().expect("a folder");
    let whole = runs().root(3);
    let mut expected = Vec::new();
    for command in COMMANDS {
        let (root, out) = (dir.path().join("whole"), dir.path().join("out"));
        copy(&whole, &root);
        let (ran, written) = read_by(command, &root, &out);
        assert_eq!(ran.code, Some(0), "{command}: {}", ran.stderr);
        expected.push((essence(&ran.stdout, &root, &out), written));
        for folder in [root, out] {
            fs::remove_dir_all(folder).expect("removed");
        }
    }
    let mut silent = Vec::new();
    for name in samples(&whole) {
        for damage in DAMAGES {
            let Some(bytes) = damaged(&name, damage) else {
                continue;
            };
            let case = format!("{name} {damage:?}");
            let (root, out) = (dir.path().join("run"), dir.path().join("out"));
            let lay = || {
                copy(&whole, &root);
                fs::write(root.join(&name), &bytes).expect("damaged");
            };
            lay();
            let checked = hesscope(&["check", text(&root)]);
            if checked.code != Some(1) || !checked.stdout.contains(&name) {
                silent.push(format!("check, {case}: {}", checked.stdout));
            }
            fs::remove_dir_all(&root).expect("removed");
            for (command, (stdout, files)) in COMMANDS.iter().zip(&expected) {
                lay();
                let (ran, written) = read_by(command, &root, &out);
                let short = name.rsplit('/').next().expect("a name");
                let seen = match ran.code {
                    // Refused, and what is at fault is named.
                    Some(2) => ran.stderr.contains(short),
                    // Healed, or not read: the answer is that of the whole run.
                    Some(0) => essence(&ran.stdout, &root, &out) == *stdout && written == *files,
                    _ => false,
                };
                if !seen {
                    let Ran { code, stderr, .. } = ran;
                    silent.push(format!("{command}, {case}: {code:?} {stderr}"));
                }
                for folder in [&root, &out] {
                    fs::remove_dir_all(folder).expect("removed");
                }
            }
        }
    }
    assert!(
        silent.is_empty(),
        "{} cases:\n{}",
        silent.len(),
        silent.join("\n")
    );
}

#[test]
fn every_flipped_bit_of_the_records_is_seen() {
    let dir = tempfile::tempdir().expect("a folder");
    let root = dir.path().join("run");
    copy(&runs().root(3), &root);
    let names: Vec<String> = samples(&root)
        .into_iter()
        .filter(|name| name.ends_with(".json") && !name.starts_with("search"))
        .collect();
    assert!(names.len() >= 4, "{names:?}");
    for name in names {
        let path = root.join(&name);
        let whole = fs::read(&path).expect("a file");
        for part in 0..12 {
            let mut flipped = whole.clone();
            flipped[part * (whole.len() - 1) / 11] ^= 1 << (part % 8);
            fs::write(&path, &flipped).expect("written");
            let ran = hesscope(&["check", text(&root)]);
            assert!(
                ran.code == Some(1) && ran.stdout.contains(&name),
                "{name}, part {part}: {}",
                ran.stdout
            );
        }
        fs::write(&path, &whole).expect("written");
    }
}

#[test]
fn a_lost_or_damaged_last_epoch_comes_back_from_its_twin() {
    let dir = tempfile::tempdir().expect("a folder");
    let root = dir.path().join("run");
    for (lost, twin) in [
        (
            "checkpoints/epoch-0003.safetensors",
            "checkpoints/last.safetensors",
        ),
        (
            "checkpoints/last.safetensors",
            "checkpoints/epoch-0003.safetensors",
        ),
    ] {
        for damage in [None, Some(b"not a checkpoint")] {
            copy(&runs().root(3), &root);
            let path = root.join(lost);
            match damage {
                None => fs::remove_file(&path).expect("removed"),
                Some(bytes) => fs::write(&path, bytes).expect("written"),
            }
            let config = runs().dir.path().join("run.toml");
            let ran = hesscope(&[
                "train",
                "--config",
                text(&config),
                "--seed",
                "3",
                "--out",
                text(&root),
            ]);
            assert_eq!(ran.code, Some(0), "{lost}: {}", ran.stderr);
            assert_eq!(
                fs::read(&path).expect("back"),
                fs::read(root.join(twin)).expect("its twin"),
                "{lost}"
            );
            fs::remove_dir_all(&root).expect("removed");
        }
    }
}

#[test]
fn a_kept_epoch_that_is_lost_is_said() {
    let dir = tempfile::tempdir().expect("a folder");
    let root = dir.path().join("run");
    copy(&runs().root(3), &root);
    let lost = root.join("checkpoints/epoch-0001.safetensors");
    fs::remove_file(&lost).expect("removed");
    let config = runs().dir.path().join("run.toml");
    for command in ["train", "run"] {
        let ran = hesscope(&[
            command,
            "--config",
            text(&config),
            "--seed",
            "3",
            "--out",
            text(&root),
        ]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let said = format!("note: {} is missing", lost.display());
        assert!(ran.stderr.contains(&said), "{command}: {}", ran.stderr);
    }
}

#[test]
fn a_folder_that_is_none_of_a_run_stays_byte_for_byte() {
    let dir = tempfile::tempdir().expect("a folder");
    let config = runs().dir.path().join("run.toml");
    let names = [
        ".tmp123456",
        ".report.html.7.partial",
        ".hesscope-0123456789.partial",
        "analysis/.tmpabc",
        "analysis/hess-train-0003-0123456789ab.json",
        "checkpoints/epoch-0003.safetensors",
        "checkpoints/last.safetensors",
        "figures/loss.svg",
        "metrics.jsonl",
        "report.html",
        "run.lock",
        "run.toml",
    ];
    for name in names {
        let root = dir.path().join("theirs");
        let path = root.join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(&path, "theirs").expect("written");
        for command in ["run", "train"] {
            let ran = hesscope(&[
                command,
                "--config",
                text(&config),
                "--seed",
                "3",
                "--out",
                text(&root),
            ]);
            assert_eq!(ran.code, Some(2), "{name}: {}{}", ran.stdout, ran.stderr);
            assert!(ran.stderr.contains(text(&root)), "{name}: {}", ran.stderr);
        }
        for arguments in [
            &["spectrum", text(&root)][..],
            &["report", text(&root)],
            &["check", text(&root)],
        ] {
            let ran = hesscope(arguments);
            assert_ne!(ran.code, Some(0), "{arguments:?}, {name}");
        }
        assert_eq!(files(&root), [name], "{name}");
        assert_eq!(fs::read(&path).expect("theirs"), b"theirs", "{name}");
        fs::remove_dir_all(&root).expect("removed");
    }
}

#[cfg(unix)]
#[test]
fn a_link_in_the_place_of_the_lock_leaves_its_target_alone() {
    let dir = tempfile::tempdir().expect("a folder");
    let (root, precious) = (dir.path().join("run"), dir.path().join("precious"));
    copy(&runs().root(3), &root);
    fs::write(&precious, "precious").expect("written");
    fs::remove_file(root.join("run.lock")).expect("removed");
    std::os::unix::fs::symlink(&precious, root.join("run.lock")).expect("a link");
    let ran = hesscope(&["spectrum", text(&root)]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("run.lock"), "{}", ran.stderr);
    assert_eq!(fs::read(&precious).expect("precious"), b"precious");
}

#[test]
fn reading_takes_no_lock_and_results_have_the_usual_mode() {
    let dir = tempfile::tempdir().expect("a folder");
    let (root, out) = (dir.path().join("run"), dir.path().join("out"));
    copy(&runs().root(3), &root);
    fs::remove_file(root.join("run.lock")).expect("removed");
    let before = files(&root);
    for command in [
        "report",
        "export weights",
        "export analysis",
        "export eigenvectors",
    ] {
        let (ran, written) = read_by(command, &root, &out);
        assert_eq!(ran.code, Some(0), "{command}: {}", ran.stderr);
        assert!(!written.is_empty());
    }
    assert_eq!(files(&root), before, "reading wrote something");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::write(dir.path().join("usual"), "").expect("written");
        let mode = |path: &Path| fs::metadata(path).expect("a file").permissions().mode();
        let usual = mode(&dir.path().join("usual"));
        for name in files(&runs().root(3)) {
            assert_eq!(mode(&runs().root(3).join(&name)), usual, "{name}");
        }
    }
}

#[test]
fn a_folder_of_results_that_cannot_be_read_is_said() {
    let dir = tempfile::tempdir().expect("a folder");
    let root = dir.path().join("run");
    copy(&runs().root(3), &root);
    fs::remove_dir_all(root.join("analysis")).expect("removed");
    fs::write(root.join("analysis"), "a file").expect("written");
    let out = dir.path().join("out");
    let (ran, _) = read_by("report", &root, &out);
    assert_eq!(ran.code, Some(2), "{}", ran.stdout);
    assert!(ran.stderr.contains("analysis"), "{}", ran.stderr);
}

#[test]
fn data_other_than_those_trained_on_are_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().join("data");
    let class = |split: &str, name: &str, shade: u8| {
        let folder = data.join(split).join(name);
        fs::create_dir_all(&folder).expect("a folder");
        for k in 0..3u8 {
            // A portable bitmap reads as no image here; PNG by hand would be long, so BMP: header and rows of 8 x 8 pixels.
            let mut bytes = vec![b'B', b'M'];
            bytes.extend(246u32.to_le_bytes());
            bytes.extend([0; 4]);
            bytes.extend(54u32.to_le_bytes());
            bytes.extend(40u32.to_le_bytes());
            bytes.extend(8i32.to_le_bytes());
            bytes.extend(8i32.to_le_bytes());
            bytes.extend(1u16.to_le_bytes());
            bytes.extend(24u16.to_le_bytes());
            bytes.extend([0; 24]);
            bytes.extend((0..192u8).map(|i| shade.wrapping_add(5 * k).wrapping_add(i)));
            fs::write(folder.join(format!("{k}.bmp")), bytes).expect("an image");
        }
    };
    for split in ["train", "test"] {
        class(split, "dark", 10);
        class(split, "light", 180);
    }
    let root = dir.path().join("run");
    let arguments = [
        "run",
        "--dataset",
        "folder",
        "--data-dir",
        text(&data),
        "--image-size",
        "8",
        "--net",
        "mlp",
        "--epochs",
        "1",
        "--operators",
        "g",
        "--out",
        text(&root),
    ];
    let ran = hesscope(&arguments);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    class("train", "dark", 60);
    let settings = fs::read(root.join("run.toml")).expect("the settings");
    for arguments in [
        &[&arguments[..], &["--precision", "f64"]].concat()[..],
        &["spectrum", text(&root), "--operator", "h"],
    ] {
        let ran = hesscope(arguments);
        assert_eq!(ran.code, Some(2), "{arguments:?}: {}", ran.stdout);
        assert!(
            ran.stderr.contains("examples are not those of the run"),
            "{}",
            ran.stderr
        );
    }
    assert_eq!(
        fs::read(root.join("run.toml")).expect("the settings"),
        settings
    );
    // Of the splits only the one that is used counts.
    class("train", "dark", 10);
    class("test", "dark", 60);
    for (split, code) in [("train", 0), ("test", 2)] {
        let ran = hesscope(&[
            "spectrum",
            text(&root),
            "--operator",
            "a1",
            "--split",
            split,
        ]);
        assert_eq!(ran.code, Some(code), "{split}: {}", ran.stderr);
    }
    class("test", "dark", 10);
    // The same data elsewhere are found by the flag.
    let moved = dir.path().join("moved");
    fs::rename(&data, &moved).expect("moved");
    let ran = hesscope(&["spectrum", text(&root), "--operator", "h"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stdout);
    let ran = hesscope(&[
        "spectrum",
        text(&root),
        "--operator",
        "h",
        "--data-dir",
        text(&moved),
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}
