//! Disks that are full at a random size, and a limit on the size of files.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::choice::Choice;
use crate::jobs::JOBS;
use crate::judge::settle;
use crate::place::{Place, base};
use crate::program::{Started, by_way_of};
use crate::results::files;
use crate::tally::Tally;

/// A disk in memory, mounted until this is dropped.
struct Disk<'a> {
    at: &'a Path,
}

impl<'a> Disk<'a> {
    /// Mounts it; says why where it cannot be.
    fn new(at: &'a Path) -> Result<Self, String> {
        let output = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=64m", "hesscope-faults"])
            .arg(at)
            .output();
        match output {
            Ok(output) if output.status.success() => Ok(Disk { at }),
            Ok(output) => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Gives it another size, in KiB.
    fn resize(&self, kib: usize) -> bool {
        let size = format!("remount,size={kib}k");
        let output = Command::new("mount")
            .args(["-o", &size])
            .arg(self.at)
            .output();
        output.is_ok_and(|output| output.status.success())
    }
}

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.at).output();
    }
}

/// What these files take on a disk of pages, in KiB.
fn taken(folder: &Path) -> usize {
    files(folder)
        .values()
        .map(|bytes| 4 * bytes.len().div_ceil(4096))
        .sum()
}

pub fn inject(mut choice: Choice, count: usize) -> Tally {
    let mut tally = Tally::default();
    let place = Place::new();
    let work = place.work();
    fs::create_dir_all(&work).expect("a folder");
    let disk = Disk::new(&work);
    if let Err(why) = &disk {
        eprintln!("full disks are left out, since none can be mounted: {why}");
    }
    for fault in 0..count {
        let job = &JOBS[fault % JOBS.len()];
        let mounted = disk.as_ref().ok().filter(|_| choice.below(2) == 0);
        let name = match mounted {
            Some(_) => "disk full",
            None => "file size limited",
        };
        let undisturbed = base().undisturbed(job);
        let (ran, case) = if let Some(disk) = mounted {
            assert!(disk.resize(64 << 10), "the disk grows");
            place.lay(job.before);
            let before = taken(&work);
            let after: usize = undisturbed
                .results
                .values()
                .map(|bytes| 4 * bytes.len().div_ceil(4096))
                .sum();
            let size = before + 8 + (choice.share() * after.saturating_sub(before) as f64) as usize;
            assert!(disk.resize(size), "the disk shrinks to {size} KiB");
            let ran = place.run(job);
            assert!(disk.resize(64 << 10), "the disk grows");
            (ran, format!("fault {fault}, {size} KiB after {before}"))
        } else {
            place.lay(job.before);
            let largest = undisturbed
                .results
                .values()
                .map(Vec::len)
                .max()
                .unwrap_or(0);
            // Small limits are met by more files.
            let size = (choice.share().powi(3) * largest as f64) as usize;
            // With the signal ignored, as many programs do, writing fails; otherwise it ends the process.
            let trap = if choice.below(4) == 0 {
                ""
            } else {
                "trap '' XFSZ; "
            };
            let script = format!("{trap}exec prlimit --core=0 --fsize={size} \"$0\" \"$@\"");
            let shell = ["sh".to_owned(), "-c".to_owned(), script];
            let ran = Started::new(by_way_of(&shell, &place.arguments(job))).end();
            (
                ran,
                format!("fault {fault}, files of {size} bytes, {trap:?}"),
            )
        };
        let outcome = settle(&place, job, &ran, &mut tally);
        tally.add(name, job.name, &case, outcome);
    }
    tally
}
