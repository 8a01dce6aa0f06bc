//! Sweeps: a grid of runs by one process, by several, killed and gone on with, and what is said of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::bad_input::refused;
use crate::common::{Ran, command, hesscope, write_mnist};
use crate::killed::{results, same};

/// What all runs of these sweeps share: each takes a fraction of a second.
const BASE: &str = "[base]\ntest-examples-per-class = 2\n\
    [base.train]\nbatch-size = 16\n\
    [base.analysis]\nprobes = 2\nlanczos-steps = 6\nrange-steps = 8\ntop = 2\n";

const TINY: &str = "{ name = \"mlp\", hidden = [3] }";

/// Writes a spec with this grid, or tables that begin with it.
fn spec(folder: &Path, grid: &str) -> String {
    let path = folder.join("spec.toml");
    fs::write(&path, format!("[grid]\n{grid}\n{BASE}")).expect("the spec");
    path.display().to_string()
}

fn sweep(spec: &str, out: &Path, more: &[&str]) -> Ran {
    let out = out.display().to_string();
    hesscope(&[&["sweep", spec, "--out", &out], more].concat())
}

fn table(out: &Path) -> (String, Vec<u8>) {
    (
        fs::read_to_string(out.join("sweep.csv")).expect("a table"),
        fs::read(out.join("sweep.parquet")).expect("a table"),
    )
}

/// The rows of a table in CSV, by column.
fn rows(out: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(out.join("sweep.csv")).expect("a table");
    reader
        .deserialize()
        .map(|row| row.expect("a row"))
        .collect()
}

/// The names of the runs, from their folders.
fn runs(out: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(out.join("runs"))
        .expect("runs")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// The runs that a process says it began.
fn begun(ran: &Ran) -> Vec<String> {
    ran.stderr
        .lines()
        .filter_map(|line| line.strip_prefix("run ")?.split_once(": "))
        .filter(|(place, _)| place.contains(" of "))
        .map(|(_, name)| name.to_owned())
        .collect()
}

/// 24 runs: 3 sample sizes x 2 learning rates x 4 seeds.
fn grid_of_24() -> String {
    format!(
        "net = {TINY}\nexamples-per-class = [2, 3, 4]\nlearning-rate = [0.01, 0.1]\nseed = [0, 1, 2, 3]\n\
         epochs = [0, 1]\noperators = [\"hess\", \"g\"]\nsplits = \"train\""
    )
}

/// A process whose output is kept until it ends.
fn start(spec: &str, out: &Path) -> Child {
    let out = out.display().to_string();
    command(&["sweep", spec, "--out", &out])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts")
}

fn end(child: Child) -> Ran {
    child.wait_with_output().expect("the child ends").into()
}

#[test]
fn two_processes_killed_twice_end_as_one_undisturbed() {
    let folder = tempfile::tempdir().expect("a folder");
    let spec = spec(folder.path(), &grid_of_24());
    let undisturbed = folder.path().join("undisturbed");
    let begin = Instant::now();
    let ran = sweep(&spec, &undisturbed, &[]);
    let duration = begin.elapsed();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(begun(&ran).len(), 24);
    assert_eq!(rows(&undisturbed).len(), 24 * 2 * 2);

    // The moments differ from test to test, and are said where one fails: up to the time of two runs after so many are done.
    let mut state = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(1, |time| u64::from(time.subsec_nanos()));
    let mut moment = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        duration.mul_f64((state >> 33) as f64 / (1u64 << 31) as f64 / 12.0)
    };
    let disturbed = folder.path().join("disturbed");
    let mut moments = Vec::new();
    for done in [2, 8] {
        let mut children = [start(&spec, &disturbed), start(&spec, &disturbed)];
        while finished(&disturbed) < done {
            sleep(Duration::from_millis(5));
            for child in &mut children {
                let ended = child.try_wait().expect("a child");
                assert!(ended.is_none(), "{ended:?} before {done} runs were done");
            }
        }
        for child in &mut children {
            moments.push(moment());
            sleep(moments[moments.len() - 1]);
            child.kill().expect("the child is killed");
        }
        for child in children {
            end(child);
        }
    }
    assert!(finished(&disturbed) < 24, "all was done, {moments:?}");
    let ends = [start(&spec, &disturbed), start(&spec, &disturbed)].map(end);
    for ran in &ends {
        assert_eq!(ran.code, Some(0), "{moments:?}: {}", ran.stderr);
    }
    // No run was two processes' at once, and none was run again.
    let [first, second] = ends.map(|ran| begun(&ran).into_iter().collect::<BTreeSet<_>>());
    assert!(first.is_disjoint(&second), "{first:?} {second:?}");
    assert!(!first.is_empty() || !second.is_empty());

    assert!(table(&disturbed) == table(&undisturbed), "{moments:?}");
    let page = |out: &Path| {
        let page = fs::read_to_string(out.join("sweep.html")).expect("a page");
        page.replace(
            &*out.file_name().expect("a name").to_string_lossy(),
            "sweep",
        )
    };
    assert!(page(&disturbed) == page(&undisturbed), "{moments:?}");
    assert_eq!(runs(&disturbed), runs(&undisturbed));
    for run in runs(&undisturbed) {
        let [ours, theirs] = [&disturbed, &undisturbed].map(|out| out.join("runs").join(&run));
        same(&ours, &results(&theirs), &format!("{run}, {moments:?}"));
    }
    assert_eq!(left_over(&disturbed), Vec::<PathBuf>::new());

    // Nothing is left to do, and the table is made again as it was.
    let again = sweep(&spec, &disturbed, &[]);
    assert_eq!(
        (again.code, begun(&again).len()),
        (Some(0), 0),
        "{}",
        again.stderr
    );
    assert!(table(&disturbed) == table(&undisturbed));
}

/// How many runs have their mark.
fn finished(out: &Path) -> usize {
    let folders = fs::read_dir(out.join("runs"))
        .into_iter()
        .flatten()
        .flatten();
    folders
        .filter(|folder| folder.path().join("sweep.json").is_file())
        .count()
}

/// Files that should be gone when all is done.
fn left_over(out: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![out.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') || name == "worker.json" || name == "partial" {
                found.push(path);
            } else if path.is_dir() {
                folders.push(path);
            }
        }
    }
    found
}

#[test]
fn shards_make_the_whole_and_the_table_names_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let spec = spec(
        folder.path(),
        &format!(
            "dataset = \"synth-digits\"\nnet = [{TINY}, \"mlp\"]\nexamples-per-class = [2, 3]\nlearning-rate = 0.05\n\
             seed = 7\nepochs = [1, 0]\noperators = [\"hess\", \"h\"]\nsplits = [\"train\", \"test\"]"
        ),
    );
    let listed = hesscope(&["sweep", &spec, "--dry-run"]);
    assert_eq!(listed.code, Some(0), "{}", listed.stderr);
    assert!(
        listed.stdout.ends_with("4 runs, 32 analyses\n"),
        "{}",
        listed.stdout
    );
    let name = |line: &str| {
        line.split("  ")
            .find(|part| part.contains("-n"))
            .map(str::to_owned)
    };
    let names = |text: &str| -> Vec<String> { text.lines().filter_map(name).collect() };
    let all = names(&listed.stdout);
    // Sample sizes vary slowest.
    assert_eq!(all.len(), 4);
    assert!(
        all[0].contains("-n2-seed7-lr0.05") && all[2].contains("-n3-"),
        "{all:?}"
    );
    assert!(all[1] == "synth-digits-mlp-n2-seed7-lr0.05", "{all:?}");
    let mut of_shards = Vec::new();
    for shard in ["1/3", "2/3", "3/3"] {
        let listed = hesscope(&["sweep", &spec, "--dry-run", "--shard", shard]);
        of_shards.extend(names(&listed.stdout));
    }
    assert_eq!(
        of_shards,
        [0, 3, 1, 2].map(|place: usize| all[place].clone())
    );

    let out = folder.path().join("sweep");
    assert!(!out.exists());
    for (shard, done) in [("3/3", 1), ("1/3", 3), ("2/3", 4)] {
        let ran = sweep(&spec, &out, &["--shard", shard]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let said = format!("{done} of 4 runs are done, 0 failed, {} are left", 4 - done);
        assert!(ran.stderr.contains(&said), "{}", ran.stderr);
        assert_eq!(rows(&out).len(), 8 * done);
        assert_eq!(
            out.join("sweep.html").exists(),
            done == 4,
            "the page comes last"
        );
    }
    let page = fs::read_to_string(out.join("sweep.html")).expect("a page");
    for run in &all {
        assert!(page.contains(&format!("runs/{run}/report.html")), "{run}");
    }
    assert_eq!(runs(&out), {
        let mut sorted = all.clone();
        sorted.sort();
        sorted
    });
    for row in rows(&out) {
        let run = out.join(&row["run"]);
        assert!(run.join("report.html").is_file());
        let text = fs::read_to_string(out.join(&row["analysis"])).expect("the analysis");
        let analysis: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let settings = &analysis["settings"];
        assert_eq!(settings["operator"], row["operator"].as_str());
        assert_eq!(settings["subject"]["split"], row["split"].as_str());
        assert_eq!(settings["subject"]["epoch"].to_string(), row["epoch"]);
        assert_eq!(analysis["loss"].as_f64(), row["loss"].parse().ok());
        assert_eq!(
            analysis["spectrum"]["dimension"].to_string(),
            row["parameters"]
        );
        let top: Vec<f64> = analysis["spectrum"]["top"]["values"]
            .as_array()
            .expect("values")
            .iter()
            .filter_map(serde_json::Value::as_f64)
            .collect();
        let [smallest, largest] =
            ["smallest", "largest"].map(|name| row[name].parse::<f64>().expect("a number"));
        assert!(top.iter().all(|value| (smallest..=largest).contains(value)));
        assert!(row["run"].contains(&format!("-n{}-", row["examples_per_class"])));
        assert!(row["run"].contains(&row["network"]));
        assert_eq!(
            (&*row["seed"], &*row["learning_rate"], &*row["epochs"]),
            ("7", "0.05", "1")
        );
    }
    // The table can be made again from the folder alone.
    let before = table(&out);
    fs::remove_file(out.join("sweep.csv")).expect("the table goes");
    let text = out.display().to_string();
    let collected = hesscope(&["sweep", "collect", &text]);
    assert_eq!(collected.code, Some(0), "{}", collected.stderr);
    assert!(
        collected.stdout.contains("sweep.parquet"),
        "{}",
        collected.stdout
    );
    assert!(table(&out) == before);
}

#[test]
fn a_run_that_another_process_holds_is_come_back_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let spec = spec(
        folder.path(),
        &format!(
            "net = {TINY}\nexamples-per-class = 2\nlearning-rate = [0.01, 0.1]\nepochs = 1\noperators = \"g\""
        ),
    );
    let out = folder.path().join("sweep");
    let text = out.display().to_string();
    let listed = hesscope(&["sweep", &spec, "--dry-run"]).stdout;
    let name = listed
        .lines()
        .next()
        .and_then(|line| line.split("  ").find(|part| part.contains("-n2-")))
        .expect("a run");
    let held = out.join("runs").join(name);
    fs::create_dir_all(&held).expect("a folder");
    let lock = fs::File::create(held.join("run.lock")).expect("a file");
    lock.lock().expect("a lock");

    let ran = sweep(&spec, &out, &["--no-wait"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(begun(&ran).len(), 1, "{}", ran.stderr);
    assert!(
        ran.stderr
            .contains("1 of 2 runs are done, 0 failed, 1 are left"),
        "{}",
        ran.stderr
    );
    let status = hesscope(&["sweep", "status", &text]);
    assert_eq!(status.code, Some(0), "{}", status.stderr);
    for line in [
        "done     1\n",
        "running  1\n",
        "failed   0\n",
        "left     0\n",
        "time left: about ",
    ] {
        assert!(status.stdout.contains(line), "{line}: {}", status.stdout);
    }
    assert!(
        status.stdout.contains(&format!("  {name}: by a process")),
        "{}",
        status.stdout
    );

    let waiting = start(&spec, &out);
    sleep(Duration::from_millis(700));
    assert!(
        !held.join("run.toml").exists(),
        "the run is not this process' yet"
    );
    drop(lock);
    let ran = end(waiting);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("waiting for 1 runs"), "{}", ran.stderr);
    assert_eq!(begun(&ran), [name], "{}", ran.stderr);
    let status = hesscope(&["sweep", "status", &text]);
    for line in ["done     2\n", "running  0\n", "nothing is left"] {
        assert!(status.stdout.contains(line), "{line}: {}", status.stdout);
    }
}

#[test]
fn failures_are_recorded_and_retried_and_keep_nothing_from_the_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("mnist");
    let spec = spec(
        folder.path(),
        &format!(
            "dataset = [\"mnist\", \"synth-digits\"]\nnet = {TINY}\nexamples-per-class = 2\nlearning-rate = [0.05, 1e30]\n\
             epochs = [0, 2]\noperators = \"g\"\n\
             [[override]]\nwhere = {{ dataset = \"mnist\" }}\nsettings = {{ data-dir = {:?} }}\n\
             [[exclude]]\ndataset = \"mnist\"\nlearning-rate = 1e30\n",
            data.display()
        ),
    );
    let out = folder.path().join("sweep");
    let text = out.display().to_string();
    let failures = || -> BTreeMap<String, (u64, String)> {
        fs::read_dir(out.join("failures"))
            .expect("a folder")
            .flatten()
            .map(|entry| {
                let text = fs::read_to_string(entry.path()).expect("a failure");
                let record: serde_json::Value = serde_json::from_str(&text).expect("JSON");
                let said = record["sentence"].as_str().expect("a sentence").to_owned();
                let name = record["run"].as_str().expect("a name").to_owned();
                assert_eq!(entry.file_name().to_string_lossy(), format!("{name}.json"));
                (name, (record["times"].as_u64().expect("a number"), said))
            })
            .collect()
    };
    let failed = |ran: &Ran, count: usize| {
        assert_eq!(ran.code, Some(1), "{}", ran.stderr);
        let last = ran.stderr.lines().last().expect("a sentence");
        let said = format!("hesscope: {count} of 3 runs failed (");
        assert!(
            last.starts_with(&said) && last.contains("--retry-failed"),
            "{last}"
        );
    };

    let ran = sweep(&spec, &out, &[]);
    failed(&ran, 2);
    let first = failures();
    assert_eq!(first.len(), 2);
    for (name, (times, said)) in &first {
        assert_eq!(*times, 1);
        if name.starts_with("mnist") {
            assert!(
                said.contains("mnist") && said.contains("not a folder"),
                "{said}"
            );
        } else {
            assert!(
                name.contains("-lr1000000") && said.contains("diverged in epoch"),
                "{name}: {said}"
            );
        }
        assert!(
            ran.stderr.contains(&format!("failed: {name}: {said}")),
            "{}",
            ran.stderr
        );
    }
    assert_eq!(rows(&out).len(), 2, "the run between the two is done");
    let status = hesscope(&["sweep", "status", &text]);
    for line in [
        "done     1\n",
        "failed   2\n",
        "diverged in epoch",
        "not a folder",
        "nothing is left",
    ] {
        assert!(status.stdout.contains(line), "{line}: {}", status.stdout);
    }

    // Failed runs are left alone unless that is asked for.
    write_mnist(&data);
    let ran = sweep(&spec, &out, &[]);
    failed(&ran, 2);
    assert_eq!(begun(&ran).len(), 0, "{}", ran.stderr);
    assert_eq!(failures(), first);
    let ran = sweep(&spec, &out, &["--retry-failed"]);
    failed(&ran, 1);
    assert_eq!(begun(&ran).len(), 2, "{}", ran.stderr);
    let second = failures();
    assert_eq!(second.len(), 1);
    for (name, (times, _)) in &second {
        assert!(name.contains("-lr1000000"));
        assert_eq!(*times, 2);
    }
    assert_eq!(rows(&out).len(), 4);
}

#[test]
fn a_sweep_may_grow_but_not_change() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("sweep");
    let text = out.display().to_string();
    let grid = |seeds: &str, operators: &str, more: &str| {
        spec(
            folder.path(),
            &format!(
                "net = {TINY}\nexamples-per-class = 2\nlearning-rate = 0.1\nseed = {seeds}\nepochs = 1\n\
                 operators = {operators}\n{more}"
            ),
        )
    };
    let ran = sweep(&grid("[0]", "[\"hess\"]", ""), &out, &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let one = table(&out);
    let checkpoint = out
        .join("runs")
        .join(&runs(&out)[0])
        .join("checkpoints/last.safetensors");
    let written = fs::metadata(&checkpoint)
        .and_then(|about| about.modified())
        .expect("a checkpoint");

    // More runs and more operators: what is there is used.
    let ran = sweep(&grid("[1, 0]", "[\"g\", \"hess\"]", ""), &out, &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(rows(&out).len(), 4);
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
    assert!(
        lines(&table(&out).0).is_superset(&lines(&one.0)),
        "the first row stays as it was"
    );
    let kept = fs::metadata(&checkpoint)
        .and_then(|about| about.modified())
        .expect("a checkpoint");
    assert_eq!(kept, written, "it is not trained again");

    let changed = |spec: String, parts: &[&str]| {
        let before = fs::read(out.join("plan.json")).expect("a plan");
        refused(
            &["sweep", &spec, "--out", &text],
            &[&[&*text], parts].concat(),
        );
        assert_eq!(fs::read(out.join("plan.json")).expect("a plan"), before);
    };
    changed(
        grid("[0]", "[\"g\", \"hess\"]", ""),
        &["seed1", "lacks", "--out"],
    );
    changed(
        grid("[1, 0]", "[\"hess\"]", ""),
        &["another analysis.operators"],
    );
    changed(
        grid(
            "[1, 0]",
            "[\"g\", \"hess\"]",
            "[[override]]\nwhere = { seed = 1 }\nsettings = { train = { momentum = 0.5 } }",
        ),
        &["seed1", "another train.momentum"],
    );
    changed(
        grid(
            "[1, 0]",
            "[\"g\", \"hess\"]",
            "[[override]]\nwhere = { seed = 1 }\nepochs = [1, 2]",
        ),
        &["seed1", "analysis.epochs", "train.epochs"],
    );
    // Where the data lie and are kept is nobody's result.
    let ran = sweep(
        &grid(
            "[1, 0]",
            "[\"g\", \"hess\"]",
            "[[override]]\nwhere = { seed = 1 }\nsettings = { data = { cache-dir = \"elsewhere\" } }",
        ),
        &out,
        &[],
    );
    assert_eq!(
        (ran.code, begun(&ran).len()),
        (Some(0), 0),
        "{}",
        ran.stderr
    );
}

#[test]
fn bad_specs_are_refused_with_their_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bad.toml");
    let text = path.display().to_string();
    let out = folder.path().join("sweep");
    let refuse = |spec: &str, parts: &[&str]| {
        fs::write(&path, spec).expect("the spec");
        let out_text = out.display().to_string();
        for more in [&["--out", &*out_text][..], &["--dry-run"]] {
            let arguments = [&["sweep", &*text], more].concat();
            refused(&arguments, &[&["bad.toml"], parts].concat());
        }
        assert!(!out.exists(), "{spec} made the folder");
    };
    refuse("[grid]\nseeds = [1]\n", &["line 2", "seeds", "seed"]);
    refuse(
        "[base]\nseed = 1\n[base.train]\nepocs = 3\n",
        &["line 4", "epocs", "epochs"],
    );
    refuse("[axes]\n", &["line 1", "axes", "grid"]);
    refuse(
        "[grid]\ndataset = [\"mnits\"]\n",
        &["line 2", "mnits", "synth-digits, mnist"],
    );
    refuse(
        "[grid]\nnet = [\"mlp\", \"resnet\"]\n",
        &["line 2", "resnet", "small-cnn"],
    );
    refuse(
        "[grid]\nnet = { name = \"mlp\", width = 3 }\n",
        &["line 2", "width"],
    );
    refuse(
        "[grid]\nexamples-per-class = [\"paper-21\"]\n",
        &["line 2", "paper-21"],
    );
    refuse("[grid]\nlearning-rate = \"find\"\n", &["line 2", "`find`"]);
    refuse("[grid]\nseed = -1\n", &["line 2", "-1"]);
    refuse("[grid]\nepochs = [1.5]\n", &["line 2", "1.5"]);
    refuse("[grid]\nseed = []\n", &["grid.seed", "empty list"]);
    refuse("[grid]\nseed = [1, 1]\n", &["seed1", "twice"]);
    refuse(
        "[grid]\nseed = [1]\n[base]\nseed = 1\n",
        &["grid.seed", "base.seed", "leave one out"],
    );
    refuse(
        "[grid]\nepochs = [1]\n[base.train]\nepochs = 1\n",
        &["grid.epochs", "base.train.epochs"],
    );
    refuse(
        "[grid]\noperators = [\"q\"]\n",
        &["line 2", "`q`", "hess, g, h"],
    );
    refuse(
        "[grid]\nsplits = [\"validation\"]\n",
        &["line 2", "validation", "`train` or `test`"],
    );
    refuse(
        "[grid]\nlearning-rate = [0.1, -1]\n",
        &["learning-rate", "-1"],
    );
    refuse(
        "[[exclude]]\nseed = 4\n",
        &["number 1", "[[exclude]]", "of no run"],
    );
    refuse("[[exclude]]\n", &["number 1", "[[exclude]]", "every run"]);
    refuse("[[exclude]]\nseed = 0\n", &["excluded", "less"]);
    refuse(
        "[[exclude]]\nsize = 0\n",
        &["line 2", "size", "examples-per-class"],
    );
    refuse("[[override]]\nepochs = [1]\n", &["line 1", "where"]);
    refuse(
        "[[override]]\nwhere = { seed = 0 }\nsettings = { train = { epocs = 1 } }\n",
        &["line 3", "epocs"],
    );
    refuse(
        "[[override]]\nwhere = { seed = 0 }\n",
        &["number 1", "changes nothing"],
    );
    refuse(
        "[[override]]\nwhere = {}\nsettings = { seed = 3 }\n",
        &["number 1", "every run", "[base]"],
    );
    refuse(
        "[[override]]\nwhere = { seed = 0 }\nepochs = [3]\n",
        &["override.epochs", "grid.epochs"],
    );
    refuse("seed = = 1\n", &["line 1"]);

    refused(
        &["sweep", "/nowhere/spec.toml"],
        &["/nowhere/spec.toml", "check the path"],
    );
    for command in ["status", "collect"] {
        refused(
            &["sweep", command, "/nowhere"],
            &["/nowhere", "plan.json", "hesscope sweep"],
        );
    }
    for shard in ["0/4", "5/4", "four"] {
        let ran = hesscope(&["sweep", &text, "--shard", shard]);
        assert_eq!(ran.code, Some(2));
        assert!(
            ran.stderr.contains(shard) && ran.stderr.contains("I/N"),
            "{}",
            ran.stderr
        );
    }
    assert_eq!(hesscope(&["sweep"]).code, Some(2), "a spec is needed");
}

/// The examples of the repository are good specs, of as many runs as they say.
#[test]
fn the_examples_are_read() {
    let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/sweep");
    for (name, last) in [
        ("small.toml", "8 runs, 96 analyses\n"),
        // 5 data sets x 3 networks x 20 sizes, less those that CIFAR-100 and ImageNet have too few examples for.
        ("papers.toml", "258 runs, 35532 analyses\n"),
    ] {
        let ran = hesscope(&["sweep", &format!("{examples}/{name}"), "--dry-run"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert!(
            ran.stdout.ends_with(last),
            "{name}: {:?}",
            ran.stdout.lines().last()
        );
    }
    let short = hesscope(&[
        "sweep",
        "run",
        &format!("{examples}/small.toml"),
        "--dry-run",
    ]);
    let long = hesscope(&["sweep", &format!("{examples}/small.toml"), "--dry-run"]);
    assert_eq!(short.stdout, long.stdout, "`sweep run` is `sweep`");
}

/// Names and contents of all files below a folder.
fn content(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(content(&path));
        } else {
            found.insert(path.clone(), fs::read(&path).expect("a file"));
        }
    }
    found
}

#[test]
fn a_folder_of_something_else_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let spec = spec(
        folder.path(),
        &format!("net = {TINY}\nexamples-per-class = 2"),
    );
    let out = folder.path().join("thesis");
    fs::create_dir_all(out.join("runs/in-the-park")).expect("folders");
    for (name, text) in [
        ("runs/in-the-park/monday.txt", "5 km"),
        (".draft.partial", "half a sentence"),
        (".tmp-notes", "notes"),
        ("sweep.csv", "chimney,brush\n"),
    ] {
        fs::write(out.join(name), text).expect("a file");
    }
    let before = content(&out);
    let text = out.display().to_string();
    refused(
        &["sweep", &spec, "--out", &text],
        &["thesis", "none of a sweep", "an empty folder"],
    );
    for command in ["status", "collect"] {
        refused(&["sweep", command, &text], &["thesis", "plan.json"]);
    }
    assert_eq!(content(&out), before);
}

#[test]
fn what_is_damaged_is_said_left_out_and_made_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let spec = spec(
        folder.path(),
        &format!(
            "net = {TINY}\nexamples-per-class = 2\nlearning-rate = [0.01, 0.1]\nepochs = 1\noperators = \"g\""
        ),
    );
    let out = folder.path().join("sweep");
    let text = out.display().to_string();
    assert_eq!(sweep(&spec, &out, &[]).code, Some(0));
    let before = table(&out);
    let name = &runs(&out)[0];
    let flip = |path: &Path| {
        let mut bytes = fs::read(path).expect("a file");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(path, bytes).expect("written");
    };
    let run = out.join("runs").join(name);
    let analysis = fs::read_dir(run.join("analysis"))
        .expect("analyses")
        .flatten()
        .next()
        .expect("an analysis");
    for path in [run.join("sweep.json"), analysis.path()] {
        flip(&path);
        let collected = hesscope(&["sweep", "collect", &text]);
        assert_eq!(collected.code, Some(0), "{}", collected.stderr);
        for said in [
            "1 of 2 runs are done, 0 failed, 1 are left; the table has 1 rows",
            "is left out of the table",
            name,
        ] {
            assert!(
                collected.stderr.contains(said),
                "{said}: {}",
                collected.stderr
            );
        }
        let again = sweep(&spec, &out, &[]);
        assert_eq!(again.code, Some(0), "{}", again.stderr);
        assert_eq!(
            begun(&again),
            std::slice::from_ref(name),
            "{}",
            again.stderr
        );
        assert!(table(&out) == before);
    }
    flip(&out.join("plan.json"));
    let parts = ["plan.json", "checksum", "sweep.toml --out"];
    refused(&["sweep", &spec, "--out", &text], &parts);
    refused(&["sweep", "status", &text], &parts);
}
