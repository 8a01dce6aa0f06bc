//! `plan.json`: every run of a sweep with its resolved settings, so that the folder alone says what belongs to it.

use std::fs;
use std::path::Path;

use hesscope_files::{is_below, sha256_hex};
use serde::{Deserialize, Serialize};

use super::folder::{PLAN, SPEC, SweepFolder};
use super::point::Point;
use super::spec::Spec;
use crate::error::StudyError;
use crate::observer::{Event, Observer};
use crate::sealed_file::read_sealed;
use crate::settings::differing;

/// The file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// SHA-256 of `sweep.toml`.
    spec_sha256: String,
    /// The runs, in order.
    pub runs: Vec<Point>,
}

impl Plan {
    /// The plan of the folder that `path` is, or of the folder that the spec `path` has by default.
    ///
    /// # Errors
    ///
    /// A folder that is none of a sweep, a plan that is not as it was written, and a `sweep.toml` that is not the plan's.
    pub fn find(path: &Path) -> Result<(SweepFolder, Self), StudyError> {
        let out = (!path.is_file()).then_some(path);
        let folder = SweepFolder::of(path, out);
        let plan = Self::read_whole(&folder)?;
        Ok((folder, plan))
    }

    /// The plan of a folder, which has one, and with it its spec.
    pub(super) fn read_whole(folder: &SweepFolder) -> Result<Self, StudyError> {
        let root = folder.root().display();
        let plan = Self::read(folder)?.ok_or_else(|| {
            StudyError::folder(format!(
                "{root} is not the folder of a sweep, since it has no {PLAN}: make one with `hesscope sweep SPEC.toml`"
            ))
        })?;
        if !plan.has_spec(folder) {
            return Err(StudyError::damaged(format!(
                "{root}/{SPEC} is not the spec that {PLAN} was made of, which was changed or is another sweep's: start \
                 again with the spec that is meant, as in `hesscope sweep SPEC.toml --out {root}`"
            )));
        }
        Ok(plan)
    }

    /// SHA-256 of the spec.
    pub(super) fn spec_sha256(&self) -> &str {
        &self.spec_sha256
    }

    fn has_spec(&self, folder: &SweepFolder) -> bool {
        fs::read(folder.root().join(SPEC)).is_ok_and(|text| sha256_hex(&text) == self.spec_sha256)
    }

    /// The plan of a folder, if it has one.
    fn read(folder: &SweepFolder) -> Result<Option<Self>, StudyError> {
        let read = read_sealed(&folder.root().join(PLAN)).and_then(|plan: Option<Self>| {
            let mut names = plan.iter().flat_map(|plan| &plan.runs);
            match names.find(|run| !is_name(&run.name)) {
                Some(run) => Err(format!(
                    "it has a run {:?}, which is no name of a folder",
                    run.name
                )),
                None => Ok(plan),
            }
        });
        read.map_err(|reason| {
            let root = folder.root().display();
            StudyError::damaged(format!(
                "{root}/{PLAN} is not as hesscope wrote it ({reason}): if the folder is a sweep's, delete the file and \
                 start again with `hesscope sweep {root}/{SPEC} --out {root}`, which makes it again; otherwise choose \
                 another folder"
            ))
        })
    }

    /// Makes a spec the folder's. One that the folder has already may gain runs, operators and splits and nothing else.
    pub(super) fn settle(
        folder: &SweepFolder,
        spec: &Spec,
        observer: &dyn Observer,
    ) -> Result<(), StudyError> {
        // A folder that is none of a sweep is left as it is.
        if Self::read(folder)?.is_none()
            && let Err(error) = folder.require_new(&spec.text)
            // Another process may have written the plan between the two looks; it comes before everything else.
            && Self::read(folder)?.is_none()
        {
            return Err(error);
        }
        folder.make()?;
        let held = folder.hold()?;
        let plan = Plan {
            spec_sha256: sha256_hex(spec.text.as_bytes()),
            runs: spec.points.clone(),
        };
        let earlier = Self::read(folder)?;
        if let Some(earlier) = &earlier {
            if *earlier == plan && plan.has_spec(folder) {
                return Ok(());
            }
            earlier.require_in(&plan, folder)?;
            if !earlier.has_spec(folder) && !plan.has_spec(folder) {
                let path = folder.root().join(SPEC);
                observer.event(Event::Note(&format!(
                    "{} was not the spec of the plan: it is written again",
                    path.display()
                )));
            }
        }
        // The plan comes first: a spec without a plan is one whose plan was lost.
        if earlier.as_ref() != Some(&plan) {
            held.write_json(&held.root().join(PLAN), &plan)?;
        }
        held.write(SPEC, spec.text.as_bytes())?;
        Ok(())
    }

    /// Refuses a later plan that lacks something of this one.
    fn require_in(&self, later: &Plan, folder: &SweepFolder) -> Result<(), StudyError> {
        let root = folder.root().display();
        let mut lost = Vec::new();
        for run in &self.runs {
            let Some(now) = later.runs.iter().find(|now| now.name == run.name) else {
                lost.push(run.name.as_str());
                continue;
            };
            let keys = changed(run, now)?;
            if !keys.is_empty() {
                return Err(StudyError::folder(format!(
                    "{root} holds a sweep whose run {} has another {}: choose another --out, or the settings of its \
                     {SPEC}",
                    run.name,
                    keys.join(", ")
                )));
            }
        }
        let more = match lost.len() {
            0 => return Ok(()),
            1..=3 => String::new(),
            all => format!(" and {} more", all - 3),
        };
        lost.truncate(3);
        Err(StudyError::folder(format!(
            "{root} holds a sweep with runs that the spec lacks ({}{more}): choose another --out, or put them back as in \
             its {SPEC}",
            lost.join(", ")
        )))
    }
}

/// The keys in which a later form of a run is not the earlier one with more operators or splits.
fn changed(earlier: &Point, later: &Point) -> Result<Vec<String>, StudyError> {
    fn grown<T: Clone + PartialEq>(had: &[T], has: &mut Vec<T>) {
        if had.iter().all(|one| has.contains(one)) {
            *has = had.to_vec();
        }
    }
    let (earlier, mut later) = (earlier.essence(), later.essence());
    grown(&earlier.analysis.operators, &mut later.analysis.operators);
    grown(&earlier.analysis.splits, &mut later.analysis.splits);
    differing(&earlier, &later)
}

/// Whether a folder of this name is one of the sweep's runs, and none elsewhere.
fn is_name(name: &str) -> bool {
    is_below(name) && !name.contains(['/', '\\'])
}
