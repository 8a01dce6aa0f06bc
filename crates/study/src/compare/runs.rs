//! Equal runs that were made apart, beside the first of them.

use std::path::{Path, PathBuf};
use std::time::Instant;

use hesscope_records::{Analysis, Comparison, ComparisonSettings, Origin, Terms};

use super::verdict::{Candidate, of_spectra};
use crate::error::StudyError;
use crate::run::{RunFile, RunFolder};
use crate::settings::differing;

/// The setting in which runs may differ.
const DEVICE: &str = "device";

/// A run as it is recorded.
struct Recorded {
    root: PathBuf,
    file: RunFile,
    analyses: Vec<Analysis>,
}

/// Compares the analyses of runs, which have equal settings but for the device and were made on several machines or by
/// several builds, with equal ones of the first: eigenvalues, moments and densities. Nothing is computed anew.
///
/// # Errors
///
/// Folders that are none of a run or damaged, fewer than two of them, settings or data that are not equal, and runs that
/// have no analysis in common with the first.
pub fn compare_runs(roots: &[PathBuf]) -> Result<Comparison, StudyError> {
    let start = Instant::now();
    let runs: Vec<Recorded> = roots
        .iter()
        .map(|root| read(root))
        .collect::<Result<_, _>>()?;
    let (Some(first), true) = (runs.first(), runs.len() > 1) else {
        return Err(StudyError::setting(
            "one run alone is compared with nothing: give the folders of at least two",
        ));
    };
    let mut compared = Vec::new();
    let mut operators: Vec<Terms> = Vec::new();
    for run in &runs[1..] {
        require_equal(first, run)?;
        let mut deviations = Vec::new();
        let mut seconds = 0.0;
        let mut precision = None;
        for (reference, found) in pairs(first, run) {
            let subject = &reference.settings.subject;
            let operator = reference.settings.operator;
            let at = format!("{}, epoch {}", subject.split, subject.epoch);
            deviations.extend(of_spectra(
                operator,
                Some(&at),
                &reference.spectrum,
                &found.spectrum,
            )?);
            seconds += found.origin.seconds;
            // The tolerance is that of the coarsest.
            precision = Some(precision.map_or(subject.precision, |it| subject.precision.min(it)));
            if !operators.contains(&operator) {
                operators.push(operator);
            }
        }
        let Some(precision) = precision else {
            return Err(StudyError::folder(format!(
                "{} and {} have no analysis in common, of one operator, split, epoch, precision and effort: analyse both \
                 alike with `hesscope spectrum`",
                first.root.display(),
                run.root.display()
            )));
        };
        let candidate = Candidate {
            name: run.root.display().to_string(),
            device: run.file.device_name.clone(),
            precision,
        };
        compared.push(candidate.compared(deviations, seconds));
    }
    Ok(record(first, operators, compared, start))
}

fn record(
    first: &Recorded,
    operators: Vec<Terms>,
    compared: Vec<hesscope_records::Compared>,
    start: Instant,
) -> Comparison {
    let settings = ComparisonSettings {
        reference: format!("{}, {}", first.root.display(), first.file.device_name),
        compared: compared.iter().map(|it| it.name.clone()).collect(),
        dataset: first.file.settings.dataset.to_string(),
        network: first.file.settings.net.name().into_owned(),
        operators,
        vectors: 0,
        seed: first.file.settings.seed,
    };
    let any = first.analyses.first();
    let seconds = start.elapsed().as_secs_f64();
    Comparison {
        origin: Origin::of(&settings, &first.file.device_name, seconds),
        settings,
        dimension: any.map_or(0, |any| any.spectrum.dimension),
        classes: any.map_or(0, |any| any.classes),
        examples: any.map_or(0, |any| any.examples),
        compared,
    }
}

fn read(root: &Path) -> Result<Recorded, StudyError> {
    let folder = RunFolder::read(root)?;
    let analyses = folder.records::<Analysis>()?;
    Ok(Recorded {
        root: root.to_owned(),
        file: folder.run_file()?,
        analyses: analyses.into_iter().map(|(_, analysis)| analysis).collect(),
    })
}

/// Refuses runs of other settings or data.
fn require_equal(first: &Recorded, run: &Recorded) -> Result<(), StudyError> {
    let [one, other] = [first, run].map(|run| run.file.settings.training_part());
    let mut keys = differing(&one, &other)?;
    keys.retain(|key| key != DEVICE);
    let data = |run: &Recorded| {
        (
            run.file.train_data_sha256.clone(),
            run.file.test_data_sha256.clone(),
        )
    };
    if keys.is_empty() && data(first) != data(run) {
        keys.push("data set".into());
    }
    if keys.is_empty() {
        return Ok(());
    }
    Err(StudyError::folder(format!(
        "{} has another {} than {}: compare runs that differ in their device alone",
        run.root.display(),
        keys.join(", "),
        first.root.display()
    )))
}

/// The analyses of the first run, each with the equal one of another.
fn pairs<'a>(
    first: &'a Recorded,
    run: &'a Recorded,
) -> impl Iterator<Item = (&'a Analysis, &'a Analysis)> {
    let equal = |one: &Analysis, other: &Analysis| {
        let (a, b) = (&one.settings, &other.settings);
        a.operator == b.operator
            && a.effort == b.effort
            && a.subject.split == b.subject.split
            && a.subject.epoch == b.subject.epoch
            && a.subject.precision == b.subject.precision
    };
    first.analyses.iter().filter_map(move |one| {
        let mut others = run.analyses.iter();
        others
            .find(|other| equal(one, other))
            .map(|other| (one, other))
    })
}
