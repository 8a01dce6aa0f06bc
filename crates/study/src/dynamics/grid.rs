//! A run per sample size, trained and analysed at every epoch.

use std::path::{Path, PathBuf};

use hesscope_data::PerClass;
use hesscope_records::record::{key, write_at};
use hesscope_records::{
    Analysis, Dynamics, DynamicsCell, DynamicsSettings, Origin, Part, Spectrum, Split, Structure,
    TailShare, Terms,
};
use hesscope_report::write_dynamics;
use toml::Table;

use super::cell::{LEAST_SEPARATION, spectrum};
use super::findings::{Grid, findings};
use super::folder::{DYNAMICS, FILE};
use super::structure::structure;
use super::tail::tail;
use super::transition;
use crate::error::StudyError;
use crate::findings::bounds::VERSION;
use crate::manifest::{MANIFEST, write_manifest};
use crate::measure::{Opened, class_mean_spectra};
use crate::observer::{Event, Observer};
use crate::run::{FIGURES, Run};
use crate::settings::Settings;

/// Classes whose means are all taken, and with fewer of which B1 has no eigenvalue but zero.
const LEAST_CLASSES: usize = 3;
const MOST_CLASSES: usize = 20;

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

/// Trains the runs of all sample sizes, or finds them, analyses them and writes numbers, figures and a page into `out`, by
/// default a folder named by what is asked for.
///
/// `file` holds settings of all runs, and `flags` lie over it; what `request` says is neither's to say.
///
/// # Errors
///
/// Settings that are refused and a folder that holds something else, before anything is written; what a run fails of; and
/// files that cannot be written.
pub fn dynamics(
    request: &DynamicsRequest,
    file: Option<&Path>,
    flags: &Table,
    out: Option<&Path>,
    observer: &dyn Observer,
) -> Result<DynamicsFiles, StudyError> {
    let request = in_order(request)?;
    let shared = Settings::resolve(file, flags)?;
    let (mut sizes, mut runs) = (Vec::new(), Vec::new());
    for &size in &request.sizes {
        let run = settings_of(&request, size, &shared)?;
        sizes.push((size.to_string(), run.hash()?));
        runs.push(run);
    }
    let settings = DynamicsSettings {
        rules: VERSION,
        dataset: shared.dataset.to_string(),
        network: shared.net.name().into_owned(),
        split: request.split,
        sizes,
        epochs: request.epochs.clone(),
        operators: request.operators.clone(),
        least_separation: LEAST_SEPARATION,
    };
    let root = out.map_or_else(|| default_root(&settings), Path::to_path_buf);
    DYNAMICS.require_ours(&root)?;
    let mut found = Found::default();
    for (run, (size, hash)) in runs.into_iter().zip(&settings.sizes) {
        let folder = format!("runs/{size}-a-class-{}", &hash[..8]);
        let run = Run::make(run, Some(&root.join(&folder)), observer)?;
        found.add(&run, size, folder, &request, observer)?;
    }
    let seconds = found.analyses.iter().map(|found| found.origin.seconds);
    let first = found.analyses.first();
    let dynamics = Dynamics {
        origin: Origin::of(&settings, &found.device, seconds.sum()),
        dimension: first.map_or(0, |first| first.spectrum.dimension),
        classes: first.map_or(0, |first| first.classes),
        transitions: transition::all(&found.cells, &settings),
        findings: findings(&Grid {
            settings: &settings,
            cells: &found.cells,
        }),
        settings,
        cells: found.cells,
    };
    write(&root, dynamics, &found.analyses)
}

/// Writes numbers, figures and page, while no other process does.
fn write(
    root: &Path,
    dynamics: Dynamics,
    analyses: &[Analysis],
) -> Result<DynamicsFiles, StudyError> {
    let _lock = DYNAMICS.hold(root, &[FIGURES])?;
    let json = root.join(FILE);
    write_at(&json, &dynamics)?;
    let files = write_dynamics(&dynamics, analyses, root)?;
    let written = files.figures.iter().chain([&files.html]);
    write_manifest(root, MANIFEST, &dynamics.origin.key, written)?;
    Ok(DynamicsFiles {
        dynamics,
        json,
        html: files.html,
    })
}

/// Sizes and epochs ascending, and everything once.
fn in_order(request: &DynamicsRequest) -> Result<DynamicsRequest, StudyError> {
    let mut request = request.clone();
    request
        .sizes
        .sort_by_key(|size| size.count().unwrap_or(usize::MAX));
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
            return Err(StudyError::setting(format!(
                "{what} is empty: give at least one value"
            )));
        }
    }
    Ok(request)
}

/// The settings of the run of a size that keeps and analyses what is asked for.
fn settings_of(
    request: &DynamicsRequest,
    size: PerClass,
    shared: &Settings,
) -> Result<Settings, StudyError> {
    let mut settings = shared.clone();
    settings.examples_per_class = Some(size);
    settings.analysis.splits = vec![request.split];
    settings.analysis.operators = request.operators.clone();
    settings.analyse_at(request.epochs.clone());
    settings.check()?;
    Ok(settings)
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
        run: &Run,
        size: &str,
        folder: String,
        request: &DynamicsRequest,
        observer: &dyn Observer,
    ) -> Result<(), StudyError> {
        run.train(observer)?;
        for &epoch in &request.epochs {
            let opened = Opened::new(run, epoch, request.split, observer)?;
            let first = self.analyses.len();
            let mut spectra = Vec::new();
            for &terms in &request.operators {
                let kept = opened.spectrum(terms)?;
                observer.event(Event::Note(&format!(
                    "{size} per class, epoch {epoch}, {terms}: {}",
                    kept.record.spectrum.outliers
                )));
                let file = kept.path.file_name().unwrap_or_default();
                spectra.push(spectrum(&kept.record, &file.to_string_lossy()));
                self.analyses.push(kept.record);
            }
            let (tail, structure) = parts(&opened, &self.analyses[first..])?;
            self.cells
                .extend(self.analyses.get(first).map(|any| DynamicsCell {
                    size: size.to_owned(),
                    training_examples: run.training_examples(),
                    examples: any.examples,
                    epoch,
                    run: folder.clone(),
                    loss: any.loss,
                    accuracy: any.accuracy,
                    spectra,
                    tail,
                    structure,
                }));
        }
        self.device = run.device_name().to_owned();
        Ok(())
    }
}

/// The tail of the bulk and the structure of G, as far as the operators for them were analysed.
fn parts(
    opened: &Opened<'_>,
    analyses: &[Analysis],
) -> Result<(Option<TailShare>, Option<Structure>), StudyError> {
    let of = |part: Part| -> Option<&Spectrum> {
        let mut all = analyses.iter();
        all.find(|found| found.settings.operator == part.into())
            .map(|found| &found.spectrum)
    };
    let Some(classes) = analyses.first().map(|any| any.classes) else {
        return Ok((None, None));
    };
    let mut with_examples = classes;
    let mut structure_of_g = None;
    if let Some(b2) = of(Part::B2)
        && (LEAST_CLASSES..=MOST_CLASSES).contains(&classes)
    {
        let means = opened.class_means()?.record;
        let centres = means.points.iter().filter(|point| point.other.is_none());
        with_examples = centres.count();
        if let Some(exact) = class_mean_spectra(&means)? {
            let precision = opened.subject().precision;
            structure_of_g = structure(&exact, b2, precision, with_examples)?;
        }
    }
    let tail_of_hess = match (of(Part::Hess), of(Part::G), of(Part::H)) {
        (Some(hess), Some(g), Some(h)) => tail(hess, g, h, with_examples)?,
        _ => None,
    };
    Ok((tail_of_hess, structure_of_g))
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
            operators: ["h", "g-a1", "h"]
                .map(|name| name.parse().expect("a name"))
                .to_vec(),
            split: Split::Train,
        }
    }

    #[test]
    fn sizes_and_epochs_come_in_order_and_operators_as_asked_for_each_once() {
        let found = in_order(&request()).expect("a request");
        assert_eq!(found.sizes, [13.into(), 37.into(), PerClass::All]);
        assert_eq!(found.epochs, [0, 5]);
        assert_eq!(
            found.operators,
            [Part::H.into(), Part::A2 + Part::B1 + Part::B2]
        );
    }

    #[test]
    fn what_is_empty_is_refused_by_name() {
        let refused = |request: DynamicsRequest, name: &str| {
            let error = in_order(&request).expect_err("nothing").to_string();
            assert!(error.contains(&format!("{name} is empty")), "{error}");
        };
        refused(
            DynamicsRequest {
                sizes: Vec::new(),
                ..request()
            },
            "examples-per-class",
        );
        refused(
            DynamicsRequest {
                epochs: Vec::new(),
                ..request()
            },
            "epochs",
        );
        refused(
            DynamicsRequest {
                operators: Vec::new(),
                ..request()
            },
            "operators",
        );
    }
}
