//! A run that searches for its learning rate.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::Instant;

use crate::common::{Ran, hesscope, small_run, start};

/// `train` with the search of a file of settings, and further arguments.
fn arguments(folder: &Path, out: &Path, train: &str, more: &[&str]) -> Vec<String> {
    let config = folder.join("search.toml");
    let text = format!(
        "dataset = \"synth-digits\"\nexamples-per-class = 5\ntest-examples-per-class = 3\nseed = 3\n\
         net = {{ name = \"small-cnn\", channels = [2, 3] }}\n[train]\nepochs = 3\nbatch-size = 16\n\
         checkpoint-epochs = [1]\n{train}\n"
    );
    fs::write(&config, text).expect("the settings");
    let mut arguments = small_run(out);
    arguments[0] = "train".into();
    arguments[2] = config.display().to_string();
    arguments.extend(more.iter().map(|argument| (*argument).to_string()));
    arguments
}

fn ran(arguments: &[String]) -> Ran {
    hesscope(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

const GRID: &str = "learning-rate = { lowest = 0.01, highest = 1e4, points-per-decade = 1 }";

/// Every file below a folder that no clock has a part in.
fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![dir.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            let name = path.strip_prefix(dir).expect("below").display().to_string();
            if path.is_dir() {
                folders.push(path);
            } else if !["run.lock", "timing.jsonl", ".partial"]
                .iter()
                .any(|end| name.ends_with(end))
            {
                found.insert(name, fs::read(&path).expect("a file"));
            }
        }
    }
    found
}

#[test]
fn the_best_rate_is_found_told_and_becomes_the_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let searched = ran(&arguments(folder.path(), &out, GRID, &[]));
    assert_eq!(searched.code, Some(0), "{}", searched.stderr);
    let table: serde_json::Value =
        serde_json::from_slice(&fs::read(out.join("search.json")).expect("the table"))
            .expect("JSON");
    let trials = table["trials"].as_array().expect("trials");
    assert_eq!(trials.len(), 7, "0.01 to 10000");
    let loss = |trial: &serde_json::Value| trial["train"]["loss"].as_f64();
    let best = trials
        .iter()
        .filter(|trial| loss(trial).is_some())
        .min_by(|a, b| loss(a).partial_cmp(&loss(b)).expect("numbers"))
        .expect("a best");
    let rate = best["learning_rate"].as_f64().expect("a rate");
    assert!(
        searched.stderr.contains(&format!(
            "the learning rate is {rate}, whose training is the run's"
        )),
        "{}",
        searched.stderr
    );
    assert!(
        out.join(format!("search/lr-{rate}/metrics.jsonl"))
            .is_file()
    );

    // The run is the one that this rate, given by hand, makes.
    let by_hand = folder.path().join("by hand");
    let fixed = format!("learning-rate = {rate:?}");
    let given = ran(&arguments(folder.path(), &by_hand, &fixed, &[]));
    assert_eq!(given.code, Some(0), "{}", given.stderr);
    // A checkpoint names its run, whose settings are other; all tensors are the same.
    let tensors = |out: &Path| -> BTreeMap<String, Vec<u8>> {
        let mut found = files(&out.join("checkpoints"));
        for bytes in found.values_mut() {
            let header = u64::from_le_bytes(bytes[..8].try_into().expect("a length")) as usize;
            bytes.drain(..8 + header);
            assert!(!bytes.is_empty());
        }
        found
    };
    assert!(tensors(&out) == tensors(&by_hand), "other checkpoints");
    let metrics = |out: &Path| fs::read_to_string(out.join("metrics.jsonl")).expect("metrics");
    assert_eq!(metrics(&out), metrics(&by_hand));
    for out in [&out, &by_hand] {
        let timing = fs::read_to_string(out.join("timing.jsonl")).expect("times");
        let epochs: Vec<u64> = timing
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"))
            .map(|line| line["epoch"].as_u64().expect("an epoch"))
            .collect();
        assert_eq!(epochs, [0, 1, 2, 3]);
    }

    // The report tells of it.
    let report = hesscope(&["report", &out.display().to_string()]);
    assert_eq!(report.code, Some(0), "{}", report.stderr);
    let html = fs::read_to_string(out.join("report.html")).expect("the report");
    assert!(html.contains("the one of 7 with the lowest final training loss"));
    fs::remove_file(out.join("report.html")).expect("the report");

    // Again, it is found done.
    let before = files(&out);
    let again = ran(&arguments(folder.path(), &out, GRID, &[]));
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert!(again.stderr.contains("already done"), "{}", again.stderr);
    assert!(!again.stderr.contains("epoch    1"), "{}", again.stderr);
    assert!(files(&out) == before);
}

#[test]
fn a_shorter_search_says_so_and_trains_the_run_afresh() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let grid = "learning-rate = { lowest = 0.001, highest = 0.01, points-per-decade = 1 }";
    let more = ["--search-epochs", "1"];
    let searched = ran(&arguments(folder.path(), &out, grid, &more));
    assert_eq!(searched.code, Some(0), "{}", searched.stderr);
    for part in ["by trainings of 1 epochs; now all 3", "it is the highest"] {
        assert!(searched.stderr.contains(part), "{}", searched.stderr);
    }
    for epoch in [0, 1, 3] {
        assert!(
            out.join(format!("checkpoints/epoch-{epoch:04}.safetensors"))
                .is_file()
        );
    }
}

#[test]
fn every_rate_too_high_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let grid = "learning-rate = { lowest = 1e29, highest = 1e30, points-per-decade = 1 }";
    let searched = ran(&arguments(folder.path(), &out, grid, &[]));
    assert_eq!(searched.code, Some(2), "{}", searched.stderr);
    let last = searched.stderr.lines().last().unwrap_or_default();
    assert!(
        last.contains("diverged at every learning rate") && last.contains("lower ones"),
        "{last}"
    );
}

#[test]
fn a_killed_search_ends_as_the_undisturbed_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let undisturbed = folder.path().join("undisturbed");
    let begin = Instant::now();
    let whole = ran(&arguments(folder.path(), &undisturbed, GRID, &[]));
    assert_eq!(whole.code, Some(0), "{}", whole.stderr);
    let duration = begin.elapsed();
    let expected = files(&undisturbed);
    let out = folder.path().join("killed");
    let killed = arguments(folder.path(), &out, GRID, &[]);
    let words: Vec<&str> = killed.iter().map(String::as_str).collect();
    for attempt in 1..8 {
        let mut child = start(&words);
        sleep(duration * attempt / 9);
        let _ = child.kill();
        child.wait().expect("the child ends");
    }
    let end = ran(&killed);
    assert_eq!(end.code, Some(0), "{}", end.stderr);
    let found = files(&out);
    assert_eq!(
        found.keys().collect::<Vec<_>>(),
        expected.keys().collect::<Vec<_>>()
    );
    for (name, bytes) in &expected {
        assert!(found[name] == *bytes, "{name} differs");
    }
}

#[test]
fn seeds_of_single_things_and_epochs_spaced_logarithmically() {
    let folder = tempfile::tempdir().expect("a folder");
    let train = |name: &str, text: &str| {
        let out = folder.path().join(name);
        let more = [
            "--epochs",
            "8",
            "--checkpoint-epochs",
            "log:4",
            "--eval-every",
            "5",
        ];
        let done = ran(&arguments(folder.path(), &out, text, &more));
        assert_eq!(done.code, Some(0), "{}", done.stderr);
        out
    };
    let (one, order, probes) = (
        train("one", ""),
        train("order", "[seeds]\norder = 4"),
        train("probes", "[seeds]\nprobes = 4"),
    );
    let epoch = |out: &Path, epoch: usize| {
        let name = format!("checkpoints/epoch-{epoch:04}.safetensors");
        fs::read(out.join(name)).expect("a kept epoch")
    };
    // 8^(0, 1/3, 2/3, 1).
    for at in [0, 1, 2, 4, 8] {
        assert_ne!(
            epoch(&one, at),
            epoch(&order, at),
            "the header says the seed"
        );
        assert_eq!(
            epoch(&one, at),
            epoch(&probes, at),
            "probes have no part in it"
        );
    }
    let hash = |out: &Path| {
        let text = fs::read_to_string(out.join("run.toml")).expect("the settings");
        let file: toml::Value = toml::from_str(&text).expect("TOML");
        file["training-sha256"].as_str().expect("a hash").to_owned()
    };
    assert_eq!(hash(&one), hash(&probes));
    assert_ne!(hash(&one), hash(&order));
    let metrics = fs::read_to_string(one.join("metrics.jsonl")).expect("metrics");
    let evaluated: Vec<bool> = metrics.lines().map(|line| line.contains("train")).collect();
    assert_eq!(
        evaluated,
        [true, true, true, false, true, true, false, false, true]
    );
}
