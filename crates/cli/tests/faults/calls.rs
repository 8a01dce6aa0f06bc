//! Calls of the system that fail: the n-th of some kind, or all from the n-th on.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;

use tempfile::TempDir;

use crate::choice::Choice;
use crate::jobs::{JOBS, Job};
use crate::judge::settle;
use crate::place::Place;
use crate::program::{PROGRAM, Ran, Started, program_of};
use crate::tally::Tally;

/// All kinds of calls that change what is on the disk.
pub const CHANGES: &str = "fsync,rename,lock,create,folder,remove,write";

/// A kind of call, and the errors that it is met with: their names and numbers.
const FAULTS: [(&str, &[(&str, i32)]); 8] = [
    ("fsync", &[("EIO", 5), ("ENOSPC", 28)]),
    ("rename", &[("EIO", 5), ("ENOSPC", 28), ("EACCES", 13)]),
    ("lock", &[("ENOLCK", 37), ("EIO", 5)]),
    ("create", &[("EACCES", 13), ("EMFILE", 24), ("ENOSPC", 28)]),
    ("folder", &[("ENOSPC", 28), ("EDQUOT", 122)]),
    ("remove", &[("EIO", 5), ("EACCES", 13)]),
    ("write", &[("EIO", 5), ("ENOSPC", 28), ("EINTR", 4)]),
    ("read", &[("EIO", 5), ("EINTR", 4)]),
];

/// The program that lets calls fail.
pub struct Calls {
    dir: TempDir,
    counts: Mutex<BTreeMap<(&'static str, String), usize>>,
}

impl Calls {
    /// Compiles it; none where the system or the surroundings do not allow it, which is said.
    pub fn new() -> Option<Self> {
        let dir = tempfile::tempdir().expect("a folder");
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/faults/calls.c");
        let compiled = Command::new("cc")
            .args(["-O1", "-o"])
            .arg(dir.path().join("calls"))
            .arg(source)
            .output();
        let why = match compiled {
            Err(error) => format!("there is no cc ({error})"),
            Ok(output) if !output.status.success() => {
                String::from_utf8_lossy(&output.stderr).into_owned()
            }
            Ok(_) => {
                let calls = Calls {
                    dir,
                    counts: Mutex::default(),
                };
                let tried = Command::new(calls.program())
                    .args(["fsync", "0", "5", "/"])
                    .arg(calls.report())
                    .args([PROGRAM, "--version"])
                    .output()
                    .expect("it starts");
                if tried.status.success() {
                    return Some(calls);
                }
                String::from_utf8_lossy(&tried.stderr).into_owned()
            }
        };
        eprintln!("calls that fail are left out: {why}");
        None
    }

    fn program(&self) -> PathBuf {
        self.dir.path().join("calls")
    }

    fn report(&self) -> PathBuf {
        self.dir.path().join("report")
    }

    /// Runs a command with its n-th call, on a path of the place, met with what `what` says.
    pub fn run(&self, place: &Place, job: &Job, kinds: &str, nth: usize, what: &str) -> Ran {
        let arguments = place.arguments(job);
        let mut command = Command::new(self.program());
        command
            .args([kinds, &nth.to_string(), what])
            .arg(place.work())
            .arg(self.report())
            .arg(program_of(&arguments))
            .args(&arguments)
            .env("RAYON_NUM_THREADS", "2");
        Started::new(command).end()
    }

    /// How many such calls the undisturbed command makes. The place is laid out anew.
    pub fn count(&self, place: &Place, job: &Job, kinds: &str) -> usize {
        let mut counts = self.counts.lock().expect("no panic before");
        let key = (job.name, kinds.to_owned());
        if let Some(count) = counts.get(&key) {
            return *count;
        }
        let aside = Place::new();
        aside.lay(job.before);
        let ran = self.run(&aside, job, kinds, 0, "0");
        assert_eq!(ran.code(), 0, "{} {kinds}: {}", job.name, ran.stderr);
        let _ = place;
        let report = fs::read_to_string(self.report()).expect("a report");
        let count = report.lines().find_map(|line| line.strip_prefix("calls "));
        let count = count.and_then(|count| count.parse().ok());
        let count = count.unwrap_or_else(|| panic!("{report}"));
        counts.insert(key, count);
        count
    }

    /// The file of the call that was met, if one was.
    pub fn hit(&self, place: &Place) -> String {
        let report = fs::read_to_string(self.report()).unwrap_or_default();
        match report.lines().find_map(|line| line.strip_prefix("hit ")) {
            Some(hit) => format!(" ({})", place.plain(hit)),
            None => String::new(),
        }
    }
}

pub fn inject(mut choice: Choice, count: usize) -> Tally {
    let mut tally = Tally::default();
    let Some(calls) = Calls::new() else {
        return tally;
    };
    let place = Place::new();
    for fault in 0..count {
        let job = choice.of(&JOBS);
        let (kind, errors) = &FAULTS[fault % FAULTS.len()];
        let all = calls.count(&place, job, kind);
        if all == 0 {
            continue;
        }
        let (name, error) = choice.of(errors);
        let nth = 1 + choice.below(all);
        // A call that is interrupted is made again, for ever if it always is.
        let all_after = *name != "EINTR" && choice.below(3) == 0;
        place.lay(job.before);
        let sign = if all_after { "+" } else { "" };
        let ran = calls.run(&place, job, kind, nth, &format!("{sign}{error}"));
        let hit = calls.hit(&place);
        let from = if all_after { "from " } else { "" };
        let case = format!("fault {fault}, {name} {from}at call {nth} of {all}{hit}");
        let outcome = settle(&place, job, &ran, &mut tally);
        tally.add(&format!("{kind} fails"), job.name, &case, outcome);
    }
    tally
}
