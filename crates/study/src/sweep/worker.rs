//! `worker.json` in the folder of a run: who is at work on it.
//!
//! It is for the reader only. Whether somebody is at work is a question of the lock of the folder, which the system drops
//! with its process.

use std::fs::{self, File, TryLockError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::folder::SweepFolder;
use super::point::Point;
use crate::error::StudyError;
use crate::run::{LOCK, RunFolder};
use crate::sealed_file::read_sealed;

/// Name of the file.
const WORKER: &str = "worker.json";

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Worker {
    /// The run.
    run: String,
    /// The machine, where it has a name.
    pub host: Option<String>,
    /// The process on it.
    pub process: u32,
    /// Seconds of the clock since 1970 at which it began.
    since: u64,
}

impl Worker {
    /// Says that this process is at work.
    pub(super) fn sign(run: &RunFolder, point: &Point) -> Result<(), StudyError> {
        let worker = Worker {
            run: point.name.clone(),
            host: host(),
            process: std::process::id(),
            since: now(),
        };
        run.write_json(WORKER, &worker)
    }

    /// Takes that back. Best effort: without the lock it means nothing.
    pub(super) fn leave(run: &RunFolder) {
        let _ = fs::remove_file(run.root().join(WORKER));
    }

    /// Whether somebody is at work on a run, and who, where that is known.
    pub(super) fn at_work(folder: &SweepFolder, point: &Point) -> Option<Option<Self>> {
        let root = folder.run(&point.name);
        let path = root.join(LOCK);
        fs::symlink_metadata(&path)
            .ok()
            .filter(|about| about.is_file())?;
        // Shared, so that two who ask do not take each other for workers.
        match File::open(path).ok()?.try_lock_shared() {
            Err(TryLockError::WouldBlock) => {}
            _ => return None,
        }
        let worker: Option<Worker> = read_sealed(&root.join(WORKER)).ok().flatten();
        Some(worker.filter(|worker| worker.run == point.name))
    }

    /// How long it has been at work, by the clocks of both machines.
    pub fn duration(&self) -> Duration {
        Duration::from_secs(now().saturating_sub(self.since))
    }
}

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

/// The machine's name, where the system tells.
fn host() -> Option<String> {
    ["/proc/sys/kernel/hostname", "/etc/hostname"]
        .iter()
        .find_map(|path| fs::read_to_string(path).ok())
        .or_else(|| std::env::var("HOSTNAME").ok())
        .or_else(|| std::env::var("COMPUTERNAME").ok())
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
}
