//! Folders in which nothing may be written: by their rights, for an ordinary user, and by a mount.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::choice::Choice;
use crate::jobs::{JOBS, Job};
use crate::judge::settle;
use crate::place::Place;
use crate::program::{Ran, Started, by_way_of, program_of};
use crate::tally::Tally;

/// All folders from this one down.
fn folders(root: &Path) -> Vec<PathBuf> {
    let mut found = vec![root.to_path_buf()];
    let mut next = 0;
    while let Some(folder) = found.get(next).cloned() {
        let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
        let mut below: Vec<PathBuf> = entries
            .map(|entry| entry.path())
            .filter(|path| path.is_dir())
            .collect();
        below.sort();
        found.extend(below);
        next += 1;
    }
    found
}

fn set(folder: &Path, folders_mode: u32, files_mode: u32) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_file() {
            let _ = fs::set_permissions(entry.path(), Permissions::from_mode(files_mode));
        }
    }
    fs::set_permissions(folder, Permissions::from_mode(folders_mode)).expect("rights");
}

pub fn inject(mut choice: Choice, count: usize) -> Tally {
    let mut tally = Tally::default();
    let superuser = fs::metadata("/proc/self").is_ok_and(|found| found.uid() == 0);
    let place = Place::new();
    for fault in 0..count {
        let job = &JOBS[fault % JOBS.len()];
        place.lay(job.before);
        let all = folders(&place.work());
        let folder = choice.of(&all);
        let mount = superuser && choice.below(2) == 0;
        let ran = if mount {
            mounted(&place, job, folder)
        } else {
            Some(without_rights(&place, job, &all, folder, superuser))
        };
        let Some(ran) = ran else {
            eprintln!(
                "a folder that is mounted to be read is left out, since nothing can be mounted"
            );
            continue;
        };
        let how = if mount {
            "read-only mount"
        } else {
            "no right to write"
        };
        let case = format!(
            "fault {fault}, {}",
            place.plain(&folder.display().to_string())
        );
        let outcome = settle(&place, job, &ran, &mut tally);
        tally.add(how, job.name, &case, outcome);
    }
    tally
}

/// Runs the command as a user who may write everywhere but in this folder; then everybody may.
fn without_rights(
    place: &Place,
    job: &Job,
    all: &[PathBuf],
    folder: &Path,
    superuser: bool,
) -> Ran {
    for folder in all {
        set(folder, 0o777, 0o666);
    }
    set(folder, 0o555, 0o444);
    let user = ["setpriv", "--reuid=54321", "--clear-groups"].map(str::to_owned);
    let user = if superuser { &user[..] } else { &[] };
    // The program itself must be where this user may read it.
    let ran = if superuser {
        let program = crate::place::open_copy(&program_of(&place.arguments(job)));
        let mut command = Command::new(&user[0]);
        command
            .args(&user[1..])
            .arg(program)
            .args(place.arguments(job))
            .env("RAYON_NUM_THREADS", "2");
        Started::new(command).end()
    } else {
        Started::new(by_way_of(user, &place.arguments(job))).end()
    };
    set(folder, 0o777, 0o666);
    ran
}

/// Runs the command with this folder mounted over itself, to be read only.
fn mounted(place: &Place, job: &Job, folder: &Path) -> Option<Ran> {
    let mount = |words: &[&str]| {
        let output = Command::new("mount")
            .args(words)
            .arg(folder)
            .arg(folder)
            .output();
        output.is_ok_and(|output| output.status.success())
    };
    if !mount(&["--bind"]) {
        return None;
    }
    let read_only = Command::new("mount")
        .args(["-o", "remount,bind,ro"])
        .arg(folder)
        .output();
    let ran = read_only
        .is_ok_and(|output| output.status.success())
        .then(|| place.run(job));
    let _ = Command::new("umount").arg("-l").arg(folder).output();
    ran
}
