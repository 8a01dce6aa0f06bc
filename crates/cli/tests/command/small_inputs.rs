//! Inputs and surroundings that once ended a command in a fault, a wrong answer or an unclear sentence.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use safetensors::serialize_to_file;
use safetensors::tensor::{Dtype, TensorView};

use crate::bad_input::refused;
use crate::common::{Ran, command, hesscope, small_run, write_mnist};

/// A small run that is to be started with other streams.
fn started(out: &Path) -> std::process::Command {
    let arguments = small_run(out);
    command(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

fn complete(out: &Path) {
    assert!(out.join("report.html").is_file(), "the report is missing");
    let analyses = fs::read_dir(out.join("analysis")).expect("analyses");
    assert_eq!(analyses.count(), 6);
}

#[test]
fn progress_that_nobody_reads_is_not_worth_the_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let mut child = started(&out)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    // As `2>&1 >/dev/null | head -1`.
    let mut reader = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut line = String::new();
    reader.read_line(&mut line).expect("a line");
    assert!(line.starts_with("run folder"), "{line}");
    drop(reader);
    assert_eq!(child.wait().expect("the child ends").code(), Some(0));
    complete(&out);
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_that_is_closed_does_not_end_a_run_that_ignores_the_signal() {
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    grantpt(&terminal).expect("a terminal");
    unlockpt(&terminal).expect("a terminal");
    let name = ptsname(&terminal, Vec::new()).expect("a name");
    let name = name.to_str().expect("a name").to_owned();
    let side = File::options().write(true).open(name).expect("its side");
    let mut child = started(&out)
        .stdin(Stdio::null())
        .stdout(side.try_clone().expect("its side"))
        .stderr(side)
        .spawn()
        .expect("the command starts");
    while !out.join("checkpoints/last.safetensors").exists() {
        assert!(
            child.try_wait().expect("a child").is_none(),
            "no checkpoint"
        );
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    drop(terminal);
    // Results cannot be printed any more, which is said by the code alone.
    let code = child.wait().expect("the child ends").code();
    assert!(matches!(code, Some(0 | 2)), "{code:?}");
    complete(&out);
}

#[test]
fn a_pipe_closed_early_is_a_quiet_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let mut child = started(&out)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    // As `| grep -q hess`.
    let mut reader = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut line = String::new();
    reader.read_line(&mut line).expect("a line");
    assert!(line.starts_with("hess"), "{line}");
    drop(reader);
    let ran: Ran = child.wait_with_output().expect("the child ends").into();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(!ran.stderr.contains("hesscope: "), "{}", ran.stderr);
    complete(&out);

    for arguments in [
        &["schema", "analysis"][..],
        &["data", "list"],
        &["devices"],
        &["run", "--help"],
        &["--version"],
    ] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let ran: Ran = command(arguments)
            .stdout(writer)
            .stderr(Stdio::piped())
            .output()
            .expect("the command starts")
            .into();
        assert_eq!(ran.code, Some(0), "{arguments:?}: {}", ran.stderr);
        assert_eq!(ran.stderr, "", "{arguments:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_device_on_standard_output_is_said() {
    let full = || File::options().write(true).open("/dev/full").expect("it");
    let said = |ran: &Ran| {
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        let last = ran.stderr.lines().last().unwrap_or_default();
        let sentence = "hesscope: cannot write to standard output: ";
        assert!(last.starts_with(sentence), "{}", ran.stderr);
    };
    for arguments in [&["data", "list"][..], &["schema", "metrics"], &["--help"]] {
        let output = command(arguments)
            .stdout(full())
            .stderr(Stdio::piped())
            .output();
        said(&output.expect("the command starts").into());
    }
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let output = started(&out).stdout(full()).stderr(Stdio::piped()).output();
    said(&output.expect("the command starts").into());
    complete(&out);
}

#[test]
fn a_spectrum_symmetric_about_zero_has_both_sides_alike() {
    // The loss of two layers without biases in between is bilinear: H has no block on the diagonal.
    let folder = tempfile::tempdir().expect("a folder");
    let mut said = Vec::new();
    for precision in ["f64", "f32"] {
        let out = folder.path().join(precision).display().to_string();
        let arguments = [
            "run",
            "--net",
            "mlp",
            "--examples-per-class",
            "3",
            "--epochs",
            "0",
            "--operators",
            "h",
            "--precision",
            precision,
            "--top",
            "3",
            "--out",
            &out,
        ];
        let ran = hesscope(&arguments);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let line = ran.stdout.lines().next().expect("a line").to_owned();
        let (counts, _) = line.split_once("; 10 classes; ").expect("counts");
        let (_, counts) = counts.split_once(": ").expect("counts");
        let (positive, negative) = counts
            .split_once("; ")
            .or_else(|| counts.split_once(", "))
            .expect("both sides");
        assert_eq!(positive.replace("positive", "negative"), negative, "{line}");
        said.push(positive.to_owned());
    }
    assert_eq!(said[0], said[1], "the same in both precisions");
}

#[test]
fn data_are_found_again_from_another_folder_and_where_they_were_moved() {
    let folder = tempfile::tempdir().expect("a folder");
    let (here, there) = (folder.path().join("here"), folder.path().join("there"));
    fs::create_dir_all(&here).expect("a folder");
    write_mnist(&folder.path().join("digits"));
    let settings = folder.path().join("settings.toml");
    fs::write(
        &settings,
        "net = { name = \"mlp\", hidden = [3] }\n[train]\nepochs = 0\n[analysis]\nprobes = 2\nlanczos-steps = 6\n\
         range-steps = 8\ntop = 2\noperators = [\"g\"]\n",
    )
    .expect("settings");
    let ran: Ran = command(&[
        "run",
        "--dataset",
        "mnist",
        "--data-dir",
        "../digits",
        "--config",
        "../settings.toml",
        "--out",
        "run",
    ])
    .current_dir(&here)
    .output()
    .expect("the command starts")
    .into();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let run = here.join("run").display().to_string();
    let spectrum = ["spectrum", &run, "--operator", "h"];
    let ran = hesscope(&spectrum);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);

    fs::rename(folder.path().join("digits"), &there).expect("the data move");
    let spectrum = ["spectrum", &run, "--operator", "b1"];
    refused(&spectrum, &["digits"]);
    let moved = there.display().to_string();
    let ran = hesscope(&[&spectrum[..], &["--data-dir", &moved]].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);

    // Other images are not those of the run.
    let images = there.join("train-images-idx3-ubyte");
    let mut bytes = fs::read(&images).expect("images");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&images, bytes).expect("images");
    refused(
        &[&spectrum[..], &["--data-dir", &moved]].concat(),
        &["training", "not those of the run", "--data-dir"],
    );
}

#[test]
fn reading_a_run_needs_neither_its_lock_nor_the_right_to_write() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let ran: Ran = started(&out).output().expect("the command starts").into();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let run = out.display().to_string();
    let lock = File::open(out.join("run.lock")).expect("the lock");
    lock.lock().expect("the lock is free");
    refused(&["report", &run], &[&run, "another hesscope"]);
    let elsewhere = folder.path().join("elsewhere");
    let to = |name: &str| elsewhere.join(name).display().to_string();
    fs::create_dir(&elsewhere).expect("a folder");
    let read = || {
        let weights = to("weights.safetensors");
        for arguments in [
            &["report", &run, "--out", &to("report")][..],
            &["export", &run, "--out", &weights],
            &["export", &run, "--what", "all", "--out", &to("all")],
            &["check", &run],
        ] {
            let ran = hesscope(arguments);
            assert_eq!(ran.code, Some(0), "{arguments:?}: {}", ran.stderr);
        }
        let report = fs::read_to_string(elsewhere.join("report/report.html")).expect("a report");
        assert!(report.contains("small-cnn"));
        assert!(elsewhere.join("report/figures").is_dir());
    };
    read();
    drop(lock);
    // Where the user is not one who may write everywhere.
    let mut rights = fs::metadata(&out).expect("the folder").permissions();
    rights.set_readonly(true);
    fs::set_permissions(&out, rights.clone()).expect("rights");
    read();
    #[allow(clippy::permissions_set_readonly_false)]
    rights.set_readonly(false);
    fs::set_permissions(&out, rights).expect("rights");
}

#[test]
fn counts_of_zero_are_refused_before_training_by_their_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let text = out.display().to_string();
    for flag in [
        "--top",
        "--probes",
        "--lanczos-steps",
        "--range-steps",
        "--max-products",
        "--examples-per-class",
        "--test-examples-per-class",
    ] {
        let name = flag.trim_start_matches("--");
        refused(
            &["run", flag, "0", "--out", &text],
            &[&format!("{name} is 0"), "at least 1"],
        );
        assert!(!out.exists(), "{flag} made the folder");
    }
}

#[test]
fn values_and_words_are_named_as_they_were_written() {
    for (arguments, parts) in [
        (
            &["run", "--epochs", "-1"][..],
            ["--epochs is -1", "whole number"],
        ),
        (
            &["run", "--epochs", "2.5"],
            ["--epochs is 2.5", "whole number"],
        ),
        (
            &["run", "--momentum", "much"],
            ["--momentum is much", "number"],
        ),
        (&["run", "--seed", "-3"], ["--seed", "`-3`"]),
        (
            &["run", "--probes", "99999999999999999999"],
            ["--probes", "smaller"],
        ),
        (&["run", "--data-dir", ""], ["--data-dir", "give"]),
        (
            &["run", "--dataset", "minst"],
            ["`minst`", "did you mean `mnist`"],
        ),
        (&["run", "--net", "vgg"], ["`vgg`", "vgg11"]),
        (&["schema", "analyses"], ["analyses", "analysis, overlaps"]),
        (
            &["eigenvalues", "run", "--which", "middle"],
            ["--which is middle", "magnitude, largest, smallest, both"],
        ),
        (
            &["trace", "run", "--method", "exact"],
            ["--method is exact", "xtrace"],
        ),
    ] {
        refused(arguments, &parts);
    }
    for (arguments, parts) in [
        (&["rnu"][..], ["`rnu`", "did you mean `run`"]),
        (
            &["help", "spectra"],
            ["`spectra`", "did you mean `spectrum`"],
        ),
        (&["data", "lst"], ["`lst`", "did you mean `list`"]),
        (
            &["figure", "spektra"],
            ["`spektra`", "did you mean `spectra`"],
        ),
        (
            &["sweep", "statu"],
            ["statu", "did you mean `hesscope sweep status`"],
        ),
        (
            &["schema", "analysi"],
            ["analysi", "did you mean `analysis`"],
        ),
        (
            &["export", "run", "--what", "wieghts", "--out", "x"],
            ["wieghts", "did you mean `weights`"],
        ),
        (
            &["spectrum", "run", "--split", "trian"],
            ["`trian`", "did you mean `train`"],
        ),
        (
            &["report", "run", "--views", "linaer"],
            ["`linaer`", "did you mean `linear`"],
        ),
        (
            &["trace", "run", "--method", "hutchison"],
            ["hutchison", "did you mean `hutchinson`"],
        ),
        (
            &["figure", "spectra", "--scale", "quik"],
            ["quik", "did you mean `quick`"],
        ),
        (
            &["spectrum", "run", "--reorthogonalisation", "ful"],
            ["`ful`", "did you mean `full`"],
        ),
        (&["run", "--precision", "f46"], ["`f46`", "f32 or f64"]),
    ] {
        refused(arguments, &parts);
    }
    refused(
        &["run", "--epoch", "3"],
        &["`--epoch`", "did you mean `--epochs`?"],
    );
}

#[cfg(unix)]
#[test]
fn a_path_that_settings_cannot_hold_is_named() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let output = command(&["run", "--dataset", "mnist", "--data-dir"])
        .arg(OsStr::from_bytes(b"di\xffgits"))
        .output();
    let ran: Ran = output.expect("the command starts").into();
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    let parts = ["hesscope: --data-dir", "gits", "not UTF-8", "rename"];
    assert!(
        parts.iter().all(|part| ran.stderr.contains(part)),
        "{}",
        ran.stderr
    );
}

/// Numbers that are no images, in six columns, with labels from 1 to 3.
fn columns(folder: &Path) {
    let count = 12;
    let values: Vec<u8> = (0..6 * count)
        .flat_map(|k| ((k * k % 17) as f32).to_le_bytes())
        .collect();
    let labels: Vec<u8> = (0..count)
        .flat_map(|k| (1 + k as i64 % 3).to_le_bytes())
        .collect();
    let view = |kind, shape, bytes| TensorView::new(kind, shape, bytes).expect("a tensor");
    let tensors = [
        ("inputs", view(Dtype::F32, vec![count, 6], &values)),
        ("labels", view(Dtype::I64, vec![count], &labels)),
    ];
    fs::create_dir_all(folder).expect("a folder");
    for name in ["train.safetensors", "test.safetensors"] {
        serialize_to_file(tensors.clone(), None, &folder.join(name)).expect("arrays");
    }
}

#[test]
fn columns_of_numbers_are_measured_and_a_class_without_examples_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, out) = (folder.path().join("data"), folder.path().join("run"));
    columns(&data);
    let (data, out_text) = (data.display().to_string(), out.display().to_string());
    let ran = hesscope(&[
        "run",
        "--dataset",
        "arrays",
        "--data-dir",
        &data,
        "--net",
        "mlp",
        "--epochs",
        "1",
        "--operators",
        "g",
        "--lanczos-steps",
        "8",
        "--range-steps",
        "8",
        "--top",
        "2",
        "--out",
        &out_text,
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains("4 classes"), "{}", ran.stdout);
    let note = "note: class 0 has no training examples, but all 4 are counted as classes";
    assert!(ran.stderr.contains(note), "{}", ran.stderr);
    assert!(out.join("report.html").is_file());
}

#[test]
fn an_option_that_is_not_known_is_met_with_the_nearest_of_its_command() {
    for (arguments, parts) in [
        (
            &["run", "--nte", "mlp"][..],
            ["--nte", "did you mean `--net`?"],
        ),
        (&["run", "--zzz", "0.1"], ["--zzz", "hesscope run --help"]),
        (
            &["sweep", "status", "--quit"],
            ["--quit", "hesscope sweep status --help"],
        ),
        (
            &["data", "fetch", "mnist", "--data-dri", "x"],
            ["--data-dri", "did you mean `--data-dir`?"],
        ),
    ] {
        refused(arguments, &parts);
    }
}
