//! A run per sample size, trained and analysed at every epoch.

use std::path::{Path, PathBuf};

use hesscope_data::PerClass;
use hesscope_files::{FolderLock, remove_leftovers};
use hesscope_records::record::{key, write_at};
use hesscope_records::{Analysis, Dynamics, DynamicsCell, DynamicsSettings, Origin, Split, Terms};
use hesscope_report::write_dynamics;
use toml::Table;

use super::cell::{LEAST_SEPARATION, spectrum};
use super::transition;
use crate::error::StudyError;
use crate::measure::{Opened, outlier_words};
use crate::observer::{Event, Observer};
use crate::run::{FIGURES, Run};
use crate::settings::{CheckpointEpochs, Settings};

/// The file of the numbers.
const FILE: &str = "dynamics.json";
/// The file whose lock belongs to who writes what is not a run's.
const LOCK: &str = "dynamics.lock";

/// What is trained at which sizes, and analysed at which epochs.
#[derive(Debug, Clone, PartialEq)]
pub struct DynamicsRequest {
    /// Training examples of each class.
    pub sizes: Vec<PerClass>,
    /// The epochs that are analysed; the last is how long is trained.
    pub epochs: Vec<usize>,
    /// The operators.
    pub operators: Vec<Terms>,
    /// The split the loss is the mean over.
    pub split: Split,
}

/// The numbers and where they lie.
#[derive(Debug, Clone, PartialEq)]
pub struct DynamicsFiles {
    /// The numbers.
    pub dynamics: Dynamics,
    /// Their file.
    pub json: PathBuf,
    /// The page.
    pub html: PathBuf,
}

/// One sample size with the settings of its run.
struct Size {
    name: String,
    settings: Settings,
    hash: String,
}

/// Trains the runs of all sample sizes, or finds them, analyses them and writes numbers, figures and a page into `out`, by
/// default a folder named by what is asked for.
///
/// `file` holds settings of all runs, and `flags` lie over it; what `request` says is neither's to say.
///
/// # Errors
///
/// Settings that are refused, before anything is written; what a run fails of; and files that cannot be written.
pub fn dynamics(
    request: &DynamicsRequest,
    file: Option<&Path>,
    flags: &Table,
    out: Option<&Path>,
    observer: &dyn Observer,
) -> Result<DynamicsFiles, StudyError> {
    let request = in_order(request)?;
    let settings = Settings::resolve(file, flags)?;
    let sizes = request
        .sizes
        .iter()
        .map(|&size| Size::of(&request, size, &settings))
        .collect::<Result<Vec<_>, _>>()?;
    let settings = DynamicsSettings {
        dataset: settings.dataset.to_string(),
        network: settings.net.name().to_owned(),
        split: request.split,
        sizes: sizes.iter().map(|size| (size.name.clone(), size.hash.clone())).collect(),
        epochs: request.epochs.clone(),
        operators: request.operators.clone(),
        least_separation: LEAST_SEPARATION,
    };
    let root = out.map_or_else(|| default_root(&settings), Path::to_path_buf);
    let mut found = Found::default();
    for size in &sizes {
        found.add(&root, size, &request, observer)?;
    }
    let names: Vec<String> = sizes.into_iter().map(|size| size.name).collect();
    let seconds = found.analyses.iter().map(|analysis| analysis.origin.seconds).sum();
    let first = found.analyses.first();
    let dynamics = Dynamics {
        origin: Origin::of(&settings, &found.device, seconds),
        dimension: first.map_or(0, |analysis| analysis.spectrum.dimension),
        classes: first.map_or(0, |analysis| analysis.classes),
        transitions: transition::all(&found.cells, &names, &request.epochs, &request.operators),
        settings,
        cells: found.cells,
    };
    write(&root, dynamics, &found.analyses)
}

/// Writes numbers, figures and page, while no other process does; what a killed one left half-written is removed.
fn write(root: &Path, dynamics: Dynamics, analyses: &[Analysis]) -> Result<DynamicsFiles, StudyError> {
    let _lock = FolderLock::wait(&root.join(LOCK))?;
    for folder in [root, &root.join(FIGURES)] {
        remove_leftovers(folder);
    }
    let json = root.join(FILE);
    write_at(&json, &dynamics)?;
    let html = write_dynamics(&dynamics, analyses, root)?.html;
    Ok(DynamicsFiles { dynamics, json, html })
}

/// Sizes and epochs ascending, and everything once.
fn in_order(request: &DynamicsRequest) -> Result<DynamicsRequest, StudyError> {
    let mut request = request.clone();
    request.sizes.sort_by_key(|size| size.count().unwrap_or(usize::MAX));
    request.sizes.dedup();
    request.epochs.sort_unstable();
    request.epochs.dedup();
    let mut operators: Vec<Terms> = Vec::new();
    for terms in request.operators {
        if !operators.contains(&terms) {
            operators.push(terms);
        }
    }
    request.operators = operators;
    for (what, count) in [
        ("examples-per-class", request.sizes.len()),
        ("epochs", request.epochs.len()),
        ("operators", request.operators.len()),
    ] {
        if count == 0 {
            return Err(StudyError::setting(format!("{what} is empty: give at least one value")));
        }
    }
    Ok(request)
}

impl Size {
    /// The run of a size that keeps and analyses what is asked for.
    fn of(request: &DynamicsRequest, size: PerClass, settings: &Settings) -> Result<Self, StudyError> {
        let mut settings = settings.clone();
        settings.examples_per_class = Some(size);
        settings.train.epochs = request.epochs.last().copied().unwrap_or_default();
        settings.train.checkpoint_epochs = CheckpointEpochs::List(request.epochs.clone());
        settings.analysis.epochs = Some(request.epochs.clone());
        settings.analysis.splits = vec![request.split];
        settings.analysis.operators = request.operators.clone();
        settings.check()?;
        Ok(Size {
            name: size.to_string(),
            hash: settings.hash()?,
            settings,
        })
    }
}

/// What the cells have, gathered.
#[derive(Default)]
struct Found {
    cells: Vec<DynamicsCell>,
    /// Those of every cell, in the order of cells and operators.
    analyses: Vec<Analysis>,
    device: String,
}

impl Found {
    /// Trains the run of one sample size, or finds it, and analyses it at every epoch.
    fn add(
        &mut self,
        root: &Path,
        size: &Size,
        request: &DynamicsRequest,
        observer: &dyn Observer,
    ) -> Result<(), StudyError> {
        let folder = format!("runs/{}-a-class-{}", size.name, &size.hash[..8]);
        let run = Run::make(size.settings.clone(), Some(&root.join(&folder)), observer)?;
        run.train(observer)?;
        for &epoch in &request.epochs {
            let opened = Opened::new(&run, run.checkpoint(epoch, observer)?, request.split, observer);
            let first = self.analyses.len();
            let mut spectra = Vec::new();
            for &terms in &request.operators {
                let kept = opened.spectrum(terms)?;
                observer.event(Event::Note(&format!(
                    "{} a class, epoch {epoch}, {terms}: outliers above {}",
                    size.name,
                    outlier_words(&kept.record.spectrum.outliers.positive)
                )));
                let file = kept.path.file_name().unwrap_or_default().to_string_lossy();
                spectra.push(spectrum(&kept.record, &file));
                self.analyses.push(kept.record);
            }
            let Some(Analysis { examples, loss, accuracy, .. }) = self.analyses.get(first) else {
                continue;
            };
            self.cells.push(DynamicsCell {
                size: size.name.clone(),
                training_examples: run.training_examples(),
                examples: *examples,
                epoch,
                run: folder.clone(),
                loss: *loss,
                accuracy: *accuracy,
                spectra,
            });
        }
        self.device = run.device_name().to_owned();
        Ok(())
    }
}

fn default_root(settings: &DynamicsSettings) -> PathBuf {
    PathBuf::from("dynamics").join(format!(
        "{}-{}-{}",
        settings.dataset,
        settings.network,
        &key(settings)[..8]
    ))
}

#[cfg(test)]
mod tests {
    use hesscope_records::Part;

    use super::*;

    fn request() -> DynamicsRequest {
        DynamicsRequest {
            sizes: vec![PerClass::All, 37.into(), 13.into(), 37.into()],
            epochs: vec![5, 0, 5],
            operators: ["h", "g-a1", "h"].map(|name| name.parse().expect("a name")).to_vec(),
            split: Split::Train,
        }
    }

    #[test]
    fn sizes_and_epochs_come_in_order_and_operators_as_asked_for_each_once() {
        let found = in_order(&request()).expect("a request");
        assert_eq!(found.sizes, [13.into(), 37.into(), PerClass::All]);
        assert_eq!(found.epochs, [0, 5]);
        assert_eq!(found.operators, [Part::H.into(), Part::A2 + Part::B1 + Part::B2]);
    }

    #[test]
    fn what_is_empty_is_refused_by_name() {
        let refused = |request: DynamicsRequest, name: &str| {
            let error = in_order(&request).expect_err("nothing").to_string();
            assert!(error.contains(&format!("{name} is empty")), "{error}");
        };
        refused(DynamicsRequest { sizes: Vec::new(), ..request() }, "examples-per-class");
        refused(DynamicsRequest { epochs: Vec::new(), ..request() }, "epochs");
        refused(DynamicsRequest { operators: Vec::new(), ..request() }, "operators");
    }
}
