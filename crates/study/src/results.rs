//! One page of the findings on several runs and dynamics.

use std::path::{Component, Path, PathBuf};

use hesscope_records::record::read;
use hesscope_records::{Dynamics, Findings};
use hesscope_report::{ResultsColumn, write_results};

use crate::dynamics;
use crate::error::StudyError;
use crate::findings::bounds::VERSION;
use crate::run::RunFolder;

/// The name of a run's report.
const REPORT: &str = "report.html";

/// What is on the page.
#[derive(Debug, Clone, PartialEq)]
pub struct Results {
    /// The page.
    pub html: PathBuf,
    /// What was judged, in the order given.
    pub columns: Vec<ResultsColumn>,
    /// Folders that have no findings yet.
    pub without: Vec<PathBuf>,
}

/// Writes the page of the findings that the folders of runs and of dynamics hold; nothing is measured. Findings by rules of
/// another version than this program's are left out.
///
/// # Errors
///
/// A folder that is of neither kind, a damaged file, and a page that cannot be written.
pub fn results(roots: &[PathBuf], html: &Path) -> Result<Results, StudyError> {
    let name = html.file_name().and_then(|name| name.to_str());
    let Some(name) = name.filter(|name| name.ends_with(".html")) else {
        return Err(StudyError::setting(format!(
            "--out {} is no page: give a name that ends in .html",
            html.display()
        )));
    };
    let dir = match html.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let (mut columns, mut without, mut devices) = (Vec::new(), Vec::new(), Vec::new());
    for root in roots {
        let before = columns.len();
        let device = if root.join(dynamics::FILE).is_file() {
            of_dynamics(root, dir, &mut columns)?
        } else {
            of_run(root, dir, &mut columns)?
        };
        if columns.len() == before {
            without.push(root.clone());
        } else if !devices.contains(&device) {
            devices.push(device);
        }
    }
    let html = write_results(
        "The findings of the papers",
        &columns,
        &devices.join(" and "),
        (dir, name),
    )?;
    Ok(Results {
        html,
        columns,
        without,
    })
}

/// The findings of a run, the last epoch last; gives the device.
fn of_run(root: &Path, dir: &Path, columns: &mut Vec<ResultsColumn>) -> Result<String, StudyError> {
    let folder = RunFolder::read(root)?;
    let settings = folder.run_file()?.settings;
    let mut device = String::new();
    let mut all: Vec<Findings> = Vec::new();
    for (_, found) in folder.records::<Findings>()? {
        if found.settings.rules != VERSION {
            continue;
        }
        // Of those of one checkpoint and split, the one that most work went into.
        match all
            .iter_mut()
            .find(|other| other.settings.subject == found.settings.subject)
        {
            Some(other) if other.settings.energy_probes < found.settings.energy_probes => {
                *other = found
            }
            Some(_) => {}
            None => all.push(found),
        }
    }
    all.sort_by_key(|found| (found.settings.subject.epoch, found.settings.subject.split));
    for found in all {
        let subject = &found.settings.subject;
        device.clone_from(&found.origin.device);
        columns.push(ResultsColumn {
            traits: vec![
                settings.net.name().into_owned(),
                settings.dataset.to_string(),
                format!("p = {}", found.evidence.dimension),
                format!("epoch {}", subject.epoch),
                format!("{} split", subject.split),
            ],
            link: link(&root.join(REPORT), dir),
            findings: found.findings,
        });
    }
    Ok(device)
}

/// The findings over a grid; gives the device.
fn of_dynamics(
    root: &Path,
    dir: &Path,
    columns: &mut Vec<ResultsColumn>,
) -> Result<String, StudyError> {
    let found: Dynamics = read(&root.join(dynamics::FILE))?;
    let settings = found.settings;
    if settings.rules == VERSION {
        let sizes: Vec<&str> = settings
            .sizes
            .iter()
            .map(|(size, _)| size.as_str())
            .collect();
        let epochs: Vec<String> = settings.epochs.iter().map(usize::to_string).collect();
        columns.push(ResultsColumn {
            traits: vec![
                settings.network,
                settings.dataset,
                format!("p = {}", found.dimension),
                format!(
                    "epochs {}; {} per class",
                    epochs.join(", "),
                    sizes.join(", ")
                ),
                format!("{} split", settings.split),
            ],
            link: link(&root.join("dynamics.html"), dir),
            findings: found.findings,
        });
    }
    Ok(found.origin.device)
}

/// The path from a page's folder to a file that lies in or below it.
fn link(file: &Path, dir: &Path) -> Option<String> {
    let below = match file.strip_prefix(dir) {
        Ok(below) => below,
        Err(_) if dir == Path::new(".") && file.is_relative() => file,
        Err(_) => return None,
    };
    let mut parts = Vec::new();
    for part in below.components() {
        match part {
            Component::Normal(part) => parts.push(part.to_str()?),
            Component::CurDir => {}
            _ => return None,
        }
    }
    file.is_file().then(|| parts.join("/"))
}
