//! Whether all that a folder holds is whole and belongs together: that of a run, of a sweep, of dynamics, or of figures.

use std::path::Path;

use crate::error::StudyError;
use crate::fault::{Fault, Faults};
use crate::folders::entries;
use crate::run::{self, RunFile};
use crate::{dynamics, figures, sweep};

/// What a check has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// How many runs there are below the folder, unless it is itself a run's.
    pub runs: Option<usize>,
    /// Everything wrong.
    pub faults: Vec<Fault>,
}

/// Everything wrong in a folder: files that are damaged, missing, or of another run, checkpoint or data set.
///
/// Nothing is changed, and no lock is needed.
///
/// # Errors
///
/// A folder that is none of these, or that cannot be read.
pub fn check(root: &Path) -> Result<Checked, StudyError> {
    let has = |name| root.join(name).is_file();
    if RunFile::path(root).is_file() {
        return of_run(root);
    }
    let mut faults = Faults::default();
    let runs = if has(dynamics::FILE) {
        faults.of_dynamics(root);
        Some(dynamics::RUNS)
    } else if has(sweep::PLAN) {
        Some(sweep::RUNS)
    } else if figures::has_figure(root) {
        faults.of_figures(root);
        None
    } else {
        return of_run(root);
    };
    let mut count = 0;
    for run in runs.map_or(Ok(Vec::new()), |runs| entries(&root.join(runs)))? {
        if RunFile::path(&run).is_file() {
            faults.0.extend(run::check(&run)?);
            count += 1;
        }
    }
    if !has(dynamics::FILE) && has(sweep::PLAN) {
        faults.of_sweep(root)?;
    }
    Ok(Checked {
        runs: runs.map(|_| count),
        faults: faults.0,
    })
}

fn of_run(root: &Path) -> Result<Checked, StudyError> {
    Ok(Checked {
        runs: None,
        faults: run::check(root)?,
    })
}
