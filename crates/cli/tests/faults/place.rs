//! Where commands are disturbed: a folder that is laid out anew for each fault, and what an undisturbed command makes of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use tempfile::TempDir;

use crate::jobs::{Before, JOBS, Job};
use crate::program::{Ran, Started, hesscope, run};
use crate::results::{Results, files, printed, results};
use crate::server;
use crate::settings::{RUN, SEARCH, SWEEP};

/// What an undisturbed command makes.
pub struct Undisturbed {
    pub results: Results,
    pub printed: String,
    pub duration: Duration,
}

/// What all places share.
pub struct Base {
    dir: TempDir,
    undisturbed: Mutex<BTreeMap<&'static str, Arc<Undisturbed>>>,
}

/// The settings and the folders that commands begin with, made once.
pub fn base() -> &'static Base {
    static BASE: OnceLock<Base> = OnceLock::new();
    BASE.get_or_init(|| {
        let base = Base {
            dir: tempfile::tempdir().expect("a folder"),
            undisturbed: Mutex::default(),
        };
        open_to_all(base.dir.path());
        let config = base.config();
        fs::create_dir(&config).expect("a folder");
        let search = RUN.replace("[train]\n", SEARCH);
        for (name, text) in [
            ("run.toml", RUN),
            ("search.toml", &search),
            ("sweep.toml", &SWEEP.replace("SEEDS", "3, 9")),
            ("sweep-4.toml", &SWEEP.replace("SEEDS", "4, 8")),
        ] {
            fs::write(config.join(name), text).expect("settings");
        }
        for seed in ["3", "4"] {
            base.make(seed);
        }
        base
    })
}

impl Base {
    /// The folder of the settings.
    pub fn config(&self) -> PathBuf {
        self.dir.path().join("config")
    }

    /// What a command finds; with seed 4 the same of other runs.
    pub fn found(&self, before: Before, seed: &str) -> PathBuf {
        self.dir.path().join(format!("{before:?}-{seed}"))
    }

    /// Makes all that commands find.
    fn make(&self, seed: &str) {
        let config = |name: &str| self.config().join(name).display().to_string();
        let trained = self.found(Before::Trained, seed);
        let at = |before: Before, name: &str| {
            let path = self.found(before, seed).join(name);
            path.display().to_string()
        };
        let make = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            let ran = run(&words);
            assert_eq!(ran.code(), 0, "{words:?}: {}", ran.stderr);
        };
        let run = at(Before::Trained, "run");
        make(&[
            "train",
            "--config",
            &config("run.toml"),
            "--seed",
            seed,
            "--out",
            &run,
        ]);
        let interrupted = self.found(Before::Interrupted, seed);
        copy(&trained, &interrupted);
        interrupt(&interrupted.join("run"));
        copy(&trained, &self.found(Before::Figures, seed));
        let (run, out) = (at(Before::Figures, "run"), at(Before::Figures, "figures"));
        make(&["figure", "spectra", &run, "--out", &out]);
        make(&["figure", "class-means", &run, "--out", &out]);

        let run = at(Before::Whole, "run");
        make(&[
            "run",
            "--config",
            &config("search.toml"),
            "--seed",
            seed,
            "--out",
            &run,
        ]);
        make(&["overlaps", &run]);
        make(&["eigenvalues", &run, "--top", "3"]);
        make(&[
            "findings",
            &run,
            "--energy-probes",
            "2",
            "--law-steps",
            "32",
        ]);
        let aside = self.dir.path().join("aside").display().to_string();
        make(&["figure", "class-means", &run, "--out", &aside]);
        make(&["report", &run]);

        let spec = config(if seed == "3" {
            "sweep.toml"
        } else {
            "sweep-4.toml"
        });
        make(&["sweep", &spec, "--out", &at(Before::Sweep, "sweep")]);
        let dynamics = JOBS.iter().find(|job| job.name == "dynamics").expect("it");
        let mut words = dynamics.arguments(&self.found(Before::Dynamics, seed), &self.config(), "");
        for word in &mut words {
            if word == "3" {
                *word = seed.to_owned();
            }
        }
        make(&words.iter().map(String::as_str).collect::<Vec<_>>());
    }

    /// What a command makes that nothing disturbs.
    pub fn undisturbed(&self, job: &Job) -> Arc<Undisturbed> {
        let mut all = self.undisturbed.lock().expect("no panic before");
        let made = all.entry(job.name).or_insert_with(|| {
            let place = Place::new();
            place.lay(job.before);
            let ran = place.run(job);
            assert_eq!(ran.code(), 0, "{}: {}", job.name, ran.stderr);
            Arc::new(Undisturbed {
                results: results(&place.work()),
                printed: place.plain(&printed(&ran.stdout)),
                duration: ran.duration,
            })
        });
        made.clone()
    }
}

/// A folder that is laid out anew for each fault.
pub struct Place {
    dir: TempDir,
}

impl Place {
    /// An empty one, which other users may enter.
    pub fn new() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        open_to_all(dir.path());
        Place { dir }
    }

    /// The folder that holds the other.
    pub fn above(&self) -> &Path {
        self.dir.path()
    }

    /// The folder in which commands work.
    pub fn work(&self) -> PathBuf {
        self.dir.path().join("work")
    }

    /// Lays out what a command finds.
    pub fn lay(&self, before: Before) {
        self.clear();
        fs::create_dir_all(self.work()).expect("a folder");
        if before != Before::Nothing {
            copy(&base().found(before, "3"), &self.work());
        }
    }

    /// Removes all of it; a folder that is mounted is emptied.
    pub fn clear(&self) {
        for entry in fs::read_dir(self.work()).into_iter().flatten().flatten() {
            let path = entry.path();
            let removed = if path.is_dir() {
                fs::remove_dir_all(&path)
            } else {
                fs::remove_file(&path)
            };
            removed.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        }
    }

    /// The arguments of a command here.
    pub fn arguments(&self, job: &Job) -> Vec<String> {
        job.arguments(&self.work(), &base().config(), &server::address())
    }

    /// Runs a command to its end.
    pub fn run(&self, job: &Job) -> Ran {
        run(&self.arguments(job))
    }

    /// Runs a command again to its end, after this.
    pub fn run_again(&self, job: &Job, earlier: &Ran) -> Ran {
        if earlier.code() != 1 {
            return self.run(job);
        }
        run(&job.repeated(&self.work(), &base().config(), &server::address()))
    }

    /// A text without the path of this place, and without the port of the server.
    pub fn plain(&self, text: &str) -> String {
        text.replace(&self.work().display().to_string(), "WORK")
            .replace(&self.above().display().to_string(), "ABOVE")
            .replace(&server::address(), "MIRROR")
    }
}

/// Lets every user read a folder.
fn open_to_all(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).expect("rights");
}

/// A copy of a program that every user may start.
pub fn open_copy(program: &str) -> PathBuf {
    static COPIES: Mutex<BTreeMap<String, PathBuf>> = Mutex::new(BTreeMap::new());
    let mut copies = COPIES.lock().expect("no panic before");
    let number = copies.len();
    let made = copies.entry(program.to_owned()).or_insert_with(|| {
        let path = base().dir.path().join(format!("program-{number}"));
        fs::copy(program, &path).expect("a copy");
        open_to_all(&path);
        path
    });
    made.clone()
}

/// Ends a spectrum of this run in the middle of its estimation, at a moment that it is not too quick for.
fn interrupt(run: &Path) {
    let path = run.display().to_string();
    for moment in 1.. {
        let words = ["spectrum", &path, "--operator", "hess"].map(str::to_owned);
        let mut started = Started::new(hesscope(&words));
        started.kill_after(|| !files(&run.join("partial")).is_empty(), moment);
        started.end();
        if files(&run.join("partial")).len() > 1 {
            return;
        }
        assert!(moment < 200, "no estimation is left in the middle");
        let _ = fs::remove_dir_all(run.join("analysis"));
        let _ = fs::remove_dir_all(run.join("eigenvectors"));
    }
}

/// Copies a folder with all below it.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("a copy");
        }
    }
}
