//! The folder of dynamics: the runs of all sample sizes, the numbers, the figures and the page.

use std::path::Path;

use hesscope_records::Dynamics;
use hesscope_records::record::read;

use crate::error::StudyError;
use crate::fault::{Faults, Remedy};
use crate::folders::{entries, name};
use crate::manifest::MANIFEST;
use crate::run::require_ours;
use crate::shared_folder::SharedFolder;

/// The file of the numbers.
pub const FILE: &str = "dynamics.json";
/// The folder of the runs.
pub const RUNS: &str = "runs";

/// Such a folder.
pub static DYNAMICS: SharedFolder = SharedFolder {
    what: "dynamics",
    marks: &[FILE, MANIFEST],
    is_ours,
    lock: "dynamics.lock",
};

/// Runs, which are there before the numbers.
fn is_ours(path: &Path) -> Result<bool, StudyError> {
    let are_runs = || entries(path).map(|found| found.iter().all(|run| require_ours(run).is_ok()));
    if name(path) == RUNS && path.is_dir() {
        are_runs()
    } else {
        Ok(false)
    }
}

impl Faults {
    /// What is wrong with numbers, figures and page of dynamics, and which analyses are missing; none of the runs.
    pub fn of_dynamics(&mut self, root: &Path) {
        let path = root.join(FILE);
        let dynamics = match read::<Dynamics>(&path) {
            Ok(dynamics) => dynamics,
            Err(error) => return self.add(&path, error, Remedy::MakeAgain),
        };
        for cell in &dynamics.cells {
            for spectrum in &cell.spectra {
                let path = root.join(&cell.run).join(&spectrum.analysis);
                if !path.is_file() {
                    self.add(&path, "it is missing", Remedy::Heals);
                }
            }
        }
        self.of_manifest(root, MANIFEST, &dynamics.origin.key);
    }
}
