//! Signals that ask the command to end: one sentence, the code 128 + n, and a folder in which the same command resumes.
#![cfg(unix)]

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::common::{command, small_run};
use crate::killed::{finish, results, same};

fn send(child: &Child, signal: &str) {
    let status = Command::new("kill")
        .args([&format!("-{signal}"), &child.id().to_string()])
        .status()
        .expect("kill runs");
    assert!(status.success());
}

/// Waits until the run is under way, which it is once its first checkpoint is there.
fn wait_for_checkpoint(out: &Path) {
    let begin = Instant::now();
    while !out.join("checkpoints/last.safetensors").exists() {
        assert!(
            begin.elapsed() < Duration::from_secs(60),
            "no checkpoint comes"
        );
        sleep(Duration::from_millis(2));
    }
}

/// The code with which a run ends on a signal, and what it says.
fn ended_by(signal: &str, out: &Path, mut command: Command) -> (Option<i32>, String) {
    let mut child = command
        .args(small_run(out))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    wait_for_checkpoint(out);
    send(&child, signal);
    let mut said = String::new();
    let mut stderr = child.stderr.take().expect("a pipe");
    stderr.read_to_string(&mut said).expect("text");
    (child.wait().expect("the child ends").code(), said)
}

#[test]
fn a_run_that_is_told_to_end_says_so_and_resumes() {
    let folder = tempfile::tempdir().expect("a folder");
    let undisturbed = folder.path().join("undisturbed");
    finish(&undisturbed);
    let undisturbed = results(&undisturbed);
    for (signal, code, why) in [
        ("INT", 130, "interrupted"),
        ("TERM", 143, "told to end"),
        #[cfg(target_os = "linux")]
        ("HUP", 129, "the terminal was closed"),
    ] {
        let out = folder.path().join(signal);
        // Tests may be run by what ignores hang-ups.
        let mut command = Command::new("env");
        command.args(["--default-signal=HUP", env!("CARGO_BIN_EXE_hesscope")]);
        let (ended, said) = ended_by(signal, &out, command);
        assert_eq!(ended, Some(code), "{signal}: {said}");
        let sentences: Vec<&str> = said
            .lines()
            .filter(|line| line.starts_with("hesscope: "))
            .collect();
        assert_eq!(
            sentences,
            [format!(
                "hesscope: {why}; what is finished is kept, and the work resumes when you repeat the command"
            )],
            "{said}"
        );
        finish(&out);
        same(&out, &undisturbed, signal);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_hang_up_that_is_ignored_stays_ignored() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let mut command = Command::new("env");
    command.args(["--ignore-signal=HUP", env!("CARGO_BIN_EXE_hesscope")]);
    let (ended, said) = ended_by("HUP", &out, command);
    assert_eq!(ended, Some(0), "{said}");
    assert!(out.join("report.html").is_file());
}

#[test]
fn every_command_that_works_watches_for_signals() {
    // A fifo that nobody writes to keeps the command at work.
    let folder = tempfile::tempdir().expect("a folder");
    let fifo = folder.path().join("spec.toml");
    let made = Command::new("mkfifo").arg(&fifo).status();
    assert!(made.expect("mkfifo runs").success());
    let path = fifo.display().to_string();
    for arguments in [&["sweep", &path][..], &["run", "--config", &path]] {
        let mut child = command(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the command starts");
        sleep(Duration::from_millis(300));
        send(&child, "TERM");
        let code = child.wait().expect("the child ends").code();
        assert_eq!(code, Some(143), "{arguments:?}");
    }
}
