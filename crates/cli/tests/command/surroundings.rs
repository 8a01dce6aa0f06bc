//! Folders that cannot be written, homes that are not there, and readers that go away.
#![cfg(target_os = "linux")]

use std::fs::{self, File, Permissions};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use crate::bad_input::sentence;
use crate::common::{OrdinaryUser, Ran, command, hesscope, small_run};

#[test]
fn folders_that_cannot_be_written_are_named_with_the_remedy() {
    let user = OrdinaryUser::new();
    let out = user.folder().join("run");
    let run = small_run(&out);
    let ran = hesscope(&run.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let closed = user.folder().join("closed");
    fs::create_dir(&closed).expect("a folder");
    fs::set_permissions(&closed, Permissions::from_mode(0o555)).expect("rights");
    fs::set_permissions(out.join("run.lock"), Permissions::from_mode(0o444)).expect("rights");
    let spec = user.folder().join("spec.toml");
    fs::write(&spec, "[grid]\nseed = [1]\n[base]\nnet = \"mlp\"\n").expect("the spec");
    let config = run[2].as_str();
    for (arguments, parts) in [
        (
            &["run", "--config", config, "--out", "closed/run"][..],
            ["closed/run", "--out"],
        ),
        (
            &["spectrum", "run"],
            ["run/run.lock", "correct the permissions"],
        ),
        (
            &["eigenvalues", "run"],
            ["run/run.lock", "correct the permissions"],
        ),
        (
            &["trace", "run"],
            ["run/run.lock", "correct the permissions"],
        ),
        (
            &["report", "run"],
            ["run/run.lock", "correct the permissions"],
        ),
        (
            &["report", "run", "--out", "closed/report"],
            ["closed/report", "choose another folder"],
        ),
        (
            &["export", "run", "--out", "closed/weights.safetensors"],
            ["closed/weights.safetensors", "check the folder"],
        ),
        (
            &["export", "run", "--what", "all", "--out", "closed/all"],
            ["closed/all", "--out"],
        ),
        (
            &["sweep", "spec.toml", "--out", "closed/sweep"],
            ["closed/sweep", "--out"],
        ),
        (
            &["results", "run", "--out", "closed/page.html"],
            ["closed/page.html", "writable"],
        ),
        (
            &[
                "speed",
                "--net",
                "mlp",
                "--examples",
                "4",
                "--json",
                "closed/times.json",
            ],
            ["closed/times.json", "choose another folder"],
        ),
    ] {
        let ran: Ran = user
            .command(&[])
            .args(arguments)
            .output()
            .expect("the command starts")
            .into();
        sentence(
            &ran,
            arguments,
            &[&parts[..], &["Permission denied"]].concat(),
        );
        assert!(!ran.stderr.contains(".partial"), "{}", ran.stderr);
    }
    assert_eq!(fs::read_dir(&closed).expect("the folder").count(), 0);
}

#[test]
fn no_home_is_needed() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let ran: Ran = command(
        &small_run(&out)
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>(),
    )
    .env_clear()
    .output()
    .expect("the command starts")
    .into();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    for arguments in [
        &["spectrum", &*out.display().to_string(), "--operator", "a1"][..],
        &["report", &*out.display().to_string()],
        &["data", "list"],
        &["devices"],
    ] {
        let ran: Ran = command(arguments)
            .env_clear()
            .output()
            .expect("the command starts")
            .into();
        assert_eq!(ran.code, Some(0), "{arguments:?}: {}", ran.stderr);
    }
}

/// A pipe that nobody reads.
fn unread() -> std::io::PipeWriter {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    writer
}

#[test]
fn no_command_minds_readers_that_go_away() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let run = small_run(&out);
    let run: Vec<&str> = run.iter().map(String::as_str).collect();
    let path = out.display().to_string();
    let spec = folder.path().join("spec.toml");
    fs::write(&spec, "[grid]\nseed = [1]\n[base]\nnet = \"mlp\"\n").expect("the spec");
    let (spec, page) = (spec.display().to_string(), folder.path().join("page.html"));
    let page = page.display().to_string();
    let figures = folder.path().join("figures").display().to_string();
    for (arguments, code) in [
        (&run[..], 0),
        (&["train", "--config", run[2], "--out", &path], 0),
        (&["spectrum", &path, "--operator", "a1+a2"], 0),
        (&["eigenvalues", &path], 0),
        (&["trace", &path], 0),
        (&["overlaps", &path], 0),
        (&["findings", &path], 0),
        (&["figure", "spectra", &path, "--out", &figures], 0),
        (&["report", &path], 0),
        (&["results", &path, "--out", &page], 0),
        (&["check", &path], 0),
        (&["sweep", &spec, "--dry-run"], 0),
        (&["data", "info", "mnist"], 0),
        (&["devices"], 0),
        (&["schema", "analysis"], 0),
        (
            &[
                "speed",
                "--net",
                "mlp",
                "--examples",
                "4",
                "--only",
                "products",
            ],
            0,
        ),
        (&["help", "run"], 0),
        (&["--help"], 0),
        (&["run", "--net", "nothing"], 2),
        (&["runn"], 2),
    ] {
        // As `2>&1 | true`.
        let writer = unread();
        let status = command(arguments)
            .stdout(writer.try_clone().expect("a pipe"))
            .stderr(writer)
            .status()
            .expect("the command starts");
        assert_eq!(status.code(), Some(code), "{arguments:?}: unread");
        // As `2>&1 | head -1`, of what is printed after the first line.
        let (reader, writer) = std::io::pipe().expect("a pipe");
        let mut child = command(arguments);
        child
            .stdout(writer.try_clone().expect("a pipe"))
            .stderr(writer);
        let mut started = child.spawn().expect("the command starts");
        drop(child);
        let mut line = String::new();
        let mut reader = BufReader::with_capacity(1, reader);
        reader.read_line(&mut line).expect("a line");
        drop(reader);
        assert!(!line.contains("panicked"), "{arguments:?}: {line}");
        let ended = started.wait().expect("the command ends").code();
        assert_eq!(ended, Some(code), "{arguments:?}: one line read");
        // With both closed.
        let closed = command(arguments)
            .stdin(Stdio::null())
            .stdout(File::open("/dev/null").expect("a file to read"))
            .stderr(Stdio::null())
            .status()
            .expect("the command starts");
        assert!(
            matches!(closed.code(), Some(0 | 2)),
            "{arguments:?}: {closed}"
        );
    }
    assert!(out.join("report.html").is_file());
}
