//! Bad input: one sentence that names what is at fault and the remedy, exit code 2, nothing half done.

use std::fs;
use std::path::Path;

use crate::common::{Ran, hesscope, small_run};

/// Checks the manners of a refusal and that its sentence has all of `parts`.
pub fn refused(arguments: &[&str], parts: &[&str]) {
    let ran = hesscope(arguments);
    sentence(&ran, arguments, parts);
}

/// The same of a command that has run.
pub fn sentence(ran: &Ran, arguments: &[&str], parts: &[&str]) {
    assert_eq!(
        ran.code,
        Some(2),
        "{arguments:?}: {}{}",
        ran.stdout,
        ran.stderr
    );
    assert!(
        !ran.stderr.contains("panicked"),
        "{arguments:?}: {}",
        ran.stderr
    );
    let last = ran
        .stderr
        .lines()
        .rfind(|line| line.starts_with("hesscope: "));
    let last = last.unwrap_or_else(|| panic!("{arguments:?}: no sentence in {}", ran.stderr));
    for part in parts {
        assert!(
            last.contains(part),
            "{arguments:?}: `{part}` is not in: {last}"
        );
    }
}

#[test]
fn unknown_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run").display().to_string();
    let run = |flag: &str, value: &str, parts: &[&str]| {
        refused(&["run", flag, value, "--out", &out], parts);
        assert!(!Path::new(&out).exists(), "{flag} {value} made the folder");
    };
    run("--dataset", "mnits", &["mnits", "synth-digits, mnist"]);
    run("--net", "resnet", &["resnet", "small-cnn"]);
    run("--device", "tpu", &["tpu", "cpu"]);
    run("--device", "cpu:x", &["cpu:x", "cuda:1"]);
    run("--device", "cpu:1", &["cpu:1", "hesscope devices"]);
    run("--precision", "f16", &["f16", "f32 or f64"]);
    run("--operators", "hess,q", &["`q`", "hess, g, h"]);
    run("--operators", "hes", &["`hes`", "did you mean `hess`"]);
    run("--operators", "hess\n", &["`hess\\n`", "hess, g, h"]);
    run("--operators", "a1\n+a2", &["`a1\\n+a2`", "hess, g, h"]);
    run("--operators", "a1\t+a2", &["`a1\\t+a2`", "hess, g, h"]);
    run(
        "--net",
        "rsnet18",
        &["`rsnet18`", "did you mean `resnet18`"],
    );
    run("--net", "mlp\n", &["`mlp\\n`", "did you mean `mlp`"]);
    run("--device", "cup", &["`cup`", "did you mean `cpu`"]);
    run("--schedule", "cosin", &["`cosin`", "did you mean `cosine`"]);
    run("--checkpoint-epochs", "1\n,2", &["`1\\n,2`", "log:N"]);
    run("--classes", "0,1\n", &["`1\\n`", "no class here"]);
    run("--operators", "g,a1+g", &["`a1+g`", "different ones"]);
    run("--operators", "b2[10]", &["b2[10]", "10 classes", "0 to 9"]);
    run("--learning-rate", "-1", &["learning-rate", "-1"]);
    run("--learning-rate", "fast", &["`fast`", "search"]);
    run("--search-epochs", "3", &["search-epochs", "\"search\""]);
    run("--momentum", "1", &["momentum", "1", "below 1"]);
    run("--weight-decay", "-1", &["weight-decay", "-1"]);
    run(
        "--schedule",
        "linear",
        &["`linear`", "step, cosine, constant"],
    );
    run("--warm-up-epochs", "20", &["warm-up-epochs", "20"]);
    run("--checkpoint-epochs", "1,x", &["`1,x`", "log:N"]);
    run("--checkpoint-epochs", "log:0", &["0 epochs", "at least 1"]);
    run("--checkpoint-epochs", "30", &["checkpoint-epochs", "30"]);
    run("--eval-every", "0", &["eval-every", "0"]);
    run("--batch-size", "0", &["batch-size", "0"]);
    run("--examples-per-class", "0", &["0"]);
    run("--examples-per-class", "200000", &["200000"]);
    if !cfg!(feature = "cuda") {
        run("--device", "cuda", &["cuda", "--features cuda"]);
    }
}

#[test]
fn settings_that_do_not_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("settings.toml");
    let path = file.display().to_string();
    let config = |text: &str, parts: &[&str]| {
        fs::write(&file, text).expect("the file");
        let out = folder.path().join("run").display().to_string();
        refused(
            &["run", "--config", &path, "--out", &out],
            &[&["settings.toml"], parts].concat(),
        );
        assert!(!Path::new(&out).exists());
    };
    config("seed = 1\nepocs = 3\n", &["line 2", "epocs"]);
    config("[train]\nepocs = 3\n", &["line 2", "epocs", "epochs"]);
    config(
        "[analysis]\noperators = [\"hess\\n\"]\n",
        &["line 2", "there is no operator"],
    );
    config("seed = \"one\"\n", &["line 1", "one"]);
    config("[seeds]\nweight = 1\n", &["line 2", "weight", "weights"]);
    config(
        "[train]\nschedule = { name = \"cosine\", factor = 2 }\n",
        &["line 2", "`cosine`", "`factor`"],
    );
    config(
        "[train]\nlearning-rate = { lowest = 1.0, top = 2.0 }\n",
        &["line 2", "top", "highest"],
    );
    config(
        "net = { name = \"vgg11\", clasifier = \"plain\" }\n",
        &["clasifier"],
    );
    config(
        "net = \"vgg\"\n",
        &["vgg", "small-cnn", "resnet18", "densenet40"],
    );
    config("seed = = 1\n", &["line 1"]);
    refused(
        &["run", "--config", "/nowhere/settings.toml"],
        &["/nowhere/settings.toml", "check the path"],
    );
}

#[test]
fn a_network_that_cannot_be_built() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("settings.toml");
    let path = file.display().to_string();
    for (net, parts) in [
        (
            r#"{ name = "densenet40", depth = 41 }"#,
            ["`depth`", "41", "3 n + 4"],
        ),
        (
            r#"{ name = "densenet40", reduction = 0 }"#,
            ["`reduction`", "0", "at most 1"],
        ),
        (
            r#"{ name = "resnet18", width = 0 }"#,
            ["`width`", "resnet18", "at least 1"],
        ),
    ] {
        fs::write(&file, format!("net = {net}\n")).expect("the file");
        let out = folder.path().join(parts[0]).display().to_string();
        refused(&["run", "--config", &path, "--out", &out], &parts);
        assert!(!Path::new(&out).exists(), "nothing is written before");
    }
}

#[test]
fn data_that_is_missing_or_damaged() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    fs::create_dir(&data).expect("the folder");
    let out = folder.path().join("run").display().to_string();
    let data_dir = data.display().to_string();
    let run = |parts: &[&str]| {
        let arguments = [
            "run",
            "--dataset",
            "mnist",
            "--data-dir",
            &data_dir,
            "--epochs",
            "1",
            "--out",
            &out,
        ];
        refused(&arguments, parts);
        assert!(!Path::new(&out).exists());
    };
    refused(&["run", "--dataset", "mnist", "--out", &out], &["data-dir"]);
    refused(
        &[
            "run",
            "--dataset",
            "mnist",
            "--data-dir",
            "/nowhere",
            "--out",
            &out,
        ],
        &["/nowhere", "not a folder"],
    );
    run(&["train-images-idx3-ubyte", "missing"]);
    let images = data.join("train-images-idx3-ubyte");
    fs::write(&images, b"not an IDX file at all").expect("the file");
    let labels = data.join("train-labels-idx1-ubyte");
    fs::write(&labels, b"").expect("the file");
    run(&["train-labels-idx1-ubyte", "cut short"]);
    fs::write(&labels, [0, 0, 8, 1, 0, 0, 0, 1, 7]).expect("the file");
    run(&["train-images-idx3-ubyte"]);
    fs::write(
        &images,
        [0, 0, 8, 3, 0, 0, 0, 9, 0, 0, 0, 28, 0, 0, 0, 28, 1, 2, 3],
    )
    .expect("the file");
    run(&["train-images-idx3-ubyte"]);
}

#[test]
fn folders_and_checkpoints() {
    let folder = tempfile::tempdir().expect("a folder");
    let nowhere = folder.path().join("nowhere").display().to_string();
    refused(&["report", &nowhere], &[&nowhere, "run.toml"]);
    refused(&["spectrum", &nowhere], &[&nowhere, "run.toml"]);

    let out = folder.path().join("run");
    let mut train = small_run(&out);
    train[0] = "train".into();
    let train: Vec<&str> = train.iter().map(String::as_str).collect();
    assert_eq!(hesscope(&train).code, Some(0));
    let path = out.display().to_string();
    refused(
        &["spectrum", &path, "--epoch", "5"],
        &["epoch 5", "0, 2, 6"],
    );
    refused(
        &["spectrum", &path, "--split", "validation"],
        &["validation", "train or test"],
    );
    refused(
        &[&train[..], &["--seed", "4"]].concat(),
        &[&path, "seed", "--out"],
    );

    // No other file holds the weights of epoch 2.
    let checkpoint = out.join("checkpoints/epoch-0002.safetensors");
    let whole = fs::read(&checkpoint).expect("the checkpoint");
    let mut flipped = whole.clone();
    let last = flipped.len() - 1;
    flipped[last] ^= 1;
    for bytes in [&whole[..whole.len() / 2], &flipped, b"something else"] {
        fs::write(&checkpoint, bytes).expect("the checkpoint");
        refused(
            &["spectrum", &path, "--epoch", "2"],
            &["epoch-0002.safetensors", "damaged", "hesscope train"],
        );
    }
    fs::write(&checkpoint, &whole).expect("the checkpoint");
    let ran = hesscope(&["spectrum", &path, "--epoch", "2"]);
    assert_eq!(
        ran.code,
        Some(0),
        "the folder is usable still: {}",
        ran.stderr
    );

    // Those of the last epoch stand in `last.safetensors` too, and are put back.
    let checkpoint = out.join("checkpoints/epoch-0006.safetensors");
    let whole = fs::read(&checkpoint).expect("the checkpoint");
    fs::write(&checkpoint, &whole[..whole.len() / 2]).expect("the checkpoint");
    let ran = hesscope(&["spectrum", &path]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(
        ran.stderr
            .contains("epoch-0006.safetensors was lost or damaged"),
        "{}",
        ran.stderr
    );
    assert!(fs::read(&checkpoint).expect("the checkpoint") == whole);

    let settings = out.join("run.toml");
    fs::write(&settings, "settings = 3").expect("the settings");
    refused(&["report", &path], &["run.toml"]);
}

#[test]
fn a_diverged_training_keeps_what_was_saved() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let run = small_run(&out);
    let run: Vec<&str> = run.iter().map(String::as_str).collect();
    let arguments = [&run[..], &["--learning-rate", "1e30"]].concat();
    refused(
        &arguments,
        &["diverged", "epoch", "lower the learning rate"],
    );
    assert!(out.join("checkpoints/epoch-0000.safetensors").is_file());
    let ran = hesscope(&["spectrum", &out.display().to_string(), "--epoch", "0"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

#[test]
fn references_that_are_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("reference.safetensors");
    let path = file.display().to_string();
    refused(&["verify", &path], &[&path, "check the path"]);
    fs::write(&file, b"no reference").expect("the file");
    refused(&["verify", &path], &[&path, "safetensors"]);
    refused(&["verify", &path, "--tolerance", "0"], &["tolerance"]);
}

#[test]
fn a_folder_in_use_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    fs::create_dir(&out).expect("the folder");
    let lock = fs::File::create(out.join("run.lock")).expect("the lock");
    lock.lock().expect("the lock is free");
    let run = small_run(&out);
    let run: Vec<&str> = run.iter().map(String::as_str).collect();
    refused(&run, &[&out.display().to_string(), "another hesscope"]);
}
