//! Models from ONNX files: information, exact answers, runs of them, and what is said of bad ones.

use std::fs;
use std::path::{Path, PathBuf};

use hesscope_records::{Analysis, Record, Terms};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors, serialize_to_file};
use tempfile::tempdir;

use crate::common::{Ran, hesscope, shared};

const MODELS: [(&str, usize); 3] = [("residual", 436), ("vit", 829), ("char_lm", 840)];

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// The examples of exact answers as a data set of arrays, under the name that they have there.
fn arrays(answers: &Path, dir: &Path) {
    let bytes = fs::read(answers).expect("exact answers");
    let file = SafeTensors::deserialize(&bytes).expect("safetensors");
    let input = file.tensor("input").expect("inputs");
    let name = match input.dtype() {
        Dtype::I64 => "inputs",
        _ => "images",
    };
    let labels = file.tensor("labels").expect("labels");
    let view = |view: &TensorView<'_>, bytes: Vec<u8>| (view.dtype(), view.shape().to_vec(), bytes);
    let tensors = [
        (name, view(&input, input.data().to_vec())),
        ("labels", view(&labels, labels.data().to_vec())),
    ];
    let views: Vec<(&str, TensorView<'_>)> = tensors
        .iter()
        .map(|(name, (dtype, shape, bytes))| {
            let view = TensorView::new(*dtype, shape.clone(), bytes).expect("a tensor");
            (*name, view)
        })
        .collect();
    fs::create_dir_all(dir).expect("a folder");
    serialize_to_file(views, None, &dir.join("train.safetensors")).expect("arrays");
}

fn eigenvalues(answers: &Path) -> Vec<f64> {
    let bytes = fs::read(answers).expect("exact answers");
    let file = SafeTensors::deserialize(&bytes).expect("safetensors");
    let tensor = file.tensor("hessian.eigenvalues").expect("eigenvalues");
    let (numbers, _) = tensor.data().as_chunks::<8>();
    numbers
        .iter()
        .map(|bytes| f64::from_le_bytes(*bytes))
        .collect()
}

/// Runs a model over its examples into `out`, with flags.
fn run(shared: &Path, name: &str, out: &Path, flags: &[&str]) -> Ran {
    let folder = out.with_extension("data");
    arrays(&shared.join(format!("onnx/{name}.safetensors")), &folder);
    let model = shared.join(format!("onnx/{name}.onnx"));
    let mut arguments = vec!["run", "--model", text(&model), "--dataset", "arrays"];
    arguments.extend(["--data-dir", text(&folder), "--without-test"]);
    arguments.extend(["--out", text(out)]);
    arguments.extend(flags);
    hesscope(&arguments)
}

fn analysis(out: &Path, operator: &str) -> Analysis {
    let operator: Terms = operator.parse().expect("an operator");
    let files = fs::read_dir(out.join(Analysis::FOLDER)).expect("analyses");
    files
        .map(|file| fs::read(file.expect("a file").path()).expect("an analysis"))
        .map(|bytes| serde_json::from_slice::<Analysis>(&bytes).expect("an analysis"))
        .find(|analysis| analysis.settings.operator == operator)
        .expect("an analysis of the operator")
}

#[test]
fn exact_answers_are_met_in_both_precisions() {
    let Some(shared) = shared() else { return };
    for (name, _) in MODELS {
        let model = shared.join(format!("onnx/{name}.onnx"));
        let answers = shared.join(format!("onnx/{name}.safetensors"));
        for precision in ["f64", "f32"] {
            let arguments = ["verify", "--model", text(&model), text(&answers)];
            let ran = hesscope(&[&arguments[..], &["--precision", precision]].concat());
            assert_eq!(ran.code, Some(0), "{name}: {}{}", ran.stdout, ran.stderr);
            for quantity in ["logits", "gradient", "hess", "spectrum of hess"] {
                assert!(ran.stdout.contains(quantity), "{name}: {}", ran.stdout);
            }
        }
    }
    let model = shared.join("onnx/vit.onnx");
    let answers = shared.join("onnx/residual.safetensors");
    let ran = hesscope(&["verify", "--model", text(&model), text(&answers)]);
    assert_eq!(ran.code, Some(2), "{}", ran.stdout);
    assert_eq!(ran.stderr.trim_end().lines().count(), 1, "{}", ran.stderr);
}

#[test]
fn information_lists_parameters_and_operators() {
    let Some(shared) = shared() else { return };
    for (name, count) in MODELS {
        let model = shared.join(format!("onnx/{name}.onnx"));
        let ran = hesscope(&["model", "info", text(&model)]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let all = ran.stdout.lines().find(|line| line.starts_with("all "));
        let all = all.expect("the number of all parameters");
        assert!(all.ends_with(&count.to_string()), "{name}: {}", ran.stdout);
        assert!(ran.stdout.contains("operators: "), "{}", ran.stdout);
    }
    let model = shared.join("onnx/residual.onnx");
    let ran = hesscope(&["model", "info", text(&model), "--frozen", "head.*"]);
    assert!(
        ran.stdout.contains("head.weight (as chosen)"),
        "{}",
        ran.stdout
    );
    assert!(!ran.stdout.contains("\nhead.bias  "), "{}", ran.stdout);
}

#[test]
fn a_run_has_the_exact_leading_eigenvalues() {
    let Some(shared) = shared() else { return };
    for (name, parameters) in MODELS {
        let dir = tempdir().expect("a folder");
        let out = dir.path().join(name);
        let flags = [
            "--precision",
            "f64",
            "--without-normalization",
            "--operators",
            "hess,g,h",
        ];
        let ran = run(&shared, name, &out, &flags);
        assert_eq!(ran.code, Some(0), "{name}: {}", ran.stderr);
        let exact = eigenvalues(&shared.join(format!("onnx/{name}.safetensors")));
        let hess = analysis(&out, "hess");
        assert_eq!(hess.spectrum.dimension, parameters);
        let top = &hess.spectrum.top;
        let largest = exact[exact.len() - 1].abs().max(exact[0].abs());
        assert!(
            (top.values[0].abs() - largest).abs() < 1e-8 * largest,
            "{name}"
        );
        for (value, residual) in top.values.iter().zip(&top.residuals) {
            let off = exact.iter().map(|exact| (exact - value).abs());
            let off = off.fold(f64::INFINITY, f64::min);
            assert!(
                off <= residual + 1e-9 * largest,
                "{name}: {value} by {off:e}"
            );
        }
        assert!(out.join("report.html").is_file());
        let ran = hesscope(&["check", text(&out)]);
        assert_eq!(ran.code, Some(0), "{name}: {}{}", ran.stdout, ran.stderr);
    }
}

#[test]
fn every_command_takes_a_run_of_a_model() {
    let Some(shared) = shared() else { return };
    let dir = tempdir().expect("a folder");
    let out = dir.path().join("run");
    let ran = run(&shared, "residual", &out, &["--operators", "hess"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let exported = dir.path().join("exported");
    let exported = text(&exported);
    for arguments in [
        &["spectrum", text(&out), "--operator", "g"][..],
        &["eigenvalues", text(&out)],
        &["trace", text(&out)],
        &["overlaps", text(&out)],
        &["findings", text(&out)],
        &["report", text(&out)],
        &["export", text(&out), "--what", "all", "--out", exported],
        &["check", text(&out)],
    ] {
        let ran = hesscope(arguments);
        assert_eq!(ran.code, Some(0), "{arguments:?}: {}", ran.stderr);
    }
    let weights = dir.path().join("weights.safetensors");
    let ran = hesscope(&[
        "export",
        text(&out),
        "--what",
        "weights",
        "--out",
        text(&weights),
    ]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("a model from a file"), "{}", ran.stderr);
}

#[test]
fn the_run_outlives_the_model_s_file_and_tells_another_from_it() {
    let Some(shared) = shared() else { return };
    let dir = tempdir().expect("a folder");
    let model = dir.path().join("mine.onnx");
    fs::copy(shared.join("onnx/residual.onnx"), &model).expect("a copy");
    let data = dir.path().join("data");
    arrays(&shared.join("onnx/residual.safetensors"), &data);
    let out = dir.path().join("run");
    let again = |operators: &str| {
        let arguments = ["run", "--model", text(&model), "--dataset", "arrays"];
        let places = [
            "--data-dir",
            text(&data),
            "--without-test",
            "--out",
            text(&out),
        ];
        hesscope(&[&arguments[..], &places, &["--operators", operators]].concat())
    };
    assert_eq!(again("hess").code, Some(0));
    let copy = out.join("model/mine.onnx");
    let whole = fs::read(&copy).expect("the copy");

    // The copy is damaged: the check says so, and the file itself stands in for it.
    let mut bytes = whole.clone();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&copy, &bytes).expect("a damaged copy");
    let ran = hesscope(&["check", text(&out)]);
    assert_eq!(ran.code, Some(1), "{}", ran.stdout);
    assert!(ran.stdout.contains("mine.onnx"), "{}", ran.stdout);
    assert_eq!(
        hesscope(&["spectrum", text(&out), "--operator", "g"]).code,
        Some(0)
    );
    assert_eq!(again("hess").code, Some(0));
    assert_eq!(fs::read(&copy).expect("the copy"), whole, "it is put back");

    // The file is gone: the copy stands in for it.
    fs::remove_file(&model).expect("gone");
    let ran = hesscope(&["spectrum", text(&out), "--operator", "h"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);

    // Both are others.
    fs::write(&copy, &bytes).expect("a damaged copy");
    let ran = hesscope(&["spectrum", text(&out), "--operator", "a1"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stdout);
    assert!(sentence(&ran).contains("mine.onnx"), "{}", ran.stderr);
    fs::write(&copy, &whole).expect("the copy");

    // What is written of it is damaged.
    let info = out.join("model.json");
    let text_of = fs::read_to_string(&info).expect("what is written of it");
    fs::write(&info, text_of.replacen("accuracy\": ", "accuracy\": 1", 1)).expect("damaged");
    let ran = hesscope(&["spectrum", text(&out), "--operator", "a1"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stdout);
    assert!(ran.stderr.contains("model.json"), "{}", ran.stderr);
}

/// What a command was refused with: one sentence behind its notes.
fn sentence(ran: &Ran) -> String {
    let lines: Vec<&str> = ran
        .stderr
        .lines()
        .filter(|line| !line.starts_with("note: "))
        .collect();
    assert_eq!(lines.len(), 1, "{}", ran.stderr);
    lines[0].to_owned()
}

/// The sentence that a run of a model is refused with.
fn refusal(shared: &Path, name: &str, flags: &[&str]) -> String {
    let dir = tempdir().expect("a folder");
    let out = dir.path().join("run");
    let ran = run(shared, name, &out, flags);
    assert_eq!(ran.code, Some(2), "{flags:?}: {}{}", ran.stdout, ran.stderr);
    assert!(!out.exists(), "{flags:?}: nothing is made");
    sentence(&ran)
}

#[test]
fn what_does_not_fit_a_model_is_refused_before_anything_is_made() {
    let Some(shared) = shared() else { return };
    for (flags, part) in [
        (&["--epochs", "3"][..], "leave --epochs out"),
        (&["--frozen", "hed.*"], "`hed.*` matches no stored tensor"),
        (&["--output", "logit"], "has no output `logit`"),
        (&["--input", "pixels"], "has no input `pixels`"),
        (&["--label-smoothing", "2"], "`label-smoothing` is 2"),
    ] {
        let sentence = refusal(&shared, "residual", flags);
        assert!(sentence.contains(part), "{flags:?}: {sentence}");
    }
    let model = shared.join("onnx/vit.onnx");
    let sentence = {
        let ran = hesscope(&["run", "--model", text(&model), "--dataset", "synth-digits"]);
        assert_eq!(ran.code, Some(2));
        ran.stderr
    };
    assert!(
        sentence.contains("[n, 1, 8, 8]") || sentence.contains("8, 8"),
        "{sentence}"
    );
}

#[test]
fn other_losses_are_measured() {
    let Some(shared) = shared() else { return };
    let mut tops = Vec::new();
    for flags in [
        &["--loss", "cross-entropy"][..],
        &["--label-smoothing", "0.1"],
        &["--loss", "mse"],
        &["--loss", "bce"],
        &["--loss-weight-decay", "0.5"],
    ] {
        let dir = tempdir().expect("a folder");
        let out = dir.path().join("run");
        let flags = [flags, &["--precision", "f64", "--operators", "hess"]].concat();
        let ran = run(&shared, "residual", &out, &flags);
        assert_eq!(ran.code, Some(0), "{flags:?}: {}", ran.stderr);
        let found = analysis(&out, "hess");
        assert!(found.accuracy >= 0.0 && found.accuracy <= 1.0);
        tops.push(found.spectrum.top.values[0]);
    }
    let decayed = tops[4] - tops[0];
    assert!((decayed - 0.5).abs() < 1e-6, "{tops:?}");
    for (index, top) in tops.iter().enumerate().skip(1) {
        assert!((top - tops[0]).abs() > 1e-3, "{index}: {tops:?}");
    }
    let ran = hesscope(&["run", "--loss", "mse"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("plain cross-entropy"), "{}", ran.stderr);
}

#[test]
fn files_that_are_no_models_are_one_sentence() {
    let dir = tempdir().expect("a folder");
    let write = |name: &str, bytes: &[u8]| -> PathBuf {
        let path = dir.path().join(name);
        fs::write(&path, bytes).expect("a file");
        path
    };
    for (name, bytes) in [
        ("empty.onnx", &b""[..]),
        ("text.onnx", b"this is no model, but a line of text"),
        ("zeros.onnx", &[0; 64]),
    ] {
        let path = write(name, bytes);
        for arguments in [
            &["model", "info", text(&path)][..],
            &["run", "--model", text(&path)],
        ] {
            let ran = hesscope(arguments);
            assert_eq!(ran.code, Some(2), "{name}: {}", ran.stdout);
            assert!(sentence(&ran).contains(name), "{}", ran.stderr);
        }
    }
    let ran = hesscope(&["model", "info", "nowhere.onnx"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("nowhere.onnx"), "{}", ran.stderr);
}
