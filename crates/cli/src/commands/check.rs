//! `hesscope check`: whether the folder of a run, or of a sweep, is whole.

use std::path::{Path, PathBuf};
use std::{fs, io, slice};

use hesscope_study::run::check;

use crate::failure::Failure;
use crate::output::{print, tell};

/// Which folder.
#[derive(Debug, clap::Args)]
pub struct CheckOptions {
    /// Folder of a run, or of a sweep
    #[arg(value_name = "RUN|SWEEP")]
    folder: PathBuf,
}

/// Prints what is wrong; fails with exit code 1 where something is.
pub fn run(options: &CheckOptions) -> Result<(), Failure> {
    let root = options.folder.display();
    let sweep = runs_of_sweep(&options.folder)?;
    let runs = sweep.as_deref().unwrap_or(slice::from_ref(&options.folder));
    let mut faults = 0;
    for run in runs {
        for fault in check(run)? {
            print(format_args!(
                "{}: {}; {}",
                fault.path.display(),
                fault.wrong,
                fault.remedy.words()
            ));
            faults += 1;
        }
    }
    match faults {
        0 => {
            let what =
                sweep.map_or_else(String::new, |runs| format!(" and its {} runs", runs.len()));
            tell(format_args!("all is well in {root}{what}"));
            Ok(())
        }
        1 => Err(Failure::negative(format!(
            "1 file in {root} is not as it should be"
        ))),
        _ => Err(Failure::negative(format!(
            "{faults} files in {root} are not as they should be"
        ))),
    }
}

/// The folders of the runs of a sweep that were begun, by name; none of a folder that is none of a sweep.
fn runs_of_sweep(root: &Path) -> Result<Option<Vec<PathBuf>>, Failure> {
    let folder = root.join("runs");
    if !root.join("plan.json").is_file() || !folder.is_dir() {
        return Ok(None);
    }
    let unreadable =
        |error: io::Error| Failure::new(format!("cannot read {}: {error}", folder.display()));
    let mut runs = Vec::new();
    for entry in fs::read_dir(&folder).map_err(unreadable)? {
        let run = entry.map_err(unreadable)?.path();
        if run.join("run.toml").is_file() {
            runs.push(run);
        }
    }
    runs.sort();
    Ok(Some(runs))
}
