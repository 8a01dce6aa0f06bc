//! Files of a sweep that are cut short, changed by a bit, or another run's: each is found out or made again, and none is
//! taken for what it is not. Folders that are none of a sweep stay as they are.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use hesscope_files::sealed::seal_json;
use hesscope_study::sweep::{
    Collected, Plan, Spec, Standing, SweepFolder, SweepOptions, SweepOutcome, carry_out, collect,
    status,
};
use hesscope_study::{Event, Observer, StudyError};

/// Keeps the notes.
#[derive(Default)]
struct Listener(RefCell<Vec<String>>);

impl hesscope_measure::Observer for Listener {}

impl Observer for Listener {
    fn event(&self, event: Event<'_>) {
        if let Event::Note(note) = event {
            self.0.borrow_mut().push(note.to_owned());
        }
    }
}

impl Listener {
    fn heard(&self, part: &str) -> bool {
        self.0.borrow().iter().any(|note| note.contains(part))
    }
}

/// A sweep in a folder of its own.
struct Sweep {
    _dir: tempfile::TempDir,
    spec: Spec,
    folder: SweepFolder,
}

impl Sweep {
    /// Two runs that differ in their learning rate, each of which takes a fraction of a second.
    fn of(rates: &str) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("spec.toml");
        let text = format!(
            "[grid]\nnet = {{ name = \"mlp\", hidden = [3] }}\nexamples-per-class = 2\nlearning-rate = {rates}\n\
             epochs = [0, 1]\noperators = \"g\"\n\
             [base]\ntest-examples-per-class = 2\n[base.train]\nbatch-size = 16\n\
             [base.analysis]\nprobes = 2\nlanczos-steps = 6\nrange-steps = 8\ntop = 2\n"
        );
        fs::write(&path, text).expect("written");
        Sweep {
            spec: Spec::read(&path).expect("a spec"),
            folder: SweepFolder::of(&path, Some(&dir.path().join("sweep"))),
            _dir: dir,
        }
    }

    fn carry_out(&self, listener: &Listener) -> Result<SweepOutcome, StudyError> {
        carry_out(&self.folder, &self.spec, &SweepOptions::default(), listener)
    }

    fn done(rates: &str) -> Self {
        let sweep = Self::of(rates);
        let outcome = sweep.carry_out(&Listener::default()).expect("a sweep");
        assert_eq!((outcome.failures.len(), outcome.collected.done), (0, 2));
        sweep
    }

    fn collect(&self, listener: &Listener) -> Result<Collected, StudyError> {
        collect(&self.folder, true, listener)
    }

    fn root(&self) -> &Path {
        self.folder.root()
    }

    /// The folder of the first or second run.
    fn run(&self, place: usize) -> PathBuf {
        self.folder.run(&self.spec.points[place].name)
    }

    fn standings(&self) -> Vec<Standing> {
        let (folder, plan) = Plan::find(self.root()).expect("a plan");
        let found = status(&folder, plan).expect("a status").runs;
        found.into_iter().map(|(_, standing)| standing).collect()
    }

    fn table(&self) -> [Vec<u8>; 3] {
        ["sweep.csv", "sweep.parquet", "sweep.html"].map(|name| read(&self.root().join(name)))
    }

    /// When the weights of both runs were written.
    fn trained(&self) -> [SystemTime; 2] {
        [0, 1].map(|place| {
            let path = self.run(place).join("checkpoints/last.safetensors");
            let about = fs::metadata(path).expect("weights");
            about.modified().expect("a time")
        })
    }
}

fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn only(folder: &Path, part: &str) -> PathBuf {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    let mut found = entries
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().contains(part));
    found.next().expect("a file")
}

/// The file cut short, and with one bit changed, at many places.
fn damages(whole: &[u8]) -> Vec<(String, Vec<u8>)> {
    let places = |count: usize| (0..count).map(move |k| k * (whole.len() - 1) / (count - 1));
    let cut = places(6).map(|length| (format!("cut to {length}"), whole[..length].to_vec()));
    let flipped = places(24).map(|place| {
        let mut bytes = whole.to_vec();
        bytes[place] ^= 1 << (place % 8);
        (format!("bit {} of byte {place}", place % 8), bytes)
    });
    cut.chain(flipped).collect()
}

/// Every file below a folder.
fn content(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(root).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(content(&path));
            found.insert(path, Vec::new());
        } else {
            found.insert(path.clone(), read(&path));
        }
    }
    found
}

const RATES: &str = "[0.01, 0.1]";

#[test]
fn a_mark_that_is_not_the_runs_own_is_made_again_and_nothing_else() {
    let sweep = Sweep::done(RATES);
    sweep.collect(&Listener::default()).expect("a table");
    let (table, trained) = (sweep.table(), sweep.trained());
    let mark = sweep.run(0).join("sweep.json");
    let whole = read(&mark);
    let mut wrong = damages(&whole);
    wrong.push((
        "the other run's".into(),
        read(&sweep.run(1).join("sweep.json")),
    ));
    for (k, (what, bytes)) in wrong.iter().enumerate() {
        fs::write(&mark, bytes).expect("written");
        assert_eq!(sweep.standings()[0], Standing::Left, "{what}");
        let listener = Listener::default();
        let collected = sweep.collect(&listener).expect("a table");
        assert_eq!((collected.done, collected.rows), (1, 2), "{what}");
        assert!(listener.heard("is left out of the table"), "{what}");
        // The last is the exchanged one.
        if k % 10 == 0 || k + 1 == wrong.len() {
            let outcome = sweep.carry_out(&Listener::default()).expect("a sweep");
            assert_eq!(outcome.collected.done, 2, "{what}");
            assert!(read(&mark) == whole, "{what}");
            assert!(sweep.table() == table, "{what}");
        }
    }
    assert_eq!(sweep.trained(), trained, "nothing was trained again");
}

#[test]
fn rows_are_of_whole_analyses_of_their_own_run() {
    let sweep = Sweep::done(RATES);
    sweep.collect(&Listener::default()).expect("a table");
    let (table, trained) = (sweep.table(), sweep.trained());
    let file = |place: usize, epoch: &str| only(&sweep.run(place).join("analysis"), epoch);
    let first = file(0, "-0000-");
    let whole = read(&first);
    let mut wrong = damages(&whole);
    wrong.push(("of the other run".into(), read(&file(1, "-0000-"))));
    wrong.push(("of another epoch".into(), read(&file(0, "-0001-"))));
    for (k, (what, bytes)) in wrong.iter().enumerate() {
        fs::write(&first, bytes).expect("written");
        let listener = Listener::default();
        let collected = sweep.collect(&listener).expect("a table");
        assert_eq!((collected.done, collected.rows), (1, 2), "{what}");
        assert!(listener.heard("is left out of the table"), "{what}");
        if k % 10 == 0 || k + 2 >= wrong.len() {
            let listener = Listener::default();
            let outcome = sweep.carry_out(&listener).expect("a sweep");
            assert_eq!(
                (outcome.failures.len(), outcome.collected.done),
                (0, 2),
                "{what}"
            );
            assert!(listener.heard("to make again what is wrong"), "{what}");
            assert!(sweep.table() == table, "{what}");
        }
    }
    assert_eq!(sweep.trained(), trained, "nothing was trained again");
}

#[test]
fn a_failure_that_is_not_the_runs_own_is_none() {
    let sweep = Sweep::of("[1e30, 1e29]");
    let outcome = sweep.carry_out(&Listener::default()).expect("a sweep");
    assert_eq!(outcome.failures.len(), 2);
    let file = |place: usize| {
        let name = &sweep.spec.points[place].name;
        sweep.root().join("failures").join(format!("{name}.json"))
    };
    let whole = read(&file(0));
    let mut wrong = damages(&whole);
    wrong.push(("the other run's".into(), read(&file(1))));
    for (what, bytes) in &wrong {
        fs::write(file(0), bytes).expect("written");
        let standings = sweep.standings();
        assert_eq!(standings[0], Standing::Left, "{what}");
        assert!(matches!(standings[1], Standing::Failed(_)), "{what}");
    }
    // It is tried again, and fails for the first time.
    let outcome = sweep.carry_out(&Listener::default()).expect("a sweep");
    assert_eq!(outcome.failures[0].times, 1);
    assert!(read(&file(0)) == whole);
}

#[test]
fn a_plan_that_is_not_the_sweeps_own_is_refused_and_made_again_from_the_spec() {
    let sweep = Sweep::done(RATES);
    sweep.collect(&Listener::default()).expect("a table");
    let (table, trained) = (sweep.table(), sweep.trained());
    let plan = sweep.root().join("plan.json");
    let whole = read(&plan);
    for (what, bytes) in damages(&whole) {
        fs::write(&plan, &bytes).expect("written");
        let before = content(sweep.root());
        for error in [
            Plan::find(sweep.root()).expect_err(&what),
            sweep.collect(&Listener::default()).expect_err(&what),
            sweep.carry_out(&Listener::default()).expect_err(&what),
        ] {
            assert!(matches!(error, StudyError::Damaged(_)), "{what}: {error}");
            assert!(
                error.to_string().contains("sweep.toml --out"),
                "{what}: {error}"
            );
        }
        assert!(content(sweep.root()) == before, "{what}");
    }
    let other = Sweep::of("[0.02, 0.2]");
    other.carry_out(&Listener::default()).expect("a sweep");
    fs::write(&plan, read(&other.root().join("plan.json"))).expect("written");
    let error = Plan::find(sweep.root()).expect_err("another sweep's");
    assert!(
        error.to_string().contains("is not the spec that plan.json"),
        "{error}"
    );
    let error = sweep
        .collect(&Listener::default())
        .expect_err("another sweep's");
    assert!(matches!(error, StudyError::Damaged(_)), "{error}");
    let error = sweep
        .carry_out(&Listener::default())
        .expect_err("another sweep's");
    assert!(
        error.to_string().contains("runs that the spec lacks"),
        "{error}"
    );

    // What is said to be done helps.
    fs::remove_file(&plan).expect("removed");
    let spec = Spec::read(&sweep.root().join("sweep.toml")).expect("a spec");
    let options = SweepOptions::default();
    carry_out(&sweep.folder, &spec, &options, &Listener::default()).expect("a sweep");
    assert!(read(&plan) == whole);
    assert!(sweep.table() == table);
    assert_eq!(sweep.trained(), trained, "nothing was trained again");
}

/// A plan whose checksum is right, of a run that would lie elsewhere, and a mark with an analysis that does.
#[test]
fn names_that_lead_out_of_a_sweep_are_refused() {
    let sweep = Sweep::done(RATES);
    let forge = |path: &Path, change: &dyn Fn(&mut serde_json::Value)| {
        let mut value: serde_json::Value = serde_json::from_slice(&read(path)).expect("JSON");
        value.as_object_mut().expect("an object").remove("sha256");
        change(&mut value);
        fs::write(path, seal_json(&value).expect("JSON")).expect("written");
    };
    let mark = sweep
        .folder
        .run(&sweep.spec.points[0].name)
        .join("sweep.json");
    let sound = read(&mark);
    forge(&mark, &|mark| {
        mark["analyses"][0]["file"] = "../../../a.json".into()
    });
    let notes = Listener::default();
    sweep.collect(&notes).expect("a table");
    assert!(notes.heard("which is no file below"), "{:?}", notes.0);
    fs::write(&mark, sound).expect("written");

    let plan = sweep.root().join("plan.json");
    for name in ["../away", "/tmp", "a/b", ""] {
        forge(&plan, &|plan| plan["runs"][0]["name"] = name.into());
        for error in [
            Plan::find(sweep.root()).expect_err(name),
            sweep.carry_out(&Listener::default()).expect_err(name),
        ] {
            assert!(matches!(error, StudyError::Damaged(_)), "{error}");
            let wanted = format!("a run {name:?}, which is no name of a folder");
            assert!(error.to_string().contains(&wanted), "{error}");
        }
    }
}

#[test]
fn a_spec_that_is_not_the_plans_is_said_and_written_again() {
    let sweep = Sweep::done(RATES);
    let spec = sweep.root().join("sweep.toml");
    let whole = read(&spec);
    let mut wrong = damages(&whole);
    wrong.push((
        "another sweep's".into(),
        Sweep::of("0.3").spec.text.into_bytes(),
    ));
    for (k, (what, bytes)) in wrong.iter().enumerate() {
        fs::write(&spec, bytes).expect("written");
        let error = Plan::find(sweep.root()).expect_err(what);
        assert!(
            error
                .to_string()
                .contains("sweep.toml is not the spec that"),
            "{what}: {error}"
        );
        assert!(sweep.collect(&Listener::default()).is_err(), "{what}");
        if k % 10 == 0 || k + 1 == wrong.len() {
            let listener = Listener::default();
            sweep.carry_out(&listener).expect("a sweep");
            assert!(listener.heard("was not the spec of the plan"), "{what}");
            assert!(read(&spec) == whole, "{what}");
        }
    }
}

#[test]
fn a_worker_is_named_by_its_own_whole_file_alone() {
    let sweep = Sweep::done(RATES);
    let run = sweep.run(0);
    fs::remove_file(run.join("sweep.json")).expect("removed");
    let lock = fs::File::create(run.join("run.lock")).expect("a file");
    lock.lock().expect("a lock");
    let signed = |name: &str| {
        let worker = BTreeMap::from([
            ("run", serde_json::json!(name)),
            ("host", serde_json::json!("here")),
            ("process", serde_json::json!(7)),
            ("since", serde_json::json!(1)),
        ]);
        seal_json(&worker).expect("JSON")
    };
    let whole = signed(&sweep.spec.points[0].name);
    let write = |bytes: &[u8]| fs::write(run.join("worker.json"), bytes).expect("written");
    write(&whole);
    match &sweep.standings()[0] {
        Standing::Running(Some(worker)) => assert_eq!(worker.process, 7),
        other => panic!("{other:?}"),
    }
    let mut wrong = damages(&whole);
    wrong.push(("the other run's".into(), signed(&sweep.spec.points[1].name)));
    for (what, bytes) in wrong {
        write(&bytes);
        assert_eq!(sweep.standings()[0], Standing::Running(None), "{what}");
    }
}

#[test]
fn a_folder_that_is_none_of_a_sweep_is_refused_and_left() {
    let sweep = Sweep::of(RATES);
    let root = sweep.root().to_owned();
    let refuse = |files: &[(&str, &str)]| {
        for (name, text) in files {
            let path = root.join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("written");
        }
        let before = content(&root);
        let error = sweep.carry_out(&Listener::default()).expect_err("foreign");
        assert!(
            error.to_string().contains(&*root.to_string_lossy()),
            "{error}"
        );
        assert!(content(&root) == before, "{files:?}");
        fs::remove_dir_all(&root).expect("removed");
    };
    refuse(&[("notes.txt", "mine")]);
    refuse(&[(".tmpAbCdEf", "mine")]);
    refuse(&[(".notes.partial", "mine")]);
    refuse(&[("plan.json", "{\"trip\": \"to the sea\"}")]);
    refuse(&[("plan.json", "{}"), ("runs/home.txt", "mine")]);
    refuse(&[("runs/today/run.lock", "mine")]);
    refuse(&[("sweep.toml", "brush = 1")]);
    refuse(&[("sweep.toml", &sweep.spec.text), ("notes.txt", "mine")]);
    refuse(&[("sweep.csv", "a,b")]);

    // What a killed process leaves before its plan is no obstacle.
    fs::create_dir_all(root.join("runs")).expect("a folder");
    fs::write(root.join("sweep.lock"), "").expect("written");
    fs::write(root.join(".hesscope-0123456789ab.partial"), "{").expect("written");
    let outcome = sweep.carry_out(&Listener::default()).expect("a sweep");
    assert_eq!(outcome.collected.done, 2);
    assert!(!root.join(".hesscope-0123456789ab.partial").exists());
}

#[test]
fn only_what_this_program_left_is_removed() {
    let sweep = Sweep::done(RATES);
    let folders = [sweep.root().to_owned(), sweep.root().join("failures")];
    for folder in &folders {
        for name in [
            ".hesscope-0123456789ab.partial",
            ".tmpAbCdEf",
            ".notes.partial",
        ] {
            fs::write(folder.join(name), "x").expect("written");
        }
    }
    sweep.collect(&Listener::default()).expect("a table");
    for folder in &folders {
        let left = [
            ".hesscope-0123456789ab.partial",
            ".tmpAbCdEf",
            ".notes.partial",
        ]
        .map(|name| folder.join(name).exists());
        assert_eq!(left, [false, true, true], "{}", folder.display());
    }
}

#[cfg(unix)]
#[test]
fn a_lock_that_is_a_link_is_refused_and_its_target_left() {
    let sweep = Sweep::done(RATES);
    let lock = sweep.root().join("sweep.lock");
    let precious = sweep.root().with_file_name("precious");
    fs::write(&precious, "precious").expect("written");
    fs::remove_file(&lock).expect("removed");
    std::os::unix::fs::symlink(&precious, &lock).expect("a link");
    let error = sweep.collect(&Listener::default()).expect_err("a link");
    assert!(matches!(error, StudyError::Lock(_)), "{error}");
    let error = sweep.carry_out(&Listener::default()).expect_err("a link");
    assert!(matches!(error, StudyError::Lock(_)), "{error}");
    assert_eq!(read(&precious), b"precious");
}

#[test]
fn processes_that_begin_at_once_take_no_other_for_a_stranger() {
    // The part of a sweep of two runs that has none of them: the folder is made and the table written, by all at once.
    let options = SweepOptions {
        shard: Some("3/3".parse().expect("a shard")),
        ..SweepOptions::default()
    };
    for _ in 0..400 {
        let sweep = Sweep::of("[0.01, 0.02]");
        let start = std::sync::Barrier::new(8);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    start.wait();
                    let ended =
                        carry_out(&sweep.folder, &sweep.spec, &options, &Listener::default());
                    let outcome = ended.unwrap_or_else(|error| panic!("{error}"));
                    assert_eq!((outcome.runs, outcome.collected.runs), (0, 2));
                });
            }
        });
    }
}
