//! Whether what a sweep's folder holds beside its runs is whole: the plan, the marks of finished runs, failures, the table.

use std::path::Path;

use serde::de::IgnoredAny;

use super::finished::Finished;
use super::folder::{FAILURES, PLAN, SweepFolder, TABLE};
use super::plan::Plan;
use crate::error::StudyError;
use crate::fault::{Faults, Remedy};
use crate::folders::entries;
use crate::sealed_file::read_sealed;

impl Faults {
    /// What is wrong in the folder of a sweep but for its runs, whose faults are known already.
    ///
    /// # Errors
    ///
    /// A folder that cannot be read.
    pub(crate) fn of_sweep(&mut self, root: &Path) -> Result<(), StudyError> {
        let folder = SweepFolder::of(root, Some(root));
        let plan = match Plan::read_whole(&folder) {
            Ok(plan) => plan,
            Err(error) => {
                self.add(&root.join(PLAN), error, Remedy::MakeAgain);
                return Ok(());
            }
        };
        for point in &plan.runs {
            let wrong = match Finished::read(&folder, point) {
                Ok(None) => continue,
                Ok(Some(mark)) => mark
                    .analyses(&folder, point)
                    .err()
                    .map(|error| error.to_string()),
                Err(reason) => Some(reason),
            };
            let known = |wrong: &String| {
                let mut paths = self.0.iter().map(|fault| fault.path.display().to_string());
                paths.any(|path| wrong.contains(&path))
            };
            if let Some(wrong) = wrong.filter(|wrong| !known(wrong)) {
                self.add(&Finished::path(&folder, point), wrong, Remedy::MakeAgain);
            }
        }
        for path in entries(&root.join(FAILURES))? {
            if let Err(reason) = read_sealed::<IgnoredAny>(&path) {
                let wrong = format!("it does not say what the run failed of ({reason})");
                self.add(&path, wrong, Remedy::MakeAgain);
            }
        }
        self.of_manifest(root, TABLE, plan.spec_sha256());
        Ok(())
    }
}
