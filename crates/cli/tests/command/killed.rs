//! Runs that are killed, interrupted, or meet a full disk, and started again.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::common::{hesscope, small_run, start};

fn finish(out: &Path) {
    let run = small_run(out);
    let ran = hesscope(&run.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

/// Everything that must not depend on what happened on the way, by name.
fn results(out: &Path) -> Vec<(String, Vec<u8>)> {
    let mut results = Vec::new();
    for folder in ["", "checkpoints", "analysis"] {
        for entry in fs::read_dir(out.join(folder)).expect("a folder").flatten() {
            let path = entry.path();
            let name = path
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            if !path.is_file() || ["run.lock", "report.html", "timing.jsonl"].contains(&&*name) {
                continue;
            }
            let mut bytes = fs::read(&path).expect("a file");
            if folder == "analysis" {
                // The time it took is no result.
                let mut analysis: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
                analysis["seconds"] = 0.into();
                bytes = analysis.to_string().into_bytes();
            }
            results.push((format!("{folder}/{name}"), bytes));
        }
    }
    results.sort();
    results
}

fn same(disturbed: &Path, undisturbed: &[(String, Vec<u8>)], what: &str) {
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

#[cfg(unix)]
#[test]
fn ctrl_c_exits_with_130_and_the_run_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let undisturbed = folder.path().join("undisturbed");
    finish(&undisturbed);
    let out = folder.path().join("interrupted");
    let run = small_run(&out);
    let mut child = start(&run.iter().map(String::as_str).collect::<Vec<_>>());
    // The run is under way once its first checkpoint is there.
    let begin = Instant::now();
    while !out.join("checkpoints/last.safetensors").exists() {
        assert!(
            begin.elapsed() < Duration::from_secs(60),
            "no checkpoint comes"
        );
        sleep(Duration::from_millis(2));
    }
    let status = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .expect("kill runs");
    assert!(status.success());
    let status = child.wait().expect("the child ends");
    assert_eq!(status.code(), Some(130));
    finish(&out);
    same(&out, &results(&undisturbed), "interrupted");
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
