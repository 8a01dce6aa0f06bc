//! Weights that leave a run and come into another.

use std::fs;
use std::path::Path;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use crate::bad_input::refused;
use crate::common::{hesscope, small_run};

fn last_metrics(run: &Path) -> serde_json::Value {
    let lines = fs::read_to_string(run.join("metrics.jsonl")).expect("metrics");
    let mut last: serde_json::Value =
        serde_json::from_str(lines.lines().last().expect("a line")).expect("a line of JSON");
    let fields = last.as_object_mut().expect("fields");
    fields.retain(|key, _| key == "train" || key == "test");
    last
}

#[test]
fn exported_weights_start_another_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));
    let arguments = small_run(&first);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    assert_eq!(hesscope(&arguments).code, Some(0));
    let weights = folder
        .path()
        .join("weights.safetensors")
        .display()
        .to_string();
    let run = first.display().to_string();
    let export = hesscope(&["export", &run, "--out", &weights]);
    assert_eq!(export.code, Some(0), "{}", export.stderr);

    let arguments = small_run(&second);
    let mut arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    arguments[0] = "train";
    arguments.extend([
        "--weights",
        &weights,
        "--epochs",
        "0",
        "--checkpoint-epochs",
        "0",
    ]);
    // The small settings analyse epochs that are not trained here.
    let config = folder.path().join("settings.toml");
    let text = fs::read_to_string(arguments[2]).expect("the settings");
    fs::write(&config, text.replace("epochs = [2, 6]", "epochs = [0]")).expect("the settings");
    let config = config.display().to_string();
    arguments[2] = &config;
    let ran = hesscope(&arguments);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(last_metrics(&first), last_metrics(&second));
    let spectrum = hesscope(&["spectrum", &second.display().to_string()]);
    assert_eq!(spectrum.code, Some(0), "{}", spectrum.stderr);
    let settings = fs::read_to_string(second.join("run.toml")).expect("the settings");
    assert!(settings.contains("weights-sha256"), "{settings}");

    refused(
        &["export", &run, "--out", &weights, "--epoch", "3"],
        &["epoch 3", "0, 2, 6"],
    );
    let other = folder.path().join("weights.pt").display().to_string();
    refused(
        &["export", &run, "--out", &other],
        &["weights.pt", ".safetensors"],
    );

    // A tensor too many is refused unless it is said to be passed over.
    let bytes = fs::read(&weights).expect("the weights");
    let tensors = SafeTensors::deserialize(&bytes).expect("safetensors");
    let mut all = tensors.tensors();
    let one = 1f32.to_le_bytes();
    let view = TensorView::new(Dtype::F32, vec![1], &one).expect("a tensor");
    all.push(("teacher.weight".into(), view));
    let odd = folder.path().join("odd.safetensors");
    fs::write(&odd, safetensors::serialize(all, None).expect("bytes")).expect("written");
    let (odd, third) = (odd.display().to_string(), folder.path().join("odd"));
    let third_text = third.display().to_string();
    let at = |option: &str| arguments.iter().position(|argument| *argument == option);
    let mut arguments = arguments.clone();
    arguments[at("--weights").expect("the option") + 1] = &odd;
    arguments[at("--out").expect("the option") + 1] = &third_text;
    refused(&arguments, &["teacher.weight", "--weights-allow-extra"]);
    assert!(!third.exists());
    arguments.push("--weights-allow-extra");
    let ran = hesscope(&arguments);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(last_metrics(&second), last_metrics(&third));

    // Weights of another network are refused before anything is written.
    let third = folder.path().join("third").display().to_string();
    refused(
        &[
            "run",
            "--net",
            "mlp",
            "--weights",
            &weights,
            "--out",
            &third,
        ],
        &["weights.safetensors"],
    );
    refused(
        &["run", "--weights", "/nowhere/weights.pt", "--out", &third],
        &["/nowhere/weights.pt", "check the path"],
    );
    assert!(!Path::new(&third).exists());
}

/// Weights of a small run, `head.weight` and `head.bias` changed to one number, and settings that measure them as they are.
fn with_head(folder: &Path, value: f32) -> [String; 2] {
    let run = folder.join("sound");
    if !run.exists() {
        crate::small::trained(&run);
    }
    let weights = folder.join("weights.safetensors").display().to_string();
    let export = hesscope(&["export", &run.display().to_string(), "--out", &weights]);
    assert_eq!(export.code, Some(0), "{}", export.stderr);
    let bytes = fs::read(&weights).expect("the weights");
    let tensors = SafeTensors::deserialize(&bytes).expect("safetensors");
    let changed: Vec<(String, Vec<usize>, Vec<u8>)> = tensors
        .iter()
        .map(|(name, view)| {
            let mut data = view.data().to_vec();
            if name == "head.weight" {
                for (place, number) in data.chunks_mut(4).enumerate() {
                    let sign = if place % 3 == 0 { -1.0 } else { 1.0 };
                    number.copy_from_slice(&(sign * value).to_le_bytes());
                }
            }
            (name.to_owned(), view.shape().to_vec(), data)
        })
        .collect();
    let views = changed.iter().map(|(name, shape, data)| {
        let view = TensorView::new(Dtype::F32, shape.clone(), data).expect("a tensor");
        (name.as_str(), view)
    });
    let file = safetensors::serialize(views, None).expect("a file");
    fs::write(&weights, file).expect("the weights");
    let small = small_run(&run);
    let text = fs::read_to_string(&small[2]).expect("the settings");
    let text = text
        .replace("epochs = [2, 6]", "epochs = [0]")
        .replace("epochs = 6", "epochs = 0")
        .replace("checkpoint-epochs = [2]", "");
    let config = folder.join("settings.toml");
    fs::write(&config, text).expect("the settings");
    [weights, config.display().to_string()]
}

#[test]
fn numbers_that_are_not_finite_are_said_and_nothing_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    for (value, parts) in [
        // The logits overflow in float32.
        (
            3e38,
            &[
                "weights.safetensors",
                "a loss of",
                "no finite number",
                "other weights",
            ][..],
        ),
        // The logits and the loss are finite, and products are not.
        (
            1e30,
            &[
                "epoch-0000.safetensors",
                "not finite",
                "over train",
                "--precision f64",
            ],
        ),
    ] {
        let [weights, config] = with_head(folder.path(), value);
        let out = folder.path().join(format!("run-{value:e}"));
        let text = out.display().to_string();
        let arguments = [
            "run",
            "--config",
            &config,
            "--weights",
            &weights,
            "--out",
            &text,
        ];
        refused(&arguments, parts);
        for results in ["analysis", "eigenvalues", "report.html"] {
            assert!(!out.join(results).exists(), "{value:e}: {results}");
        }
    }
}
