//! A run from beginning to end.

use std::fs;

use crate::common::{hesscope, small_run};

fn arguments(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}

#[test]
fn a_run_leaves_everything_behind_and_is_reused() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let run = small_run(&out);
    let ran = hesscope(&arguments(&run));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let report = out.join("report.html");
    assert!(
        ran.stdout
            .trim_end()
            .ends_with(&report.display().to_string()),
        "the last line is not the report's path: {}",
        ran.stdout
    );
    for name in [
        "run.toml",
        "metrics.jsonl",
        "checkpoints/epoch-0000.safetensors",
    ] {
        assert!(out.join(name).is_file(), "{name} is missing");
    }
    let metrics = fs::read_to_string(out.join("metrics.jsonl")).expect("metrics");
    assert_eq!(
        metrics.lines().count(),
        7,
        "one line an epoch, the untrained one included"
    );
    let analyses: Vec<_> = fs::read_dir(out.join("analysis"))
        .expect("analyses")
        .map(|entry| entry.expect("an analysis").path())
        .collect();
    assert_eq!(
        analyses.len(),
        6,
        "three operators at two epochs: {analyses:?}"
    );
    let page = fs::read_to_string(&report).expect("a report");
    for part in ["Hess", "small-cnn", "C = 10", "seed"] {
        assert!(page.contains(part), "the report does not mention {part}");
    }
    assert!(fs::read_dir(out.join("figures")).expect("figures").count() >= 4);

    let written = |path: &std::path::PathBuf| {
        fs::metadata(path)
            .and_then(|m| m.modified())
            .expect("a time")
    };
    let before: Vec<_> = analyses.iter().map(written).collect();
    let again = hesscope(&arguments(&run));
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert_eq!(
        again.stderr.matches("reused").count(),
        6,
        "{}",
        again.stderr
    );
    assert_eq!(before, analyses.iter().map(written).collect::<Vec<_>>());

    // The analyses add up: Hess and its parts have the same loss, and the traces of G and H sum to it.
    let mean = |operator: &str| {
        let path = analyses
            .iter()
            .find(|path| {
                let name = path
                    .file_name()
                    .expect("a name")
                    .to_string_lossy()
                    .into_owned();
                name.starts_with(&format!("{operator}-train-0006"))
            })
            .expect("an analysis");
        let text = fs::read_to_string(path).expect("an analysis");
        let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        (
            value["loss"].as_f64().expect("a loss"),
            value["spectrum"]["dimension"].as_u64().expect("p"),
        )
    };
    assert_eq!(mean("hess"), mean("g"));
    assert_eq!(mean("hess"), mean("h"));
}

#[test]
fn spectrum_and_report_work_on_a_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let mut train = small_run(&out);
    train[0] = "train".into();
    let ran = hesscope(&arguments(&train));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(!out.join("report.html").exists());
    let out = out.display().to_string();
    let ran = hesscope(&[
        "spectrum",
        &out,
        "--operator",
        "g",
        "--split",
        "test",
        "--epoch",
        "2",
        "--precision",
        "f64",
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let path = ran.stdout.lines().last().expect("a path");
    let text = fs::read_to_string(path).expect("the analysis it names");
    let analysis: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(analysis["settings"]["operator"], "g");
    assert_eq!(analysis["settings"]["subject"]["precision"], "f64");
    assert_eq!(analysis["examples"], 30);
    let range = &analysis["spectrum"]["range"];
    let least = range["ritz_min"].as_f64().expect("a number");
    let largest = range["ritz_max"].as_f64().expect("a number");
    assert!(
        least > -1e-12 * largest,
        "G is positive semidefinite, and its least Ritz value is {least}"
    );
    for (operator, stem) in [("a2+a1", "a1+a2"), ("b2[3]", "b2-3")] {
        let ran = hesscope(&["spectrum", &out, "--operator", operator]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let path = ran.stdout.lines().last().expect("a path");
        assert!(path.contains(&format!("/{stem}-train-")), "{path}");
        let text = fs::read_to_string(path).expect("the analysis it names");
        let analysis: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let range = &analysis["spectrum"]["range"];
        let largest = range["ritz_max"].as_f64().expect("a number");
        assert!(largest > 0.0 && range["ritz_min"].as_f64() > Some(-1e-5 * largest));
        let below = &analysis["spectrum"]["outliers"]["negative"]["decided"];
        assert_eq!(below["count"], 0, "{below}");
        assert_eq!(below["eigenvalues"], 0, "{below}");
    }
    let ran = hesscope(&["spectrum", &out, "--operator", "b2[10]"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("0 to 9"), "{}", ran.stderr);
    let ran = hesscope(&["report", &out]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(
        fs::read_to_string(ran.stdout.trim())
            .expect("the report it names")
            .contains("test")
    );
    // Other views of the densities are written where they are asked for.
    let pictures = |views: &[&str]| {
        let to = folder.path().join(format!("report-{}", views.len()));
        let path = to.display().to_string();
        let mut arguments = vec!["report", out.as_str(), "--out", &path];
        arguments.extend(views);
        let ran = hesscope(&arguments);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let files = fs::read_dir(to.join("figures")).expect("the figures");
        let names = files.map(|file| file.expect("a figure").file_name());
        let names = names.map(|name| name.to_string_lossy().into_owned());
        names.filter(|name| name.ends_with("linear.png")).count()
    };
    assert_eq!(pictures(&[]), 0);
    assert!(pictures(&["--views", "linear"]) > 0);
    let ran = hesscope(&["report", &out, "--views", "log"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("semi-logarithmic"), "{}", ran.stderr);
}

#[test]
fn an_event_file_is_written_where_asked_for_and_is_no_other_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let mut train = small_run(&out);
    train[0] = "train".into();
    let ran = hesscope(&arguments(&train));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let events = out.join("tensorboard/events.out.tfevents.0.hesscope");
    assert!(!events.exists());
    // The training is done; the file comes from what the checkpoint knows.
    train.push("--tensorboard".into());
    let ran = hesscope(&arguments(&train));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let bytes = fs::read(events).expect("the event file");
    // One record of the version and one of each of 7 epochs, as the lengths in the file lead from one to the next.
    let (mut at, mut records) = (0, 0);
    while at < bytes.len() {
        let length = bytes[at..at + 8].try_into().map(u64::from_le_bytes);
        at += 16 + length.expect("eight bytes") as usize;
        records += 1;
    }
    assert_eq!((at, records), (bytes.len(), 8));
}

#[test]
fn flags_win_over_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let mut train = small_run(&out);
    train[0] = "train".into();
    train.extend(["--epochs", "1", "--seed", "9", "--net", "mlp"].map(str::to_string));
    // The file analyses epoch 2, which is not kept then.
    let ran = hesscope(&arguments(&train));
    assert_eq!(ran.code, Some(2));
    assert!(
        !out.exists(),
        "nothing is made before the settings are known to be good"
    );
    train.extend(["--epochs", "6"].map(str::to_string));
    train.retain(|argument| argument != "1");
    let position = train
        .iter()
        .position(|argument| argument == "--epochs")
        .expect("the flag");
    train.remove(position);
    let ran = hesscope(&arguments(&train));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let text = fs::read_to_string(out.join("run.toml")).expect("the settings");
    let file: toml::Value = toml::from_str(&text).expect("TOML");
    assert_eq!(file["settings"]["seed"].as_integer(), Some(9));
    assert_eq!(file["settings"]["net"]["name"].as_str(), Some("mlp"));
    assert_eq!(
        file["settings"]["train"]["batch-size"].as_integer(),
        Some(16)
    );
}

#[test]
fn verify_passes_and_fails_by_the_tolerance() {
    let Some(shared) = crate::common::shared() else {
        return;
    };
    let file = |name: &str| shared.join("reference").join(name).display().to_string();
    let (mlp, vgg) = (
        file("mlp_eval.safetensors"),
        file("vgg_bn_eval.safetensors"),
    );
    for precision in ["f64", "f32"] {
        let ran = hesscope(&["verify", &mlp, &vgg, "--precision", precision]);
        assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
        for quantity in ["logits", "gradient", "hess", "g ", "h "] {
            assert_eq!(
                ran.stdout.matches(&format!("  {quantity}")).count(),
                2,
                "{}",
                ran.stdout
            );
        }
    }
    let ran = hesscope(&["verify", &mlp, "--precision", "f32", "--tolerance", "1e-12"]);
    assert_eq!(ran.code, Some(1), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("EXCEEDS"));
}
