//! `plan.json`: every run of a sweep with its resolved settings, so that the folder alone says what belongs to it.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::folder::{SPEC, SweepFolder};
use super::points::Point;
use super::spec::Spec;
use crate::failure::Failure;
use crate::folder::sha256;
use crate::run::differing;

/// Name of the file.
const PLAN: &str = "plan.json";

/// Version of its schema.
const SCHEMA: u32 = 1;

/// The file.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    schema: u32,
    /// SHA-256 of `sweep.toml`.
    spec_sha256: String,
    /// The runs, in order.
    pub runs: Vec<Point>,
}

impl Plan {
    /// The plan of the folder that `path` is, or of the folder that the spec `path` has by default.
    pub fn find(path: &Path) -> Result<(SweepFolder, Self), Failure> {
        let folder = if path.is_file() {
            SweepFolder::of(path, None)
        } else {
            SweepFolder::of(path, Some(path))
        };
        let plan = Self::read(&folder)?.ok_or_else(|| {
            Failure::new(format!(
                "{} is not the folder of a sweep, since it has no {PLAN}: make one with `hesscope sweep SPEC.toml`",
                folder.root().display()
            ))
        })?;
        Ok((folder, plan))
    }

    /// The plan of a folder, if it has one.
    pub fn read(folder: &SweepFolder) -> Result<Option<Self>, Failure> {
        let path = folder.root().join(PLAN);
        let wrong = |reason: String| {
            Failure::new(format!(
                "{} does not read ({reason}): delete it, and start again with the folder's {SPEC}",
                path.display()
            ))
        };
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(wrong(error.to_string())),
        };
        let plan: Plan = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        if plan.schema != SCHEMA {
            return Err(wrong(format!(
                "its schema is {}, not {SCHEMA}",
                plan.schema
            )));
        }
        Ok(Some(plan))
    }

    /// Makes a spec the folder's. One that the folder has already may gain runs, operators and splits and nothing else.
    pub fn settle(folder: &SweepFolder, spec: &Spec) -> Result<(), Failure> {
        folder.make()?;
        let held = folder.hold()?;
        let plan = Plan {
            schema: SCHEMA,
            spec_sha256: sha256(spec.text.as_bytes()),
            runs: spec.points.clone(),
        };
        if let Some(earlier) = Self::read(folder)? {
            if earlier.runs == plan.runs && earlier.spec_sha256 == plan.spec_sha256 {
                return Ok(());
            }
            earlier.require_in(&plan, folder)?;
        }
        held.write(SPEC, spec.text.as_bytes())?;
        held.write(PLAN, &serde_json::to_vec_pretty(&plan)?)?;
        Ok(())
    }

    /// Refuses a later plan that lacks something of this one.
    fn require_in(&self, later: &Plan, folder: &SweepFolder) -> Result<(), Failure> {
        let root = folder.root().display();
        let mut lost = Vec::new();
        for run in &self.runs {
            let Some(now) = later.runs.iter().find(|now| now.name == run.name) else {
                lost.push(run.name.as_str());
                continue;
            };
            let keys = changed(run, now)?;
            if !keys.is_empty() {
                return Err(Failure::new(format!(
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
        Err(Failure::new(format!(
            "{root} holds a sweep with runs that the spec lacks ({}{more}): choose another --out, or put them back as in \
             its {SPEC}",
            lost.join(", ")
        )))
    }
}

/// The keys in which a later form of a run is not the earlier one with more operators or splits.
fn changed(earlier: &Point, later: &Point) -> Result<Vec<String>, Failure> {
    let (earlier, mut later) = (earlier.essence(), later.essence());
    let (had, has) = (&earlier.analysis, &mut later.analysis);
    for (had, has) in [
        (&had.operators, &mut has.operators),
        (&had.splits, &mut has.splits),
    ] {
        if had.iter().all(|name| has.contains(name)) {
            has.clone_from(had);
        }
    }
    differing(&earlier, &later)
}
