//! The spectrum of one operator, as a record of the run.

use std::time::Instant;

use hesscope_measure::{Effort, LeadingPairs, OperatorProperties, spectrum_from};
use hesscope_records::record::{find_or_make, key};
use hesscope_records::{Analysis, AnalysisSettings, Kept, Spectrum, Terms};
use hesscope_spectral::{LinearOperator, VectorOf};

use super::opened::{KeepVectors, Opened, forget_pairs};
use super::snapshots::{estimate, forget};
use crate::error::StudyError;

/// The work that goes into a spectrum: that of the settings, and the rest chosen by the size of the network.
pub fn effort(opened: &Opened<'_>) -> Effort {
    let settings = opened.run().settings();
    let network = opened.network();
    let choices = settings.analysis.effort(settings.all_seeds().probes);
    let (parameters, classes) = (network.num_parameters(), network.classes());
    let precision = opened.subject().precision;
    choices
        .with_whole_pairs(parameters, classes, precision, opened.memory())
        .resolve(parameters, classes, precision, opened.spread_memory())
}

/// The settings of the analysis of an operator.
pub fn settings(opened: &Opened<'_>, operator: Terms) -> AnalysisSettings {
    AnalysisSettings {
        operator,
        subject: opened.subject().clone(),
        effort: effort(opened),
    }
}

/// The spectrum of an operator, found in the folder or made.
///
/// # Errors
///
/// What the estimation fails with, and a folder that cannot be read or written.
pub fn spectrum(opened: &Opened<'_>, operator: Terms) -> Result<Kept<Analysis>, StudyError> {
    let root = opened.run().folder().root();
    let settings = settings(opened, operator);
    let key = key(&settings);
    let kept = find_or_make(root, settings, |settings| make(opened, settings, &key))?;
    opened.tell_source(operator, &kept);
    forget(opened.run().folder(), &key);
    let settings = &kept.record.settings;
    forget_pairs(
        opened.run(),
        operator,
        &settings.subject,
        &settings.effort.leading,
    );
    Ok(kept)
}

fn make(
    opened: &Opened<'_>,
    settings: AnalysisSettings,
    key: &str,
) -> Result<Analysis, StudyError> {
    let start = Instant::now();
    let problem = opened.problem()?;
    let evaluation = opened.evaluation()?;
    let accuracy = opened.accuracy()?;
    let effort = &settings.effort;
    let leading = opened.leading_pairs(settings.operator, &effort.leading, KeepVectors::IfSmall)?;
    let operator = problem.operator(settings.operator);
    let properties = OperatorProperties::of(&operator);
    let spectrum = match opened.spread()? {
        None => estimate_spectrum(opened, key, effort, &leading, &operator, &properties),
        Some(space) => {
            let leading = (*leading)
                .clone()
                .map_vectors(|vector| space.spread(&vector));
            let operator = opened.in_pieces(operator, space)?;
            estimate_spectrum(opened, key, effort, &leading, &operator, &properties)
        }
    }?;
    Ok(Analysis {
        origin: opened.origin(&settings, start),
        settings,
        examples: problem.examples(),
        classes: problem.classes(),
        loss: evaluation.loss,
        accuracy,
        spectrum,
    })
}

fn estimate_spectrum<O: LinearOperator>(
    opened: &Opened<'_>,
    key: &str,
    effort: &Effort,
    leading: &LeadingPairs<VectorOf<O>>,
    operator: &O,
    properties: &OperatorProperties,
) -> Result<Spectrum, StudyError> {
    let (vectors, observer) = (opened.spread_vectors(), opened.observer());
    let found = estimate(opened.run(), key, observer, |keeper| {
        spectrum_from(
            leading, operator, properties, effort, vectors, keeper, observer,
        )
    });
    found.map_err(|error| opened.explain(error))
}
