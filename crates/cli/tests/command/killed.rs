//! Runs that are killed, interrupted, or meet a full disk, and started again.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::{Instant, SystemTime};

use crate::common::{hesscope, small_run, start};

pub fn finish(out: &Path) {
    let run = small_run(out);
    let ran = hesscope(&run.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

/// Everything that must not depend on what happened on the way, by name.
pub fn results(out: &Path) -> Vec<(String, Vec<u8>)> {
    let mut results = Vec::new();
    for folder in ["", "checkpoints", "analysis"] {
        for entry in fs::read_dir(out.join(folder)).expect("a folder").flatten() {
            let path = entry.path();
            let name = path
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            let of_a_clock = [
                "run.lock",
                "report.html",
                "report.json",
                "timing.jsonl",
                "sweep.json",
            ];
            if !path.is_file() || of_a_clock.contains(&&*name) {
                continue;
            }
            let mut bytes = fs::read(&path).expect("a file");
            if folder == "analysis" {
                // The time it took is no result, and with it the checksum is none.
                let mut analysis: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
                analysis["sha256"] = "".into();
                analysis["origin"]["seconds"] = 0.into();
                bytes = analysis.to_string().into_bytes();
            }
            results.push((format!("{folder}/{name}"), bytes));
        }
    }
    results.sort();
    results
}

pub fn same(disturbed: &Path, undisturbed: &[(String, Vec<u8>)], what: &str) {
    let results = results(disturbed);
    let names = |results: &[(String, Vec<u8>)]| {
        results
            .iter()
            .map(|(name, _)| name.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&results), names(undisturbed), "{what}: other files");
    for ((name, ours), (_, theirs)) in results.iter().zip(undisturbed) {
        assert!(ours == theirs, "{what}: {name} differs");
    }
}

#[test]
fn a_killed_run_ends_as_the_undisturbed_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let undisturbed = folder.path().join("undisturbed");
    let begin = Instant::now();
    finish(&undisturbed);
    let duration = begin.elapsed();
    let expected = results(&undisturbed);

    // Killed once at each of several moments, from the start of training to the report.
    for tenth in 1..10 {
        let out = folder.path().join(format!("killed-{tenth}"));
        let run = small_run(&out);
        let mut child = start(&run.iter().map(String::as_str).collect::<Vec<_>>());
        sleep(duration * tenth / 10);
        let _ = child.kill();
        child.wait().expect("the child ends");
        finish(&out);
        same(&out, &expected, &format!("killed after {tenth} tenths"));
    }

    // Killed again and again, later each time.
    let out = folder.path().join("killed often");
    let run = small_run(&out);
    for attempt in 1..6 {
        let mut child = start(&run.iter().map(String::as_str).collect::<Vec<_>>());
        sleep(duration * attempt / 12);
        let _ = child.kill();
        child.wait().expect("the child ends");
    }
    finish(&out);
    same(&out, &expected, "killed five times");
}

/// Every snapshot there is, with its bytes' number and time, which change when it does.
fn snapshots(out: &Path) -> Vec<(PathBuf, u64, Option<SystemTime>)> {
    let folders = fs::read_dir(out.join("partial"))
        .into_iter()
        .flatten()
        .flatten();
    let mut found: Vec<_> = folders
        .flat_map(|folder| fs::read_dir(folder.path()).into_iter().flatten().flatten())
        .filter(|file| {
            file.file_name()
                .to_string_lossy()
                .ends_with(".snapshot.safetensors")
        })
        .filter_map(|file| {
            let about = file.metadata().ok()?;
            Some((file.path(), about.len(), about.modified().ok()))
        })
        .collect();
    found.sort();
    found
}

#[test]
fn an_analysis_resumes_at_the_step_it_was_killed_at() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("kept.toml");
    let small = fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/command/small.toml"
    ))
    .expect("the settings");
    // The table of the analysis is the last.
    fs::write(&config, small + "snapshot-seconds = 0\n").expect("settings");
    let make = |name: &str| {
        let out = folder.path().join(name);
        let (config, text) = (config.display().to_string(), out.display().to_string());
        let ran = hesscope(&["train", "--config", &config, "--out", &text]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        out
    };
    let spectrum = |out: &Path| -> Vec<String> {
        let out = out.display().to_string();
        [
            "spectrum",
            &out,
            "--range-steps",
            "60",
            "--probes",
            "3",
            "--lanczos-steps",
            "60",
        ]
        .map(str::to_owned)
        .to_vec()
    };
    let finish = |out: &Path| {
        let arguments = spectrum(out);
        let ran = hesscope(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert!(!out.join("partial").exists());
    };
    let undisturbed = make("undisturbed");
    finish(&undisturbed);

    let out = make("killed");
    let mut kills = 0;
    for patience in [2, 9, 30, 40] {
        let arguments = spectrum(&out);
        let mut child = start(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        let (mut seen, mut changes) = (snapshots(&out), 0);
        while changes < patience && child.try_wait().expect("a child").is_none() {
            let now = snapshots(&out);
            changes += usize::from(now != seen);
            seen = now;
        }
        if child.try_wait().expect("a child").is_none() {
            child.kill().expect("the child is killed");
            kills += 1;
        }
        child.wait().expect("the child ends");
    }
    assert!(kills >= 2, "the analysis was too quick to be killed");
    finish(&out);
    same(
        &out,
        &results(&undisturbed),
        "killed in the middle of the analysis",
    );
}

#[test]
fn a_damaged_snapshot_is_named_and_the_estimation_begins_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let mut run = small_run(&out);
    run[0] = "train".into();
    let ran = hesscope(&run.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let path = out.display().to_string();
    // A first analysis tells the name under which the second looks for its snapshots.
    let ran = hesscope(&["spectrum", &path]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let undisturbed = results(&out);
    let analysis = ran.stdout.lines().last().expect("a path").to_owned();
    let pairs = fs::read_dir(out.join("eigenvectors"))
        .expect("eigenpairs")
        .map(|entry| entry.expect("a file").path())
        .next()
        .expect("those of the analysis");
    let key = pairs.file_stem().expect("a name").to_string_lossy();
    let key = key.rsplit('-').next().expect("a key").to_owned();
    fs::remove_file(&analysis).expect("the analysis goes");
    fs::remove_file(&pairs).expect("its eigenpairs go");
    let partial = out.join("partial").join(key);
    fs::create_dir_all(&partial).expect("a folder");
    let snapshot = partial.join("lanczos.snapshot.safetensors");
    fs::write(snapshot, b"not a snapshot").expect("a file");
    let ran = hesscope(&["spectrum", &path]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    for part in ["note: ", "lanczos.snapshot.safetensors", "begins anew"] {
        assert!(ran.stderr.contains(part), "{part}: {}", ran.stderr);
    }
    same(&out, &undisturbed, "after a damaged snapshot");
}

/// A limit on the size of files stands for a full disk: writing fails in the middle.
#[cfg(unix)]
#[test]
fn a_full_disk_is_said_and_leaves_a_usable_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let undisturbed = folder.path().join("undisturbed");
    finish(&undisturbed);
    // In blocks of 512 bytes, enough for the settings and a checkpoint but not for an analysis, then
    // for nothing at all.
    for blocks in ["4", "0"] {
        let out = folder.path().join(format!("full-{blocks}"));
        let run = small_run(&out);
        let quoted: Vec<String> = run.iter().map(|argument| format!("'{argument}'")).collect();
        let script = format!(
            "trap '' XFSZ; ulimit -f {blocks}; exec '{}' {}",
            env!("CARGO_BIN_EXE_hesscope"),
            quoted.join(" ")
        );
        let output = Command::new("sh")
            .args(["-c", &script])
            .output()
            .expect("sh runs");
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{message}");
        let sentence = message.lines().last().unwrap_or_default();
        assert!(sentence.contains("cannot write"), "{message}");
        assert!(sentence.contains(&out.display().to_string()), "{message}");
        finish(&out);
        same(&out, &results(&undisturbed), "after a full disk");
    }
}

#[cfg(unix)]
#[test]
fn a_full_disk_ends_a_sweep_and_is_no_failure_of_its_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let spec = folder.path().join("spec.toml");
    let text = "[grid]\nnet = { name = \"mlp\", hidden = [3] }\nexamples-per-class = 2\nseed = [0, 1]\nepochs = 0\n\
        [base.analysis]\nprobes = 2\nlanczos-steps = 6\nrange-steps = 8\ntop = 2\n";
    fs::write(&spec, text).expect("the spec");
    let out = folder.path().join("sweep");
    let sweep = |limit: &str| {
        let script = format!("trap '' XFSZ; {limit} exec \"$0\" sweep \"$1\" --out \"$2\"");
        Command::new("sh")
            .args(["-c", &script, env!("CARGO_BIN_EXE_hesscope")])
            .args([&spec, &out])
            .output()
            .expect("sh runs")
    };
    // Enough for the plan and a run's settings, but not for a checkpoint.
    let full = sweep("ulimit -f 12;");
    let message = String::from_utf8_lossy(&full.stderr).into_owned();
    assert_eq!(full.status.code(), Some(2), "{message}");
    assert!(message.contains("cannot write"), "{message}");
    let failures = fs::read_dir(out.join("failures")).expect("a folder");
    assert_eq!(failures.count(), 0, "{message}");
    let again = sweep("");
    let message = String::from_utf8_lossy(&again.stderr).into_owned();
    assert_eq!(again.status.code(), Some(0), "{message}");
}
